"""What `certtrack why` says of hours: how far they are, each area, and why each credit counts or doesn't."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from certtrack.cli.output import flatten
from certtrack.language import say_by
from certtrack.rules.hours import TOTAL
from certtrack.services.credits.shown import ShownCredit
from certtrack.services.person_page import ShownCertification

_WORDS = "hours.jinja"
_EARNING = (None, "on_time", "grace", "late")


@dataclass(frozen=True, slots=True)
class HoursLine:
    """One thing said, for a day. `code` is the answer's, a requirement's key, or why a credit counts.

    It is None for a credit that isn't counted here at all. `values` are what it rests on, for programs.
    """

    kind: Literal["hours", "requirement", "credit"]
    day: date
    says: str
    code: str | None
    values: dict[str, Any]


def tell_hours(shown: ShownCertification, claimed: Sequence[ShownCredit], language: str) -> Iterator[HoursLine]:
    """The hours of one certification, in sentences; none where its rules ask for none, or it is revoked or retired."""
    standing, pack = shown.standing, shown.pack
    if pack.hours is None or standing.validity in ("revoked", "retired"):
        return
    counted, has_to_do = standing.counted, standing.following is None and standing.phase in _EARNING
    said = _say(language, "hours_sentence", counted, has_to_do)
    yield HoursLine("hours", standing.as_of, said, counted.hours, {})
    for line in counted.requirements:
        if line.key != TOTAL:
            said = _say(language, "requirement_sentence", line, pack, has_to_do)
            yield HoursLine("requirement", standing.as_of, said, line.key, asdict(line))
    for credit in claimed:
        said = _say(language, "credit_line", credit, pack.whom_to_ask.of(language))
        values = asdict(credit.count) if credit.count else {}
        code = credit.count.code if credit.count else None
        yield HoursLine(
            "credit", credit.last_on, said, code, {"id": credit.id, **values, "claim": asdict(credit.claim)}
        )


def _say(language: str, macro: str, *values: object) -> str:
    return flatten(say_by(_WORDS, language, macro, *values))
