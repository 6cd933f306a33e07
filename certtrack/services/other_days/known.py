"""What the rules say of the days that they find themselves: for their mail, and for the page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from certtrack.db.models import OtherDay
from certtrack.rules.facts import CertificationFacts, CreditFact
from certtrack.rules.other_days import OF_CERTIFICATIONS
from certtrack.rules.own_clocks import ClockDay, list_clock_days
from certtrack.rules.pack import Pack, Value
from certtrack.rules.provisional import list_asked, may_be_extended
from certtrack.rules.requirements import Line
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import load_held


@dataclass(frozen=True, slots=True)
class Known:
    """The rules that say a day, and what they say of it.

    `clock` is the requirement as it is met by `credits`, None and none where it is none any more, and for a provisional
    term; `asked` is what that asks for, `may_be_longer` that it was never extended and may be. `read_in` is where the
    rule was read, and how sure it is.
    """

    pack: Pack
    clock: ClockDay | None = None
    credits: tuple[CreditFact, ...] = ()
    asked: tuple[Line, ...] = ()
    may_be_longer: bool = False
    read_in: Value[Any] | None = None


def load_known(session: Session, rulebook: Rulebook, days: Sequence[OtherDay], at: datetime) -> dict[int, Known]:
    """What is known at `at` of those of the days that the rules find in a certification, by the day's number.

    `rulebook` holds what is confirmed. Each is as of the day that it is in its pack's zone.
    """
    own = [day for day in days if day.kind in OF_CERTIFICATIONS]
    if not own:
        return {}
    return tell_known(own, load_held(session, rulebook, sorted({day.source_id for day in own})), at)


def tell_known(
    days: Iterable[OtherDay], held: Mapping[int, tuple[Pack, CertificationFacts]], at: datetime
) -> dict[int, Known]:
    """What `load_known` gives, of rules and facts by certification."""
    own = [day for day in days if day.kind in OF_CERTIFICATIONS]
    return {
        day.id: _tell(day, pack, facts, at.astimezone(ZoneInfo(pack.zone)).date())
        for day in own
        if day.source_id in held
        for pack, facts in [held[day.source_id]]
    }


def _tell(day: OtherDay, pack: Pack, facts: CertificationFacts, today: date) -> Known:
    if day.kind == "provisional_term":
        asked, may_be_longer = list_asked(pack, facts, day.due_on, today), may_be_extended(pack, facts, day.due_on)
        return Known(pack, asked=asked, may_be_longer=may_be_longer, read_in=pack.provisional)
    clock = next((one for one in list_clock_days(pack, facts, today) if one.minimum.key == day.source_key), None)
    if clock is None:
        return Known(pack)
    by_id = {credit.id: credit for credit in facts.credits}
    met_by = tuple(by_id[number] for number in clock.credit_ids)
    return Known(pack, clock, met_by, read_in=clock.minimum.needed)
