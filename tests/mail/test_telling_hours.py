"""What a reminder says of the holder's hours: from what the rules count to words, and never more than is certain."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.every_mail import copy_of
from kit.hours import CULTURE, CYCLE, DUE, ETHICS, TRAUMA, earn, make_pack, tell_with
from kit.rules import TWO_STEPS, every_shipped_pack, make_cycle, make_facts, shipped_packs

from certtrack.language import LOCALES
from certtrack.mail.content import ReminderItem
from certtrack.mail.copied import tell_copy
from certtrack.mail.telling import Part, tell
from certtrack.rules.facts import CertificationFacts, CreditFact, WaiverFact
from certtrack.rules.hours_rule import Kinds, Minimum
from certtrack.rules.pack import Ask, EarnUntil, Pack, Value
from certtrack.rules.terms import first_rule

TODAY = date(2026, 9, 1)
DUE_FIRST = "Your recertification is due on Saturday, October 31, 2026."
THERE = "All 20 hours are on record"
AREA_UNKNOWN = "How many hours 1 area needs isn't published, so a little more may be asked for."
PLAIN, MIXED = make_pack(1200), make_pack(1200, trauma_informed_care=120, ethics_boundaries=60)
ONE_UNKNOWN = make_pack(1200, trauma_informed_care=None)
MAY_COUNT: dict[str, Any] = {"role": "presenter"}


def say(item: ReminderItem, locale: str = "en") -> tuple[str, str, int | None]:
    """The first sentence, what is told of the hours, "" where nothing is, and how full the bar is."""
    part = tell(item, today=item.today, office="Lakeside Peers", locale=locale)
    bare = tell(replace(item, so_far=None), today=item.today, office="Lakeside Peers", locale=locale)
    more = [one for one in part.paragraphs[1:] if one not in bare.paragraphs]
    assert bool(more) == (item.so_far is not None)
    assert all(one.percent is None for one in more[1:])
    text = " ".join(one.whole for one in more)
    return plain(part.first), plain(text), more[0].percent if more else None


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def with_minimum(pack: Pack, unit: Any, needed: int) -> Pack:
    """The pack with one requirement beside the areas."""
    assert pack.hours is not None
    value: Value[int | None] = Value(needed, pack.hours.total.source, "verified")
    one = Minimum("live", "format", None, Kinds(forms=("live_online",)), unit, value, None, None, None)
    return replace(pack, hours=replace(pack.hours, minima=(one,)))


@pytest.mark.parametrize(
    ("pack", "claimed", "first", "told", "percent"),
    [
        pytest.param(
            MIXED, [earn(1020, ETHICS)],
            "3 more hours, 2 of them in trauma-informed care, by October 31, 2026.",
            "So far, 17 of 20 hours are counted.", 85, id="needed, some of it in an area",
        ),
        pytest.param(
            MIXED, [earn(1080, ETHICS)],
            "2 more hours, all in trauma-informed care, by October 31, 2026.",
            "So far, 18 of 20 hours are counted.", 90, id="needed, all of it in an area",
        ),
        pytest.param(
            MIXED, [earn(1140, ETHICS, TRAUMA)], "1 more hour by October 31, 2026.",
            "So far, 19 of 20 hours are counted.", 95, id="needed, in any area",
        ),
        pytest.param(
            MIXED, [],
            "20 more hours by October 31, 2026.",
            "So far, 0 of 20 hours are counted. Of what is still to do: "
            "Trauma-informed care: 2 hours; Ethics and boundaries: 1 hour.", 0, id="nothing is counted yet",
        ),
        pytest.param(
            MIXED, [earn(1260, ETHICS)],
            "2 more hours, all in trauma-informed care, by October 31, 2026.",
            f"{THERE}; something is still to do in an area.", None, id="the hours are there, an area is open",
        ),
        pytest.param(
            PLAIN, [earn(1170)], "Half an hour more by October 31, 2026.",
            "So far, 19.5 of 20 hours are counted.", 97, id="half an hour",
        ),
        pytest.param(
            make_pack(1200, trauma_informed_care=30), [earn(1140)],
            "1 more hour, half an hour of it in trauma-informed care, by October 31, 2026.",
            "So far, 19 of 20 hours are counted.", 95, id="half an hour of an hour",
        ),
        pytest.param(
            ONE_UNKNOWN, [earn(1020)], "At least 3 more hours by October 31, 2026.",
            f"So far, 17 of 20 hours are counted. {AREA_UNKNOWN}", 85, id="an area's minimum isn't known",
        ),
        pytest.param(
            ONE_UNKNOWN, [earn(1200)], DUE_FIRST,
            f"{THERE}; whether each area has enough can't be said for sure. {AREA_UNKNOWN}", None,
            id="the hours are there, an area's minimum isn't known",
        ),
        pytest.param(
            make_pack(None), [earn(600)], DUE_FIRST,
            "So far, 10 hours are counted. How many are needed in all isn't published.", None, id="no total is known",
        ),
        pytest.param(
            make_pack(None, trauma_informed_care=120), [],
            "At least 2 more hours, all in trauma-informed care, by October 31, 2026.",
            "So far, no hours are counted. How many are needed in all isn't published.", None,
            id="no total is known, an area is open",
        ),
        pytest.param(
            PLAIN, [earn(900, decision="waiting")], "5 more hours by October 31, 2026.",
            "So far, 15 of 20 hours are counted. None of it is checked yet.", 75, id="all of it waits",
        ),
        pytest.param(
            PLAIN, [earn(900), earn(60, no=2, decision="waiting")], "4 more hours by October 31, 2026.",
            "So far, 16 of 20 hours are counted. 1 hour of these still waits to be checked.", 80,
            id="some of it waits",
        ),
        pytest.param(
            PLAIN, [earn(1200), earn(600, no=2, decision="waiting")], DUE_FIRST, f"{THERE}.", 100,
            id="what is checked is enough",
        ),
        pytest.param(
            PLAIN, [earn(900), earn(600, no=2, decision="waiting")], DUE_FIRST,
            f"{THERE}. 5 hours of these still wait to be checked.", 100, id="what waits is needed",
        ),
        pytest.param(
            PLAIN, [earn(900), earn(600, no=2, decision="returned")], "5 more hours by October 31, 2026.",
            "So far, 15 of 20 hours are counted.", 75, id="what was returned doesn't count",
        ),
        pytest.param(
            PLAIN, [earn(900), earn(120, no=2, **MAY_COUNT)], "At least 3 more hours by October 31, 2026.",
            "So far, 15 of 20 hours are counted. Not certain to count: 2 hours more.", 75, id="some may count",
        ),
        pytest.param(
            PLAIN, [earn(900), earn(300, no=2, **MAY_COUNT)], DUE_FIRST,
            "So far, 15 of 20 hours are counted. Not certain to count: 5 hours more.", 75,
            id="with what may count enough",
        ),
        pytest.param(
            with_minimum(PLAIN, "minutes", 120), [earn(1140)], "2 more hours by October 31, 2026.",
            "So far, 19 of 20 hours are counted. Of what is still to do: By how it is held: 2 hours.", 95,
            id="a requirement that is no area",
        ),
        pytest.param(
            with_minimum(PLAIN, "credits", 2), [earn(1200)], DUE_FIRST,
            f"{THERE}; something else is still to do. Still to do: By how it is held: 2 credits.", None,
            id="so many credits of a kind",
        ),
        pytest.param(
            MIXED, [earn(1200, ETHICS, TRAUMA)], DUE_FIRST, f"{THERE}, in every area.", 100, id="none is needed",
        ),
        pytest.param(replace(PLAIN, hours=None), [], DUE_FIRST, "", None, id="the rules say nothing of hours"),
        pytest.param(
            make_pack(0), [], DUE_FIRST, "No hours are asked for in all in this cycle.", None, id="none in all",
        ),
    ],
)  # fmt: skip
def test_what_is_counted_becomes_words(
    pack: Pack, claimed: Sequence[CreditFact], first: str, told: str, percent: int | None
) -> None:
    assert say(tell_with(pack, *claimed, today=TODAY)) == (first, told, percent)


def first_term(pack: Pack, hours: Any) -> Pack:
    """The pack that asks for those hours in a first cycle: all, none, a share; None where it isn't published."""
    return replace(pack, first_cycle=Value(replace(first_rule(pack), hours=hours), pack.deadline.source, "verified"))


