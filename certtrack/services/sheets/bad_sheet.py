"""Why a file can't be brought in as it is."""

from typing import Any, Literal

from certtrack.errors import BadInput

SheetProblem = Literal[
    "ending",
    "empty",
    "too_large",
    "is_workbook",
    "no_workbook",
    "swells",
    "too_wide",
    "damaged",
    "nul",
    "breaks_off",
    "no_letter",
    "quotes",
    # the file can be read, and where its columns stand has to be said
    "no_such_sheet",
    "several_sheets",
    "no_heads",
    "column_lacking",
    "two_heads",
]


class BadSheet(BadInput):
    """A file that can't be read, or isn't understood: its text is for commands; pages say `problem` with `values`."""

    def __init__(self, problem: SheetProblem, sentence: str, **values: Any) -> None:  # noqa: ANN401  # numbers and texts
        super().__init__(sentence)
        self.problem, self.values = problem, values
