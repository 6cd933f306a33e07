"""How long something took, as the cells of an office's file have it: `credits.amounts`, with a file's reasons."""

from collections.abc import Mapping as Table
from functools import lru_cache

from certtrack.services.credits import amounts, problems
from certtrack.services.credits.amounts import Amount, Unit
from certtrack.services.sheets.cells import Problem, Unreadable
from certtrack.services.sheets.layout import fold_head

_CACHED = 10_000  # a file says the same lengths again and again
_PROBLEMS: Table[str, Problem] = {
    "missing": "missing",
    "not_an_amount": "not_an_amount",
    "below_zero": "below_zero",
    "too_little": "too_little",
    "too_much": "too_much",
    "ceu_not_published": "ceu_not_published",
}
_YES = frozenset("y yes x true 1 si".split())  # noqa: SIM905  # a list of quoted words reads worse
_NO = frozenset("n no none false 0 missing".split())  # noqa: SIM905  # likewise
_UNITS: dict[str, Unit] = {
    **dict.fromkeys(("hours", "hour", "hrs", "h", "ceh", "horas"), "hours"),
    **dict.fromkeys(("minutes", "min", "mins", "minutos"), "minutes"),
    **dict.fromkeys(("ceu", "ceus"), "ceu"),
}


def find_unit(head: str) -> Unit | None:
    """The unit that the head of a column names, None where it names none or several."""
    found = {_UNITS[word] for word in fold_head(head).split() if word in _UNITS}
    return found.pop() if len(found) == 1 else None


def find_yes_or_no(word: str) -> bool | None:
    """What the word says, None where it isn't clear."""
    folded = fold_head(word)
    return True if folded in _YES or folded == "on file" else False if folded in _NO else None


@lru_cache(maxsize=_CACHED)
def read_amount(typed: str) -> Amount:
    """The amount in a cell, as `credits.amounts` reads it. Raises Unreadable."""
    try:
        return amounts.read_amount(typed)
    except problems.Unreadable as error:
        raise Unreadable(_PROBLEMS[error.problem]) from error


@lru_cache(maxsize=_CACHED)
def to_minutes(amount: Amount, unit: Unit, ceu_minutes: int | None) -> int:
    """Whole minutes, as `credits.amounts` makes them. Raises Unreadable."""
    try:
        return amounts.to_minutes(amount, unit, ceu_minutes)
    except problems.Unreadable as error:
        raise Unreadable(_PROBLEMS[error.problem]) from error