def carol(**values: Any) -> CertificationFacts:
    return replace(make_facts(CYCLE), **values)


def test_in_a_first_term_that_is_exempt_none_are_asked_for() -> None:
    given_first = carol(issued_on=date(2024, 10, 20))
    item = tell_with(first_term(PLAIN, "exempt"), earn(600), today=TODAY, facts=given_first)
    assert say(item) == (DUE_FIRST, "The hours of this cycle are waived.", None)


def test_where_fewer_may_be_asked_for_in_a_first_term_none_are_said_to_be_needed() -> None:
    given_first = carol(issued_on=date(2024, 10, 20))
    item = tell_with(first_term(PLAIN, None), earn(600), today=TODAY, facts=given_first)
    told = "So far, 10 of 20 hours are counted. In this term fewer may be asked for, which isn't published; please ask."
    assert say(item) == (DUE_FIRST, told, 50)


def test_in_a_provisional_term_none_are_asked_for_and_nothing_is_said_of_service() -> None:
    pack = shipped_packs(TWO_STEPS).get(TWO_STEPS)
    facts = carol(issued_on=date(2026, 5, 1), cycles=(make_cycle(date(2026, 10, 31), start_on=date(2026, 5, 1)),))
    item = tell_with(pack, earn(600), today=TODAY, facts=facts)
    assert say(item) == (DUE_FIRST, "No hours of continuing education are asked for in this term.", None)


