"""What can be wrong with a training, as codes; the pages put them into words."""

from collections.abc import Mapping
from typing import Literal

from certtrack.errors import BadInput, Refused

Why = Literal[
    "own",
    "in_already",
    "full",
    "called_off",
    "complete",
    "not_complete",
    "not_accepted",
    "needs_reason",
    "day_ahead",
    "session_ahead",
    "too_long",
    "more_noted",
    "withdrawn",
    "begun",
]

Problem = Literal[
    "missing",
    "too_long",
    "not_a_choice",
    "not_a_number",
    "not_a_day",
    "not_a_time",
    "not_an_amount",
    "ends_before",
    "no_session",
    "lies_ahead",
    "too_long_ago",
    "longer_than_session",
]


class Impossible(Refused):
    """What was asked can't be done as things stand; `code` says why."""

    def __init__(self, code: Why, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class BadTraining(BadInput):
    """What was typed can't be used: `problems` says of each field that is wrong what it is."""

    def __init__(self, problems: Mapping[str, Problem]) -> None:
        super().__init__(f"This can't be read yet: {', '.join(problems)}. Please look at it again.")
        self.problems = problems
