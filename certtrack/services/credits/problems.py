"""What can be wrong with what was typed of a credit, as codes; the pages put them into words."""

from collections.abc import Mapping
from typing import Literal

from certtrack.errors import BadInput

Problem = Literal[
    "missing",
    "not_an_amount",
    "below_zero",
    "ceu_not_published",
    "too_much",
    "too_little",
    "too_long",
    "not_a_day",
    "after_last",
    "lies_ahead",
    "too_long_ago",
    "not_a_choice",
    "twice",
    "no_file",
    "refused",
    "gone",
    "too_many",
]


class Unreadable(Exception):
    """This text can't be read; `problem` says why. Never shown as it is."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


class BadCredit(BadInput):
    """What was typed of a credit can't be used: `problems` says of each field that is wrong what it is."""

    def __init__(self, problems: Mapping[str, Problem]) -> None:
        super().__init__(f"This can't be read yet: {', '.join(problems)}. Please look at it again.")
        self.problems = problems