def test_what_is_waived_is_not_asked_for() -> None:
    waived = carol(waivers=(WaiverFact(1, CYCLE.id, "waiver", date(2026, 1, 1), "the program", "total"),))
    item = tell_with(MIXED, earn(600), today=TODAY, facts=waived)
    assert say(item) == (DUE_FIRST, "The hours of this cycle are waived.", None)


def test_service_that_is_asked_for_beside_the_hours_is_left_out() -> None:
    ask = Ask("renewal", "service", Value(6000, PLAIN.deadline.source, "verified"))
    item = tell_with(replace(PLAIN, asks=(ask,)), earn(1200), today=TODAY)
    assert say(item) == (DUE_FIRST, f"{THERE}.", 100)


def test_a_total_that_is_read_in_two_ways_says_that_the_pages_differ() -> None:
    assert PLAIN.hours is not None
    hours = replace(PLAIN.hours, total=replace(PLAIN.hours.total, sure="conflicting"))
    told = say(tell_with(replace(PLAIN, hours=hours), earn(1200), today=TODAY))[1]
    assert told == f"{THERE}. The published pages differ on this."


SHORT = "So far, 17 of 20 hours are counted. Still to do: 3 hours."
GONE = (
    "So far, 17 of 20 hours are counted. On the due day this was still to do: 3 hours. "
    "By the rules, hours earned now don't count any more; please ask what is possible."
)


class TestTheDay:
    @pytest.mark.parametrize(
        ("earn_until", "today", "says"),
        [
            ("due", date(2026, 11, 5), GONE),
            ("grace", date(2026, 11, 5), SHORT),
            ("grace", date(2026, 12, 5), GONE),
            ("late", date(2026, 12, 5), SHORT),
            (
                None,
                date(2026, 11, 5),
                f"{SHORT} It isn't published whether hours earned now still count.",
            ),
        ],
    )
    def test_after_the_due_day_the_phase_goes_first_and_whether_hours_still_count_is_said(
        self, earn_until: EarnUntil | None, today: date, says: str
    ) -> None:
        pack = replace(PLAIN, earn_until=Value(earn_until, PLAIN.deadline.source, "verified"))
        first, told, percent = say(tell_with(pack, earn(1020), today=today))
        assert first.startswith(("You are in grace until", "The late window is open until"))
        assert (told, percent) == (says, 85)

    def test_where_only_the_last_months_count_after_the_due_day_hours_still_do(self) -> None:
        source = PLAIN.deadline.source
        pack = replace(
            PLAIN, earn_until=Value("due", source, "verified"), late_hours_months=Value(24, source, "verified")
        )
        assert say(tell_with(pack, earn(1020), today=date(2026, 11, 5)))[1] == SHORT

    def test_the_day_that_is_another_one_now_goes_before_the_hours(self) -> None:
        first, told, _ = say(tell_with(PLAIN, earn(1020), today=TODAY, stage="day_moved"))
        assert (first, told) == ("Your due day is now Saturday, October 31, 2026.", SHORT)

    def test_between_two_due_days_both_go_before_the_hours(self) -> None:
        cycle = make_cycle(date(2026, 10, 30), start_on=CYCLE.start_on, computed=DUE)
        first, told, _ = say(tell_with(PLAIN, earn(1020), today=DUE, facts=carol(cycles=(cycle,))))
        assert first.startswith("By one reading your recertification was due on October 30, 2026;")
        assert told.startswith(SHORT)

    @pytest.mark.parametrize("today", [date(2027, 6, 1), date(2029, 5, 31)])
    def test_on_the_way_back_by_exam_nothing_is_said_of_hours(self, today: date) -> None:
        assert say(tell_with(PLAIN, earn(1020), today=today))[1] == ""

    def test_that_the_recertification_is_due_then_is_said_beside_the_hours(self) -> None:
        part = tell(tell_with(PLAIN, today=TODAY), today=TODAY, office="Lakeside Peers", locale="en")
        said = "That's 60 days from today. Your recertification is due on that day. It's about"
        assert part.paragraphs[0].whole.startswith(said)


