"""Reading what was typed of a waiver or an extension: all of it, or every field that is wrong at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from certtrack.rules.facts import WaiverKind
from certtrack.services.applications.typed import Reader


@dataclass(frozen=True, slots=True)
class NewWaiver:
    """What an authority gave: from which day on, by whom, and why.

    `requirement` is what a waiver releases from, `total` or an area's key, and what a reduction takes `minutes` off;
    `due_on` is the day that an extension gives. What a kind doesn't say is None.
    """

    kind: WaiverKind
    from_on: date
    given_by: str
    words: str
    requirement: str | None = None
    due_on: date | None = None
    minutes: int | None = None


def read_waiver(
    typed: Mapping[str, str], kind: WaiverKind, than: date, requirements: Collection[str], today: date
) -> NewWaiver:
    """Fields `from_on`, `given_by`, `words`; by kind `requirement`, `amount`, or `due_on`, to be later than `than`.

    Raises BadApplication with all that is wrong.
    """
    reader = Reader(typed, today)
    new = NewWaiver(
        kind=kind,
        requirement=reader.choice("requirement", tuple(requirements)) if kind != "extension" else None,
        minutes=reader.minutes("amount") if kind == "reduction" else None,
        due_on=reader.later_day("due_on", than) if kind == "extension" else None,
        from_on=reader.past_day("from_on"),
        given_by=reader.words("given_by"),
        words=reader.words("words"),
    )
    reader.finish()
    return new
