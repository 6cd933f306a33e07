"""The provisional term: the day with which it ends, and what ends it sooner."""

from dataclasses import replace
from datetime import date

import pytest
from kit.invented import invent
from kit.rules import make_cycle, make_facts

from certtrack.rules.facts import CertificationFacts, CycleFact, StatusFact
from certtrack.rules.provisional import find_provisional_end, is_provisional, may_be_extended

D = date.fromisoformat
PACK = invent(provisional={"months": 6, "extensions": 1, "extension_months": 6})
ISSUED = D("2026-01-10")
TERM = make_cycle(D("2026-07-10"), start_on=ISSUED)
FULL = make_cycle(D("2028-06-25"), start_on=D("2026-06-25"), no=2)


def facts(*cycles: CycleFact, **more: object) -> CertificationFacts:
    return replace(make_facts(), cycles=cycles, **({"issued_on": ISSUED} | more))  # type: ignore[arg-type]  # each is of its field's kind


def find(its: CertificationFacts, as_of: str = "2026-03-01") -> str | None:
    found = find_provisional_end(PACK, its, D(as_of))
    return found.isoformat() if found else None


def test_it_ends_so_many_months_after_the_day_of_issue() -> None:
    assert find(facts()) == "2026-07-10"
    assert find(facts(issued_on=D("2026-08-31"))) == "2027-02-28"
    assert find(facts(issued_on=None)) is None


def test_the_day_of_its_own_cycle_goes_before_and_of_two_readings_the_earlier() -> None:
    assert find(facts(replace(TERM, due_on=D("2026-07-05")))) == "2026-07-05"
    assert find(facts(replace(TERM, due_on=D("2026-07-15"), computed_due_on=D("2026-07-10")))) == "2026-07-10"
    assert find(facts(replace(TERM, due_on=D("2027-01-10"), due_source="extended"))) == "2027-01-10"


@pytest.mark.parametrize(
    "its",
    [
        facts(replace(TERM, closed_on=D("2026-06-25")), FULL),
        facts(replace(TERM, closed_on=D("2026-02-25"))),
        facts(replace(TERM, due_on=D("2027-01-11"))),
        facts(TERM, statuses=(StatusFact(1, "retired", D("2026-02-01")),)),
    ],
    ids=["granted", "closed", "longer than any extension", "retired"],
)
def test_it_is_none_any_more(its: CertificationFacts) -> None:
    assert find(its) is None


def test_of_a_certification_without_a_cycle_nothing_is_said_once_no_extension_reaches_so_far() -> None:
    assert (find(facts(), "2027-01-10"), find(facts(), "2027-01-11")) == ("2026-07-10", None)


def test_only_the_first_cycle_is_provisional_and_only_where_the_pack_has_two_steps() -> None:
    both = facts(TERM, FULL)
    assert [is_provisional(PACK, both, one) for one in (TERM, FULL)] == [True, False]
    assert not is_provisional(invent(), both, TERM)
    assert find_provisional_end(invent(), facts(), D("2026-03-01")) is None


def test_an_extension_is_spoken_of_until_one_was_given() -> None:
    assert may_be_extended(PACK, facts(), D("2026-07-10"))
    assert not may_be_extended(PACK, facts(), D("2026-07-11"))
    assert not may_be_extended(PACK, facts(issued_on=None), D("2026-07-10"))
    assert not may_be_extended(invent(provisional={"months": 6}), facts(), D("2026-07-10"))
