"""An hour that is claimed for two certifications: both, one, neither for sure; the one due earlier comes first."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kit.invented import invent
from kit.rules import credit_facts, make_cycle

from certtrack.rules.facts import CertificationFacts, CreditFact, CreditPart
from certtrack.rules.pack import Pack
from certtrack.rules.sharing import set_beside, stand_together
from certtrack.rules.spans import spans
from certtrack.rules.standing import Standing, stand

D = date.fromisoformat
EARLY, LATE = D("2027-03-15"), D("2027-09-15")
AREAS = {"culture": {"minimum": {"minutes": 240}}, "law": {}}


def pack(key: str, minutes: int = 600, *sharing: dict[str, Any], areas: bool = False) -> Pack:
    tables: dict[str, Any] = {"total": {"minutes": minutes}} | ({"areas": AREAS} if areas else {})
    return invent(key=key, hours=tables, **({"sharing": list(sharing)} if sharing else {}))


def credit(no: int, minutes: int, *areas: str, on: str = "2026-01-10") -> CreditFact:
    parts = (CreditPart(minutes, areas),)
    return CreditFact(no, D(on), D(on), parts, "course", "in_person", "participant", "file", "waiting")


def held(no: int, due_on: date, *claimed: CreditFact) -> CertificationFacts:
    cycle = make_cycle(due_on, start_on=D("2025-03-16"), no=no)
    return CertificationFacts(no, "inv", cycles=(cycle,), credits=claimed)


def totals(standings: tuple[Standing, ...]) -> list[tuple[int, int]]:
    lines = [next(one for one in each.counted.requirements if one.key == "total") for each in standings]
    return [(line.counted, line.unsure) for line in lines]


NO = {"with": ["any"], "counts": "no"}
YES = {"with": ["other"], "counts": "yes"}


@pytest.mark.parametrize(
    ("rules", "later"),
    [((YES,), (900, 0)), ((NO,), (300, 0)), ((), (300, 600)), (({"with": ["any"], "counts": "unknown"},), (300, 600))],
)
def test_an_hour_counts_for_both_where_the_rules_allow_it_and_for_the_earlier_alone_where_not(
    rules: tuple[dict[str, Any], ...], later: tuple[int, int]
) -> None:
    claimed = (credit(1, 600), credit(2, 300, on="2026-06-10"))
    packs = pack("one", 600, *rules), pack("other", 900)
    found = stand_together([(packs[1], held(2, LATE, *claimed)), (packs[0], held(1, EARLY, *claimed))], EARLY)
    assert totals(found) == [later, (600, 0)]


def test_the_earlier_takes_no_more_than_it_needs() -> None:
    claimed = credit(1, 1000)
    packs = pack("one", 600, NO), pack("other", 600)
    found = stand_together([(packs[0], held(1, EARLY, claimed)), (packs[1], held(2, LATE, claimed))], EARLY)
    assert totals(found) == [(600, 0), (400, 0)]
    assert [each.counted.credits[0].minutes for each in found] == [1000, 400]
    assert found[1].counted.credits[0].code == "counts_elsewhere"


@pytest.mark.parametrize("is_trainer_first", [True, False])
def test_hours_of_one_area_are_used_once_and_the_others_count_for_both(is_trainer_first: bool) -> None:  # parametrized
    once = {"with": ["other"], "counts": "no", "areas": ["culture"]}
    both = {"with": ["other"], "counts": "yes"}
    trainer, plain = pack("one", 600, once, both, areas=True), pack("other", 600)
    claimed = (credit(1, 300, "culture"), credit(2, 300, "law"))
    days = (EARLY, LATE) if is_trainer_first else (LATE, EARLY)
    found = stand_together([(trainer, held(1, days[0], *claimed)), (plain, held(2, days[1], *claimed))], EARLY)
    culture = next(one for one in found[0].counted.requirements if one.key == "culture")
    if is_trainer_first:
        assert (culture.counted, totals(found)) == (240, [(600, 0), (360, 0)])
    else:
        assert (culture.counted, totals(found)) == (0, [(600, 0), (600, 0)])


def test_a_credit_that_is_claimed_for_one_alone_is_nobody_else_s() -> None:
    packs = pack("one", 600, NO), pack("other", 600)
    found = stand_together(
        [(packs[0], held(1, EARLY, credit(1, 600))), (packs[1], held(2, LATE, credit(2, 600)))], EARLY
    )
    assert totals(found) == [(600, 0), (600, 0)]


def test_two_certifications_of_one_credential_bar_each_other_nothing() -> None:
    claimed, same = credit(1, 600), pack("one", 600, NO)
    found = stand_together([(same, held(1, EARLY, claimed)), (same, held(2, LATE, claimed))], EARLY)
    assert totals(found) == [(600, 0), (600, 0)]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_new_credit_never_makes_the_earlier_one_worse(data: st.DataObject) -> None:
    claimed = tuple(data.draw(credit_facts(no)) for no in range(data.draw(st.integers(0, 4))))
    more = data.draw(credit_facts(9))
    rules = data.draw(st.sampled_from(((), (NO,), (YES,))))
    packs = pack("one", 600, *rules), pack("other", 900)

    def stand_with(given: tuple[CreditFact, ...]) -> tuple[Standing, ...]:
        return stand_together([(packs[0], held(1, EARLY, *given)), (packs[1], held(2, LATE, *given))], LATE)

    before, after = stand_with(claimed), stand_with((*claimed, more))
    assert totals(before)[0] <= totals(after)[0]


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_spans_are_the_standing_of_each_day_beside_another_certification(data: st.DataObject) -> None:
    claimed = tuple(data.draw(credit_facts(no)) for no in range(data.draw(st.integers(1, 3))))
    claimed = tuple(replace(one, first_on=EARLY, last_on=EARLY.replace(month=1 + one.id)) for one in claimed)
    claimed = tuple(replace(one, first_on=one.last_on) for one in claimed)
    packs = pack("one", 600, NO), pack("other", 900)
    both = [(packs[0], held(1, EARLY, *claimed[:2])), (packs[1], held(2, LATE, *claimed))]
    facts = set_beside(both)[1]
    day = data.draw(st.dates(D("2025-03-16"), D("2028-12-31")))
    span = next(one for one in spans(packs[1], facts) if one.from_on <= day <= one.until_on)
    assert span.hours == stand(packs[1], facts, day).hours
