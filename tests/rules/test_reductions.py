"""Minutes that an authority took off what a cycle asks for: what is left is asked for, and never less than nothing."""

from dataclasses import replace
from datetime import date

import pytest
from kit.rules import CPS, make_cycle, make_facts, shipped_packs

from certtrack.rules.facts import CertificationFacts, CreditFact, CreditPart, WaiverFact
from certtrack.rules.standing import stand
from certtrack.rules.waivers import list_reduced

DUE, FROM = date(2026, 10, 31), date(2026, 3, 1)


def reduced(*taken_off: tuple[str, int], hours: int = 0) -> CertificationFacts:
    """A cycle from which that was taken off, from March on, with so many hours of ethics on record."""
    given = tuple(
        WaiverFact(no, 1, "reduction", FROM, "The program", requirement=key, minutes=minutes)
        for no, (key, minutes) in enumerate(taken_off, start=1)
    )
    parts = (CreditPart(60 * hours, ("ethics_boundaries",)),)
    credit = CreditFact(1, FROM, FROM, parts, "course", "in_person", "participant", "file", "waiting")
    return replace(make_facts(make_cycle(DUE)), waivers=given, credits=(credit,) if hours else ())


def total_of(facts: CertificationFacts, as_of: date = DUE) -> tuple[int | None, int | None]:
    standing = stand(shipped_packs().get(CPS), facts, as_of)
    return next((line.needed, line.open) for line in standing.counted.requirements if line.key == "total")


def test_what_is_left_is_asked_for_from_the_day_on_which_it_holds() -> None:
    facts = reduced(("total", 300), hours=5)
    assert total_of(facts) == (900, 600)
    assert total_of(facts, date(2026, 2, 28)) == (1200, 1200)


@pytest.mark.parametrize("minutes", [1200, 1201, 6000])
def test_it_never_asks_for_less_than_nothing(minutes: int) -> None:
    assert total_of(reduced(("total", minutes), hours=1)) == (0, 0)


def test_what_was_taken_off_adds_up_by_requirement_and_a_waiver_takes_off_nothing() -> None:
    facts = reduced(("total", 60), ("total", 30), ("ethics_boundaries", 45))
    more = WaiverFact(9, 1, "waiver", FROM, "The program", requirement="total")
    other = WaiverFact(10, 2, "reduction", FROM, "The program", requirement="total", minutes=600)
    facts = replace(facts, waivers=(*facts.waivers, more, other))
    assert list_reduced(facts, facts.cycles[0], DUE) == {"total": 90, "ethics_boundaries": 45}
    assert list_reduced(facts, facts.cycles[0], date(2026, 2, 28)) == {}


def test_an_area_without_a_published_minimum_stays_unknown() -> None:
    standing = stand(shipped_packs().get(CPS), reduced(("ethics_boundaries", 60)), DUE)
    assert next(line.needed for line in standing.counted.requirements if line.key == "ethics_boundaries") is None


def test_the_reasons_name_it_with_its_minutes() -> None:
    standing = stand(shipped_packs().get(CPS), reduced(("total", 300)), DUE)
    [reason] = [one for one in standing.because if one.code == "reduction"]
    assert (reason.values["minutes"], reason.values["requirement"], reason.records) == (300, "total", (("waiver", 1),))
