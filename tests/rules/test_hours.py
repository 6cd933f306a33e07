"""Hours of a cycle: what counts, what doesn't, what nobody has published, and the answer."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.rules import CPS, make_cycle, shipped_packs

from certtrack.rules.cycles import days_of
from certtrack.rules.facts import CreditFact, CreditPart
from certtrack.rules.hours import HoursCount, count_hours
from certtrack.rules.pack import EarnUntil, Pack, Value

DUE = date(2026, 10, 31)
CYCLE = make_cycle(DUE, start_on=date(2024, 11, 1))
ETHICS, CULTURE, TRAUMA = "ethics_boundaries", "cultural_humility", "trauma_informed_care"


def make_credit(minutes: int = 60, *areas: str, no: int = 1, on: date = date(2025, 5, 5), **fields: Any) -> CreditFact:
    plain = CreditFact(
        no, on, on, (CreditPart(minutes, areas),), "course", "in_person", "participant", "file", "waiting"
    )
    return replace(plain, **fields)


def confirm(pack: Pack, **minima: int) -> Pack:
    """The pack with these minima established, and none for the other areas."""
    assert pack.hours is not None
    areas = tuple(
        replace(area, minimum=Value(minima[area.key], area.listed.source, "verified"))
        for area in pack.hours.areas
        if area.key in minima
    )
    return replace(pack, hours=replace(pack.hours, areas=areas))


def count(pack: Pack, *claimed: CreditFact, as_of: date = DUE) -> HoursCount:
    return count_hours(pack, days_of(pack, CYCLE), claimed, as_of)


def needs(found: HoursCount) -> dict[str, tuple[int | None, int, int, int | None]]:
    return {r.key: (r.needed, r.counted, r.unsure, r.open) for r in found.requirements}


@pytest.mark.parametrize(
    ("fields", "counts", "code"),
    [
        ({}, "yes", "counts"),
        ({"on": date(2024, 11, 1)}, "yes", "counts"),
        ({"on": date(2024, 10, 31)}, "no", "before_cycle"),
        ({"on": DUE}, "yes", "counts"),
        ({"on": date(2026, 11, 1)}, "unsure", "after_due_not_published"),
        ({"on": date(2027, 5, 31)}, "unsure", "after_due_not_published"),
        ({"on": date(2027, 6, 1)}, "no", "after_cycle"),
        ({"activity": "video"}, "no", "activity_excluded"),
        ({"activity": "college_course"}, "no", "activity_excluded"),
        ({"activity": "book"}, "no", "activity_excluded"),
        ({"activity": "webinar", "form": "live_online"}, "yes", "counts"),
        ({"form": "recorded"}, "unsure", "form_not_published"),
        ({"form": None}, "yes", "counts"),
        ({"role": "presenter"}, "unsure", "presenting_not_published"),
        ({"proof": "none"}, "no", "no_certificate"),
        ({"proof": "on_paper"}, "yes", "counts"),
        ({"decision": "returned"}, "no", "returned"),
        ({"decision": "checked"}, "yes", "counts"),
        ({"form": "recorded", "proof": "none"}, "no", "no_certificate"),
        ({"activity": "video", "proof": "none"}, "no", "activity_excluded"),
    ],
)
def test_each_credit_says_whether_it_counts_and_why(cps: Pack, fields: dict[str, Any], counts: str, code: str) -> None:
    found = count(cps, make_credit(90, ETHICS, **fields), as_of=date(2027, 12, 31))
    assert [(credit.counts, credit.code) for credit in found.credits] == [(counts, code)]
    assert found.credits[0].minutes == (0 if counts == "no" else 90)


def test_what_lies_ahead_counts_from_its_last_day_on(cps: Pack) -> None:
    spread = make_credit(90, first_on=date(2025, 5, 1), on=date(2025, 5, 1), last_on=date(2025, 5, 9))
    assert count(cps, spread, as_of=date(2025, 5, 8)).credits[0].code == "lies_ahead"
    assert count(cps, spread, as_of=date(2025, 5, 9)).credits[0].code == "counts"


@pytest.mark.parametrize(
    ("earn_until", "last_day"),
    [("due", DUE), ("grace", date(2026, 11, 30)), ("late", date(2027, 4, 30))],
)
def test_hours_are_earned_until_the_published_day_included(cps: Pack, earn_until: EarnUntil, last_day: date) -> None:
    pack = replace(cps, earn_until=replace(cps.earn_until, value=earn_until, sure="verified"))
    late = date(2027, 12, 31)
    assert count(pack, make_credit(on=last_day), as_of=late).credits[0].counts == "yes"
    after = count(pack, make_credit(on=last_day + timedelta(days=1)), as_of=late).credits[0]
    assert (after.counts, after.code) == ("no", "after_cycle")


def test_with_unknown_minima_twenty_hours_stay_unconfirmed_and_less_is_short(cps: Pack) -> None:
    found = count(cps, make_credit(600, ETHICS, no=1), make_credit(600, CULTURE, no=2))
    assert found.hours == "unconfirmed"
    assert needs(found) == {
        "total": (1200, 1200, 0, 0),
        CULTURE: (None, 600, 0, None),
        TRAUMA: (None, 0, 0, None),
        ETHICS: (None, 600, 0, None),
        "area_4": (None, 0, 0, None),
        "area_5": (None, 0, 0, None),
        "area_6": (None, 0, 0, None),
    }
    less = count(cps, make_credit(1199, ETHICS))
    assert (less.hours, needs(less)["total"]) == ("short", (1200, 1199, 0, 1))


def test_a_minute_counts_once_within_the_areas_and_again_for_the_total(cps: Pack) -> None:
    pack = confirm(cps, **{ETHICS: 120, CULTURE: 120})
    both = make_credit(120, ETHICS, CULTURE, no=1)
    found = count(pack, both, make_credit(60, ETHICS, no=2), make_credit(1020, no=3))
    assert found.hours == "short"
    assert needs(found) == {"total": (1200, 1200, 0, 0), CULTURE: (120, 120, 0, 0), ETHICS: (120, 60, 0, 60)}
    assert dict(found.credits[0].shares) == {CULTURE: 120}
    assert dict(found.credits[1].shares) == {ETHICS: 60}
    full = count(pack, both, make_credit(120, ETHICS, no=2), make_credit(960, no=3))
    assert full.hours == "complete"


def test_a_surplus_in_one_area_fills_no_other(cps: Pack) -> None:
    pack = confirm(cps, **{ETHICS: 120, CULTURE: 120})
    found = count(pack, make_credit(1200, ETHICS))
    assert (found.hours, needs(found)[CULTURE]) == ("short", (120, 0, 0, 120))


def test_what_may_count_makes_nobody_short_and_nobody_complete(cps: Pack) -> None:
    pack = confirm(cps, **{ETHICS: 120})
    found = count(pack, make_credit(1140, ETHICS, no=1), make_credit(60, no=2, form="recorded"))
    assert found.hours == "unconfirmed"
    assert needs(found)["total"] == (1200, 1140, 60, 0)


def test_parts_are_split_by_area_to_the_minute(cps: Pack) -> None:
    pack = confirm(cps, **{ETHICS: 50, CULTURE: 25})
    credit = make_credit(parts=(CreditPart(50, (ETHICS,)), CreditPart(25, (CULTURE,)), CreditPart(7)))
    found = count(pack, credit)
    assert needs(found) == {"total": (1200, 82, 0, 1118), CULTURE: (25, 25, 0, 0), ETHICS: (50, 50, 0, 0)}


def test_without_a_cycle_or_published_rules_nothing_is_confirmed(cps: Pack) -> None:
    assert count_hours(cps, None, [make_credit()], DUE) == HoursCount("unconfirmed", (), ())
    assert count(replace(cps, hours=None), make_credit()).hours == "unconfirmed"


_ORDER = {"short": 0, "unconfirmed": 1, "complete": 2}
_PACK = confirm(shipped_packs().get(CPS), **{ETHICS: 120, CULTURE: 90})


@st.composite
def any_credit(draw: st.DrawFn, no: int) -> CreditFact:
    on = draw(st.dates(date(2024, 10, 1), date(2027, 8, 1)))
    areas = draw(st.lists(st.sampled_from((ETHICS, CULTURE, TRAUMA)), unique=True))
    return make_credit(
        draw(st.integers(1, 900)),
        *areas,
        no=no,
        on=on,
        activity=draw(st.sampled_from(("course", "video"))),
        form=draw(st.sampled_from(("in_person", "recorded", None))),
        proof=draw(st.sampled_from(("file", "none"))),
    )


@given(st.data(), st.dates(date(2025, 1, 1), date(2027, 12, 31)))
def test_one_more_credit_never_makes_it_worse_and_the_order_changes_nothing(data: st.DataObject, as_of: date) -> None:
    some = [data.draw(any_credit(no)) for no in range(data.draw(st.integers(0, 6)))]
    before, after = count(_PACK, *some, as_of=as_of), count(_PACK, *some, data.draw(any_credit(99)), as_of=as_of)
    assert _ORDER[after.hours] >= _ORDER[before.hours]
    for old, new in zip(before.requirements, after.requirements, strict=True):
        assert (new.open or 0) <= (old.open or 0)
    turned = count(_PACK, *some[::-1], as_of=as_of)
    assert (turned.hours, turned.requirements) == (before.hours, before.requirements)
    assert sorted(turned.credits, key=lambda c: c.id) == sorted(before.credits, key=lambda c: c.id)
