"""Whether a value in a file changes the record: what was mended by hand since the last import stays as it is."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["same", "amend", "keep"]


@dataclass(frozen=True, slots=True)
class Change:
    """One value of a record, old -> new; `old` None where there was none."""

    field: str
    old: str | None
    new: str


def judge(said: str | None, record: str | None, new: str | None) -> Verdict:
    """Whether a value in the file changes the record, which says `record` and was last told `said`.

    A blank cell takes nothing away. What differs from the last import was changed by hand, and stays.
    """
    if new is None or record == new:
        return "same"
    return "amend" if record == said else "keep"
