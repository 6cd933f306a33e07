"""Requirements with a clock of their own: until when each is met, held against a scan of every single day."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kit.invented import invent
from kit.rules import make_cycle, make_facts

from certtrack.rules.calendar import add_years
from certtrack.rules.facts import CertificationFacts, CreditFact, CreditPart, StatusFact, WaiverFact
from certtrack.rules.own_clocks import ClockDay, list_clock_days
from certtrack.rules.pack import Pack
from certtrack.rules.standing import stand

D = date.fromisoformat
TODAY = D("2026-05-15")
DUE = D("2027-03-15")
CLOCKS = """
[hours.areas.suicide]
[hours.areas.suicide.minimum]
minutes = 180
every_years = 6
[hours.areas.equity]
[hours.areas.equity.minimum]
minutes = 120
every_years = 4
"""
PACK = invent(CLOCKS)


def credit(no: int, on: str | date, minutes: int = 180, area: str = "suicide", **more: Any) -> CreditFact:
    day = D(on) if isinstance(on, str) else on
    parts = (CreditPart(minutes, (area,)),)
    made = CreditFact(no, day, day, parts, "course", "in_person", "participant", "file", "waiting", f"Course {no}")
    return replace(made, **more)


def facts(*credits_: CreditFact, **more: Any) -> CertificationFacts:
    return replace(make_facts(make_cycle(DUE, start_on=D("2025-03-16"))), credits=credits_, **more)


def days_of(its: CertificationFacts, pack: Pack = PACK, as_of: date = TODAY) -> dict[str, ClockDay]:
    return {day.minimum.key: day for day in list_clock_days(pack, its, as_of)}


def until(its: CertificationFacts, pack: Pack = PACK, as_of: date = TODAY) -> dict[str, str]:
    return {key: day.until_on.isoformat() for key, day in days_of(its, pack, as_of).items()}


def test_it_is_met_until_the_last_day_of_so_many_years_after_its_hours() -> None:
    its = facts(credit(1, "2023-03-05"), credit(2, "2024-02-29", 120, "equity"))
    assert until(its) == {"suicide": "2029-03-04", "equity": "2028-02-28"}


def test_of_hours_from_several_days_the_oldest_that_is_needed_says_it() -> None:
    its = facts(credit(1, "2021-01-10", 60), credit(2, "2022-01-10", 120), credit(3, "2023-01-10", 60))
    assert until(its) == {"suicide": "2028-01-09"}
    assert days_of(its)["suicide"].credit_ids == (2, 3)


def test_what_was_never_met_has_no_day_and_what_was_met_once_keeps_the_day_on_which_it_was() -> None:
    assert until(facts(credit(1, "2023-03-05", 179))) == {}
    assert until(facts(credit(1, "2015-03-05"), credit(2, "2024-03-05", 60))) == {"suicide": "2021-03-04"}


def test_hours_that_may_count_make_a_later_reading_and_speak_alone_where_nothing_else_does() -> None:
    pack = invent(CLOCKS + '[hours.forms.recorded]\ncounts = "unknown"\n')
    newer = credit(2, "2025-03-05", form="recorded")
    day = days_of(facts(credit(1, "2022-03-05"), newer), pack)["suicide"]
    assert (day.until_on, day.latest_on) == (D("2028-03-04"), D("2031-03-04"))
    day = days_of(facts(newer), pack)["suicide"]
    assert (day.until_on, day.latest_on) == (D("2031-03-04"), D("2031-03-04"))


@pytest.mark.parametrize(
    "more",
    [
        {"cycles": ()},
        {"cycles": (make_cycle(DUE, start_on=D("2025-03-16"), closed_on=D("2026-04-01")),)},
        {"statuses": (StatusFact(1, "retired", D("2026-05-01")),)},
        {"waivers": (WaiverFact(1, 1, "waiver", D("2026-01-01"), "the Board", "suicide"),)},
        {"waivers": (WaiverFact(1, 1, "waiver", D("2026-01-01"), "the Board", "total"),)},
        {"waivers": (WaiverFact(1, 1, "reduction", D("2026-01-01"), "the Board", "suicide", minutes=180),)},
    ],
)
def test_nothing_falls_due_where_nothing_is_asked_for(more: dict[str, Any]) -> None:
    assert until(facts(credit(1, "2023-03-05"), **more)) == {}


def test_no_hours_are_asked_for_in_an_exempt_first_cycle_nor_of_a_role_that_is_not_theirs() -> None:
    exempt = invent(CLOCKS, first_cycle={"starts": "issued", "ends": "term", "hours": "exempt"})
    assert until(facts(credit(1, "2023-03-05"), issued_on=D("2025-03-16")), exempt) == {}
    role = invent(CLOCKS, hours={"areas": {"suicide": {"minimum": {"role": "supervisor", "adds_to_total": True}}}})
    assert until(facts(credit(1, "2023-03-05")), role) == {}
    assert until(facts(credit(1, "2023-03-05"), roles=frozenset({"supervisor"})), role) == {"suicide": "2029-03-04"}


_DAYS = st.dates(min_value=D("2017-01-01"), max_value=TODAY)
_GIVEN = st.lists(
    st.tuples(_DAYS, st.sampled_from([30, 60, 90, 180]), st.sampled_from(["suicide", "equity"])), max_size=6
)


@settings(max_examples=60)
@given(_GIVEN)
def test_it_is_the_last_of_all_days_on_which_the_hours_of_the_years_up_to_it_are_enough(
    given_: list[tuple[date, int, str]],
) -> None:
    found = until(facts(*(credit(no, *one) for no, one in enumerate(given_, 1))))
    for key, years, needed in (("suicide", 6, 180), ("equity", 4, 120)):
        mine = [(on, minutes) for on, minutes, area in given_ if area == key]
        assert found.get(key) == _scan(mine, years, needed)


def _scan(given_: list[tuple[date, int]], years: int, needed: int) -> str | None:
    last, day = None, D("2017-01-01")
    while day < D("2033-01-01"):
        if sum(minutes for on, minutes in given_ if add_years(day, -years) < on <= day) >= needed:
            last = day.isoformat()
        day += timedelta(days=1)
    return last


@settings(max_examples=60)
@given(_GIVEN, st.integers(min_value=0, max_value=1500))
def test_on_a_due_day_it_says_what_the_hours_of_the_cycle_say(given_: list[tuple[date, int, str]], far: int) -> None:
    due_on = TODAY + timedelta(days=far)
    its = facts(*(credit(no, *one) for no, one in enumerate(given_, 1)))
    its = replace(its, cycles=(make_cycle(due_on, start_on=due_on - timedelta(days=729)),))
    lines = {one.key: one for one in stand(PACK, its, TODAY).counted.requirements}
    found = days_of(its)
    for key in ("suicide", "equity"):
        is_met = key in found and found[key].until_on >= due_on
        assert is_met == (lines[key].open == 0)