def test_the_one_area_is_named_beside_the_hours_wherever_they_are_said() -> None:
    told = say(tell_with(MIXED, earn(1020, ETHICS), today=TODAY, stage="day_moved"))[1]
    assert told == "So far, 17 of 20 hours are counted. Still to do: 3 hours, 2 of them in trauma-informed care."


@pytest.mark.parametrize("pack", every_shipped_pack(), ids=lambda pack: f"{pack.key}@{pack.version}")
@pytest.mark.parametrize("locale", LOCALES)
def test_every_shipped_pack_has_its_words(pack: Pack, locale: str) -> None:
    facts = carol(roles=frozenset({"supervisor"}))
    for credits_ in ((), (earn(600),), (earn(6000),)):
        for today in (TODAY, date(2026, 11, 5), date(2027, 1, 5)):
            first, told, _ = say(tell_with(pack, *credits_, today=today, facts=facts), locale)
            assert first.endswith(".")
            assert "None" not in told


def test_once_an_application_is_on_its_way_nothing_is_said_of_hours() -> None:
    item = tell_with(PLAIN, earn(1020), today=TODAY, sent_on=date(2026, 8, 20))
    part = tell(item, today=TODAY, office="Lakeside Peers", locale="en")
    assert part == tell(replace(item, so_far=None), today=TODAY, office="Lakeside Peers", locale="en")


def test_a_copy_says_nothing_of_hours() -> None:
    copy = copy_of("before_30", TODAY, told_on=date(2026, 8, 28))
    assert copy.about is not None
    with_hours = replace(copy, so_far=tell_with(PLAIN, earn(1020), today=TODAY).so_far)
    said = [tell_copy(one, copy.about, today=TODAY, office="Lakeside Peers", locale="en") for one in (copy, with_hours)]
    assert said[0] == said[1]


def test_the_words_are_there_in_spanish() -> None:
    assert say(tell_with(MIXED, earn(1020, ETHICS), today=TODAY), "es") == (
        "Faltan 3 horas, 2 de ellas en atención informada sobre el trauma, a más tardar el 31 de octubre de 2026.",
        "Hasta ahora cuentan 17 de 20 horas.",
        85,
    )
    half = say(tell_with(PLAIN, earn(1170), today=TODAY), "es")[0]
    assert half == "Falta media hora, a más tardar el 31 de octubre de 2026."


claimed = st.lists(
    st.builds(
        earn,
        st.integers(1, 40).map(lambda halves: 30 * halves),
        st.sampled_from((ETHICS, CULTURE, TRAUMA)),
        no=st.integers(1, 10_000),
        decision=st.sampled_from(("waiting", "checked", "accepted", "returned")),
        role=st.sampled_from(("participant", "presenter")),
    ),
    max_size=5,
    unique_by=lambda credit: credit.id,
)
minima = st.dictionaries(st.sampled_from((ETHICS, CULTURE, TRAUMA)), st.sampled_from((None, 60, 120)))


@pytest.mark.parametrize("locale", LOCALES)
@given(claimed=claimed, total=st.sampled_from((None, 0, 600, 1200)), minima=minima, off=st.integers(-300, 200))
def test_whatever_is_counted_has_its_words(
    locale: str, claimed: list[CreditFact], total: int | None, minima: dict[str, int | None], off: int
) -> None:
    today = date.fromordinal(DUE.toordinal() + off)
    item = tell_with(make_pack(total, **minima), *claimed, today=today)
    part: Part = tell(item, today=today, office="Lakeside Peers", locale=locale)
    bars = [one.percent for one in part.paragraphs if one.percent is not None]
    assert part.first.endswith(".")
    assert len(bars) <= 1
    assert item.so_far is not None
    for percent in bars:
        assert (percent == 100) == (item.so_far.counted.hours == "complete")


@given(claimed=claimed, minima=minima)
def test_hours_go_first_only_where_exactly_these_are_missing_by_the_best_reading(
    claimed: list[CreditFact], minima: dict[str, int | None]
) -> None:
    """Once so many more are counted, none goes first any more."""
    pack = make_pack(1200, **minima)
    item = tell_with(pack, *claimed, today=TODAY)
    assert item.so_far is not None
    least = item.so_far.least
    assert say(item)[0].startswith("Your recertification") == least.is_nothing
    done = [earn(line.amount, line.key, no=-no, role="participant") for no, line in enumerate(least.lines, start=1)]
    done += [earn(least.anywhere, no=-99)] if least.anywhere else []
    assert say(tell_with(pack, *claimed, *done, today=TODAY))[0] == DUE_FIRST
