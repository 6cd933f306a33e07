"""How many examples a property is tried with where each of them needs a database."""

from hypothesis import settings

_SEARCH = 1000


def count_examples(each_time: int) -> int:
    """So many each time, always the same ones; ten times as many where a search is asked for."""
    return each_time * 10 if settings().max_examples >= _SEARCH else each_time
