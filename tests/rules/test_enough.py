"""The days from which hours are enough, found at once, are those that counting day by day would find."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from kit.invented import invent
from kit.rules import make_cycle

from certtrack.rules.cycles import days_of
from certtrack.rules.enough import Enough, find_enough
from certtrack.rules.facts import CertificationFacts, CreditFact, CreditPart, CycleFact, ServiceFact, WaiverFact
from certtrack.rules.pack import Pack
from certtrack.rules.spans import spans
from certtrack.rules.standing import stand
from certtrack.rules.under import make_under

START, DUE = date(2025, 1, 1), date(2026, 12, 31)
KEYS = ("ethics", "trauma", "culture")
AREAS = "[hours.total]\nminutes = 480\n" + "".join(
    f'[hours.areas.{key}]\nsource = "page"\nsure = "verified"\n[hours.areas.{key}.minimum]\nminutes = 120\n'
    for key in KEYS
)
LIMITS = """
[hours.limits.recorded]
minutes = 150
forms = ["recorded"]
[hours.limits.webinars]
minutes = 60
forms = ["recorded"]
activities = ["webinar"]
[hours.limits.there]
minutes = 200
forms = ["in_person"]
"""
MINIMA = """
[hours.minima.there]
dimension = "format"
minutes = 120
forms = ["in_person"]
[hours.minima.webinars]
dimension = "format"
minutes = 60
activities = ["webinar"]
[hours.minima.recent]
dimension = "clock"
credits = 2
areas = ["ethics"]
every_years = 1
[hours.minima.leading]
dimension = "role"
minutes = 90
role = "supervisor"
areas = ["trauma"]
adds_to_total = "unknown"
"""
RULES = {
    "a total alone": "[hours.total]\nminutes = 300\n",
    "areas": AREAS,
    "areas, one unknown": AREAS.replace("minutes = 120", 'minutes = "unknown"', 1),
    "limits that nest": AREAS + LIMITS,
    "other dimensions": AREAS + MINIMA,
    "one of two unknown": AREAS + MINIMA.replace("minutes = 120", 'minutes = "unknown"'),
    "recorded ones unknown": AREAS + LIMITS + '[hours.forms.recorded]\ncounts = "unknown"\n',
    "a course counts once": AREAS + '[hours.same_course]\ncounts = "once"\n',
    "nobody knows how often a course counts": AREAS + '[hours.same_course]\ncounts = "unknown"\n',
    "hours of the last months once it is late": AREAS + "[late]\nmonths = 4\n[late_hours]\nmonths_before = 6\n",
    "late hours count, and service": AREAS
    + '[late]\nmonths = 4\n[earn_until]\nphase = "late"\n[renewal.service]\nminutes = 100\n',
    "a surplus and short credits": AREAS
    + "[hours.carry_over]\nminutes = 100\n[hours.smallest]\nminutes = 30\n[hours.rounding]\nminutes = 15\n",
    "first cycles ask for less": AREAS + '[first_cycle]\nhours = "prorated"\n',
}


@cache
def get_pack(name: str) -> Pack:
    return invent(RULES[name])


days = st.integers(-60, 900).map(lambda by: START + timedelta(days=by))


@st.composite
def credit_facts(draw: st.DrawFn, no: int) -> CreditFact:
    on = draw(days)
    parts = st.builds(
        CreditPart,
        st.sampled_from((20, 45, 60, 61, 90)),
        st.lists(st.sampled_from(KEYS), max_size=3, unique=True).map(tuple),
    )
    return CreditFact(
        id=no,
        first_on=on,
        last_on=on,
        parts=tuple(draw(st.lists(parts, min_size=1, max_size=2))),
        activity=draw(st.sampled_from(("course", "webinar"))),
        form=draw(st.sampled_from(("in_person", "recorded", None))),
        role=draw(st.sampled_from(("participant", "participant", "presenter"))),
        proof="none",
        decision=draw(st.sampled_from(("waiting", "waiting", "returned"))),
        title=f"Course {draw(st.integers(0, 12))}",
        provider="Lakeside",
    )


@st.composite
def held_facts(draw: st.DrawFn) -> CertificationFacts:
    cycle = CycleFact(1, START, DUE, "stated", None, draw(st.none() | days.filter(lambda day: day > START)))
    later = CycleFact(2, DUE + timedelta(1), date(2028, 12, 31), "stated")
    given = [
        WaiverFact(no, 1, draw(st.sampled_from(("waiver", "reduction"))), draw(days), "x", "ethics", None, 60)
        for no in range(draw(st.sampled_from((0, 0, 0, 1))))
    ]
    return CertificationFacts(
        id=7,
        credential="inv",
        issued_on=draw(st.none() | days),
        cycles=(cycle, later) if draw(st.booleans()) else (cycle,),
        credits=tuple(draw(credit_facts(no)) for no in range(draw(st.integers(0, 14)))),
        waivers=tuple(given),
        roles=frozenset(draw(st.sampled_from((("supervisor",), ())))),
        service=tuple(ServiceFact(no, day := draw(days), day, 60) for no in range(draw(st.integers(0, 2)))),
    )


@settings(max_examples=100)
@given(name=st.sampled_from(sorted(RULES)), facts=held_facts())
def test_spans_say_what_counting_says_on_every_day_on_which_hours_may_change(
    name: str, facts: CertificationFacts
) -> None:
    pack = get_pack(name)
    found = spans(pack, facts)
    turning = {credit.last_on for credit in facts.credits} | {given.from_on for given in facts.waivers}
    turning |= {one.from_on for one in facts.service} | {DUE + timedelta(days=by) for by in range(1, 200, 20)}
    for span in found:
        inside = {day for day in turning if span.from_on <= day <= span.until_on}
        for day in {span.from_on, span.until_on} | inside:
            assert (span.hours, span.validity) == ((now := stand(pack, facts, day)).hours, now.validity), day


def earn(no: int, on: date, minutes: int, *areas: str, form: str = "in_person") -> CreditFact:
    return CreditFact(no, on, on, (CreditPart(minutes, areas),), "course", form, "participant", "none", "waiting")  # type: ignore[arg-type]  # a form


def look(name: str, *credits_: CreditFact) -> Enough | None:
    pack, cycle = get_pack(name), make_cycle(DUE, start_on=START)
    facts = CertificationFacts(7, "inv", cycles=(cycle,), credits=credits_)
    own = days_of(pack, cycle)
    return find_enough(pack, facts, cycle, own, make_under(pack, facts, cycle, own, START))


def test_an_hour_that_fits_two_areas_is_not_taken_for_both() -> None:
    spring, summer, autumn = date(2025, 4, 1), date(2025, 7, 1), date(2025, 10, 1)
    own = (earn(1, spring, 240, "ethics"), earn(2, spring, 120, "ethics", "trauma"))
    assert look("areas", *own, earn(3, summer, 120, "trauma", "culture")) == Enough(summer, summer)
    both = (earn(3, summer, 120, "ethics", "trauma"), earn(4, autumn, 120, "culture"))
    assert look("areas", earn(1, spring, 240, "ethics", "trauma"), *both) == Enough(autumn, autumn)
    assert look("areas", earn(1, spring, 480, "ethics"), earn(2, summer, 120, "trauma", "culture")) == Enough(
        None, None
    )
    two_of_three = (earn(1, spring, 120, "ethics", "trauma"), earn(2, spring, 10, "trauma", "culture"))
    assert look("areas", *two_of_three, earn(3, summer, 480, "culture")) == Enough(None, None)


def test_minutes_over_a_limit_fill_nothing() -> None:
    spring, summer, autumn = date(2025, 4, 1), date(2025, 7, 1), date(2025, 10, 1)
    recorded = [earn(no, spring, 120, key, form="recorded") for no, key in enumerate(KEYS)]
    there = [earn(9, summer, 480, *KEYS), earn(10, autumn, 130, *KEYS, form="live_online")]
    assert look("limits that nest", *recorded, *there[:1]) == Enough(None, None)
    assert look("limits that nest", *recorded, *there) == Enough(autumn, autumn)


def test_what_changes_with_the_days_is_left_to_counting() -> None:
    late = earn(1, date(2025, 4, 1), 480, *KEYS)
    assert look("late hours count, and service", late) is None
    assert look("one of two unknown", late) is None
    assert look("other dimensions", late) is not None


def test_hours_that_were_enough_may_be_too_few_once_only_the_last_months_count() -> None:
    pack = get_pack("hours of the last months once it is late")
    facts = CertificationFacts(
        7, "inv", cycles=(make_cycle(DUE, start_on=START),), credits=(earn(1, date(2026, 12, 1), 480, *KEYS),)
    )
    turns = {span.hours: span.from_on for span in spans(pack, facts)}
    assert turns == {"complete": date(2026, 12, 1), "short": date(2027, 6, 1)} | turns
    assert [span.hours for span in spans(pack, facts)][:2] == ["short", "complete"]


def test_a_longer_course_taken_again_may_fill_another_area_only() -> None:
    pack = get_pack("a course counts once")
    rest = [earn(1, date(2025, 2, 1), 240, "trauma"), earn(2, date(2025, 3, 1), 240, "culture")]
    short = replace(earn(3, date(2025, 4, 1), 120, "ethics"), title="Ethics")
    long = replace(earn(4, date(2025, 5, 1), 180, "trauma"), title="Ethics")
    cycle = make_cycle(DUE, start_on=START)
    found = spans(pack, CertificationFacts(7, "inv", cycles=(cycle,), credits=(*rest, short, long)))
    assert [(span.from_on, span.hours) for span in found][:3] == [
        (START, "short"),
        (date(2025, 4, 1), "complete"),
        (date(2025, 5, 1), "short"),
    ]
