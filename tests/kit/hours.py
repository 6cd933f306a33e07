"""Hours for tests: rules that ask for so many, credits, and a reminder that tells how far they are."""

from dataclasses import replace
from datetime import date
from typing import Any

from kit.mails import make_item
from kit.rules import CPS, make_cycle, make_facts, shipped_packs

from certtrack.mail.content import ReminderItem
from certtrack.rules.facts import CertificationFacts, CreditFact, CreditPart, Decision
from certtrack.rules.hours_rule import Area
from certtrack.rules.pack import Pack, Value
from certtrack.rules.so_far import find_so_far
from certtrack.rules.standing import stand

DUE = date(2026, 10, 31)
CYCLE = make_cycle(DUE, start_on=date(2024, 11, 1))
ETHICS, CULTURE, TRAUMA = "ethics_boundaries", "cultural_humility", "trauma_informed_care"


def make_pack(total: int | None, **minima: int | None) -> Pack:
    """The shipped pack with this total and these minima, and none for its other areas; None: it isn't published."""
    pack = shipped_packs().get(CPS)
    assert pack.hours is not None
    areas = tuple(
        replace(area, minimum=_publish(area, minima[area.key])) for area in pack.hours.areas if area.key in minima
    )
    return replace(pack, hours=replace(pack.hours, total=replace(pack.hours.total, value=total), areas=areas))


def _publish(area: Area, minutes: int | None) -> Value[int | None]:
    return Value(minutes, area.listed.source, "unknown" if minutes is None else "verified")


def earn(minutes: int, *areas: str, no: int = 1, decision: Decision = "checked", **values: Any) -> CreditFact:
    """A course in the cycle, that somebody has checked."""
    on = date(2025, 5, 5)
    credit = CreditFact(
        no, on, on, (CreditPart(minutes, areas),), "course", "in_person", "participant", "file", decision
    )
    return replace(credit, **values)


def tell_with(pack: Pack, *claimed: CreditFact, today: date, facts: CertificationFacts | None = None,
              **values: Any) -> ReminderItem:  # fmt: skip
    """The reminder of a certification by `pack` with these credits, as its facts are on `today`."""
    held = replace(facts or make_facts(CYCLE), credits=claimed)
    due_on = held.cycles[0].due_on
    item = make_item(pack=pack, due_on=due_on, computed=held.cycles[0].computed_due_on, today=today, **values)
    return replace(item, so_far=find_so_far(pack, held, stand(pack, held, today), held.cycles[0].id))
