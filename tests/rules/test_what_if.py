"""What if: planned credits by the last day to act, and the least still needed against a linear programme's optimum."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.hours import CULTURE, CYCLE, DUE, ETHICS, TRAUMA, make_pack
from kit.rules import make_cycle, make_facts
from scipy.optimize import linprog

from certtrack.rules.cycles import days_of
from certtrack.rules.facts import CertificationFacts, CreditFact, CreditPart, WaiverFact
from certtrack.rules.hours import HoursCount, count_hours
from certtrack.rules.pack import Ask, Kinds, Limit, Minimum, Pack, Value
from certtrack.rules.standing import stand
from certtrack.rules.what_if import Least, LeastLine, least_needed, what_if

TODAY = date(2026, 5, 15)
KEYS = (ETHICS, CULTURE, TRAUMA)


def make_credit(
    minutes: int = 60, *areas: str, no: int = 1, on: date = date(2025, 5, 5), form: Any = "in_person"
) -> CreditFact:
    return CreditFact(no, on, on, (CreditPart(minutes, areas),), "course", form, "participant", "file", "waiting")


def plan(minutes: int = 60, *areas: str, no: int = -1, on: date = date(2026, 9, 1), form: Any = None) -> CreditFact:
    return make_credit(minutes, *areas, no=no, on=on, form=form)


def add_rules(pack: Pack, cap: int, in_person: int) -> Pack:
    """The pack with a cap on what was recorded, which counts, and with so many minutes to be held in person."""
    assert pack.hours is not None
    source = pack.hours.total.source
    held = Minimum("held", "format", None, Kinds(forms=("in_person",)), "minutes", Value(in_person, source, "verified"),
                   None, None, "no")  # fmt: skip
    limit = Limit("seen", None, Kinds(forms=("recorded",)), Value(cap, source, "verified"))
    return replace(pack, hours=replace(pack.hours, forms={}, minima=(held,), limits=(limit,)))


def make_record(*recorded: CreditFact, **more: Any) -> CertificationFacts:
    return replace(make_facts(CYCLE), credits=recorded, **more)


def count(pack: Pack, claimed: Sequence[CreditFact]) -> HoursCount:
    return count_hours(pack, days_of(pack, CYCLE), claimed, DUE)


def take(least: Least) -> list[CreditFact]:
    """Credits that are exactly what is needed at the least."""
    wanted = [*((line.key,) for line in least.lines), ()]
    amounts = [*(line.amount for line in least.lines), least.anywhere]
    pairs = zip(wanted, amounts, strict=True)
    return [
        plan(amount, *areas, no=-no, form="in_person") for no, (areas, amount) in enumerate(pairs, start=1) if amount
    ]


def find_least(
    claimed: Sequence[CreditFact], total: int, minima: dict[str, int], cap: int = 100_000, in_person: int = 0
) -> int:
    """By linear programming: the fewest minutes to add, by area or anywhere, so that total and minima are met.

    At most `cap` minutes of what was recorded count, and `in_person` are to be held in person, as all is that is added.
    """
    added = len(minima) + 1
    pairs = [(place, key) for place, credit in enumerate(claimed) for key in minima if key in credit.parts[0].areas]
    none = [0] * len(pairs)
    rows = [([-(key == wanted) for _, key in pairs] + [-(key == wanted) for key in minima] + [0], -minima[wanted])
            for wanted in minima]  # fmt: skip
    rows += [([int(place == own) for own, _ in pairs] + [0] * added, credit.minutes)
             for place, credit in enumerate(claimed)]  # fmt: skip
    rows.append(([int(claimed[place].form == "recorded") for place, _ in pairs] + [0] * added, cap))
    recorded = sum(credit.minutes for credit in claimed if credit.form == "recorded")
    held = sum(credit.minutes for credit in claimed) - recorded
    rows.append((none + [-1] * added, held + min(recorded, cap) - total))
    rows.append((none + [-1] * added, held - in_person))
    best = linprog(none + [1] * added, A_ub=[row for row, _ in rows], b_ub=[limit for _, limit in rows])
    fewest: int = round(best.fun)
    return fewest


credits_on_record = st.lists(
    st.tuples(st.integers(1, 300), st.frozensets(st.sampled_from(KEYS)), st.sampled_from(("in_person", "recorded"))),
    max_size=6,
).map(lambda drawn: [make_credit(m, *sorted(a), no=no, form=f) for no, (m, a, f) in enumerate(drawn, start=1)])
minima_of_areas = st.fixed_dictionaries({key: st.integers(1, 300) for key in KEYS})


@given(credits_on_record, st.integers(0, 900), minima_of_areas)
def test_exactly_the_least_makes_it_complete_and_no_fewer_minutes_can(
    claimed: list[CreditFact], total: int, minima: dict[str, int]
) -> None:
    pack = make_pack(total, **minima)
    found = count(pack, claimed)
    for surely in (False, True):
        least = least_needed(pack, found, surely=surely)
        counting = [credit for credit in claimed if not surely or credit.form == "in_person"]
        assert least.minutes == find_least(counting, total, minima)
        assert least.minutes == least.anywhere + sum(line.amount for line in least.lines)
    added = take(least_needed(pack, found, surely=True))
    assert count(pack, [*claimed, *added]).hours == "complete"
    assert (found.hours == "complete") == (not added)
    for place, credit in enumerate(added):
        short = replace(credit, parts=(replace(credit.parts[0], minutes=credit.minutes - 1),))
        assert count(pack, [*claimed, *added[:place], short, *added[place + 1 :]]).hours != "complete"


@given(credits_on_record, st.integers(0, 900), minima_of_areas, st.integers(1, 600), st.integers(1, 900))
def test_so_it_is_where_a_cap_binds_and_another_dimension_asks_for_more(
    claimed: list[CreditFact], total: int, minima: dict[str, int], cap: int, in_person: int
) -> None:
    pack = add_rules(make_pack(total, **minima), cap, in_person)
    found = count(pack, claimed)
    least = least_needed(pack, found)
    assert least.minutes == find_least(claimed, total, minima, cap, in_person)
    added = take(replace(least, lines=tuple(line for line in least.lines if line.key != "held")))
    assert count(pack, [*claimed, *added]).hours == "complete"
    assert (found.hours == "complete") == (not added)


def test_credits_that_are_counted_are_told_as_so_many_and_service_beside_the_hours() -> None:
    pack = make_pack(600, **{ETHICS: 120})
    assert pack.hours is not None
    source = pack.hours.total.source
    twice = Minimum(CULTURE, "count", None, Kinds(areas=(CULTURE,)), "credits", Value(2, source, "verified"), None,
                    None, "no")  # fmt: skip
    pack = replace(
        pack,
        hours=replace(pack.hours, minima=(twice,)),
        asks=(Ask("renewal", "service", Value(3000, source, "verified")),),
    )
    found = stand(pack, make_record(make_credit(600, ETHICS), make_credit(1, CULTURE, no=2)), DUE).counted
    least = least_needed(pack, found)
    assert (least.minutes, least.lines) == (0, (LeastLine(CULTURE, 1, "credits"),))
    assert least.beside == (LeastLine("service", 3000),)
    assert not least.is_nothing


def test_a_minute_of_an_area_counts_towards_the_total_as_well() -> None:
    pack = make_pack(1200, **{ETHICS: 120, CULTURE: 120})
    least = least_needed(pack, count(pack, [make_credit(1020, ETHICS)]))
    assert least == Least(180, 60, (LeastLine(CULTURE, 120),), ())
    full = least_needed(pack, count(pack, [make_credit(1200, ETHICS)]))
    assert full == Least(120, 0, (LeastLine(CULTURE, 120),), ())


def test_what_nobody_has_published_is_named_and_nothing_is_said_of_it(cps: Pack) -> None:
    least = least_needed(cps, count(cps, [make_credit(1200, ETHICS)]))
    assert least.is_nothing
    assert least.unknown == (CULTURE, TRAUMA, ETHICS, "area_4", "area_5", "area_6")


def test_what_may_count_is_taken_to_count_unless_it_is_asked_for_surely() -> None:
    pack = make_pack(600, **{ETHICS: 120})
    found = count(pack, [make_credit(120, ETHICS, form="recorded"), make_credit(400, no=2)])
    assert least_needed(pack, found) == Least(80, 80, (), ())
    assert least_needed(pack, found, surely=True) == Least(200, 80, (LeastLine(ETHICS, 120),), ())


def test_nothing_is_needed_of_what_is_waived() -> None:
    pack = make_pack(600, **{ETHICS: 120})
    waiver = WaiverFact(1, CYCLE.id, "waiver", TODAY, "the office", requirement=ETHICS)
    found = what_if(pack, make_record(make_credit(580), waivers=(waiver,)), (), TODAY)
    assert least_needed(pack, found.before) == Least(20, 20, (), ())


def test_planned_credits_count_by_the_due_day_beside_those_on_record() -> None:
    pack = make_pack(600, **{ETHICS: 120})
    found = what_if(pack, make_record(make_credit(480)), [plan(120, ETHICS)], TODAY)
    assert (found.by, found.before.hours, found.after.hours) == (DUE, "short", "complete")
    assert [(one.count.id, one.count.counts, one.count.minutes, one.then) for one in found.planned] == [
        (-1, "yes", 120, None)
    ]
    assert found.before == stand(pack, make_record(make_credit(480)), TODAY).counted


def test_what_is_planned_changes_nothing_on_record() -> None:
    pack, record = make_pack(600), make_record(make_credit(480))
    found = what_if(pack, record, (), TODAY)
    assert (found.before, found.planned) == (found.after, ())
    assert record.credits == (make_credit(480),)


@pytest.mark.parametrize(
    ("on", "code", "then"),
    [
        (DUE, "counts", None),
        (DUE + timedelta(days=1), "lies_ahead", "after_due_not_published"),
        (date(2027, 6, 1), "lies_ahead", "after_cycle"),
        (date(2024, 10, 31), "before_cycle", None),
    ],
)
def test_a_planned_credit_says_why_its_day_counts_or_not(cps: Pack, on: date, code: str, then: str | None) -> None:
    one = what_if(cps, make_record(), [plan(on=on)], TODAY).planned[0]
    assert (one.count.code, one.then.code if one.then else None) == (code, then)


def test_in_grace_the_day_to_act_by_is_its_last_one(cps: Pack) -> None:
    until_grace = replace(cps, earn_until=replace(cps.earn_until, value="grace", sure="verified"))
    found = what_if(until_grace, make_record(), [plan(90, on=date(2026, 11, 30))], date(2026, 11, 5))
    assert (found.by, found.after.requirements[0].counted) == (date(2026, 11, 30), 90)


def test_where_nothing_can_be_earned_any_more_there_is_no_day_and_nothing_counts(cps: Pack) -> None:
    following = make_cycle(date(2028, 10, 31), start_on=date(2026, 11, 1), no=2)
    renewed = replace(make_record(), cycles=(replace(CYCLE, closed_on=date(2026, 11, 1)), following))
    ended = make_record(died_on=TODAY)
    for facts, day in ((renewed, TODAY), (make_facts(), TODAY), (ended, TODAY), (make_record(), date(2028, 1, 1))):
        found = what_if(cps, facts, [plan()], day)
        assert (found.by, found.planned, found.after) == (None, (), stand(cps, facts, day).counted)


def test_a_cycle_that_begins_before_the_due_day_does_not_speak_of_this_one(cps: Pack) -> None:
    ahead = make_cycle(date(2028, 10, 31), start_on=date(2026, 10, 1), no=2)
    found = what_if(cps, replace(make_record(), cycles=(CYCLE, ahead)), [plan(90)], TODAY)
    assert found.after.requirements[0].counted == 90
