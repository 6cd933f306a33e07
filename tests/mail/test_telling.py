"""What is said of a certification on a day: every phase, both readings, and nothing that isn't published."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.mails import DUE, make_item
from kit.rules import CPPS, CPS, shipped_packs
from kit.rules import days as any_day

from certtrack.mail.content import ReminderItem
from certtrack.mail.telling import Part, tell
from certtrack.mail.view import last_workday
from certtrack.mail.words import format_money
from certtrack.rules.pack import Fee, Pack, Value

SATURDAY = DUE[CPS]
LATER_READING = date(2027, 5, 31)


def say(item: ReminderItem, today: date, locale: str = "en") -> str:
    """All of it in one line, with plain spaces."""
    part = tell(item, today=today, office="Lakeside Peers", locale=locale)
    return flat(part)


def flat(part: Part) -> str:
    lines = [part.first, *(paragraph.whole for paragraph in (*part.paragraphs, *part.asking))]
    return " ".join(lines).replace("\N{NO-BREAK SPACE}", " ")


def first(item: ReminderItem, today: date) -> str:
    return tell(item, today=today, office="x", locale="en").first.replace("\N{NO-BREAK SPACE}", " ")


def change_pack(key: str = CPS, **values: Any) -> Pack:
    return replace(shipped_packs().get(key), **values)


def with_value(key: str, **values: Any) -> Pack:
    """The pack of that key with those values in place of its own, each as sure as can be."""
    pack = shipped_packs().get(key)
    return replace(pack, **{name: replace(getattr(pack, name), value=value) for name, value in values.items()})


@pytest.mark.parametrize(
    ("today", "sentence"),
    [
        (date(2026, 9, 1), "Your recertification is due on Saturday, October 31, 2026."),
        (SATURDAY, "Your recertification is due on Saturday, October 31, 2026."),
        (date(2026, 11, 1), "You are in grace until Monday, November 30, 2026."),
        (date(2026, 11, 30), "You are in grace until Monday, November 30, 2026."),
        (date(2026, 12, 1), "The late window is open until Friday, April 30, 2027."),
        (
            date(2027, 5, 1),
            "By one reading the late window ended on April 30, 2027; by another it is open until Monday, May 31, 2027.",
        ),
        (date(2027, 6, 1), "The way back by exam is open until Monday, October 30, 2028."),
        (date(2029, 5, 31), "Your recertification was due on Saturday, October 31, 2026."),
    ],
)
def test_the_first_sentence_says_the_day_of_the_phase_that_today_is_in(today: date, sentence: str) -> None:
    assert first(make_item(stage="before_1"), today) == sentence


@given(any_day, st.sampled_from(["before_180", "before_1", "grace", "late", "exam_route", "full_route"]))
def test_a_delayed_mail_says_the_same_whatever_its_stage(today: date, stage: str) -> None:
    assert say(make_item(stage=stage), today) == say(make_item(), today)


@pytest.mark.parametrize("locale", ["en", "es"])
@given(today=any_day, off=st.none() | st.integers(-31, 31), key=st.sampled_from([CPS, CPPS]))
def test_every_day_has_its_sentences_in_both_languages(locale: str, today: date, off: int | None, key: str) -> None:
    computed = None if off is None else DUE[key] + timedelta(days=off)
    part = tell(make_item(key, computed=computed), today=today, office="Lakeside Peers", locale=locale)
    assert part.first.endswith(".")
    assert len(part.paragraphs) >= 3
    assert "None" not in flat(part)
    assert "9999" not in flat(part)


@given(st.integers(0, 1500))
def test_nobody_is_told_that_the_late_window_is_over_before_the_later_reading_has_passed(far: int) -> None:
    today = date(2026, 11, 1) + timedelta(days=far)
    is_over = "way back by exam is open" in first(make_item(), today)
    assert not (is_over and today <= LATER_READING)


def test_the_earlier_reading_is_the_one_to_act_by_and_the_later_one_is_named() -> None:
    said = say(make_item(CPPS), date(2027, 3, 1))
    assert "open until Saturday, July 31, 2027." in said
    assert "The published rules differ: by another reading it is August 31, 2027. Go by the earlier day." in said
    assert "Once both days have passed there is a way back by exam." in said


def test_two_days_on_a_record_are_both_named_and_the_earlier_one_counts() -> None:
    item = make_item(CPPS, date(2027, 1, 30), computed=date(2027, 1, 31))
    said = say(item, date(2027, 1, 5))
    assert said.startswith("Your recertification is due on Saturday, January 30, 2027. That's 25 days from today.")
    assert "two readings of the day, January 30, 2027 and January 31, 2027. Go by the earlier one." in said
    assert "published rules differ" not in said


def test_between_two_due_days_neither_is_called_the_right_one() -> None:
    item = make_item(CPPS, date(2027, 1, 30), computed=date(2027, 1, 31))
    said = say(item, date(2027, 1, 31))
    assert "was due on January 30, 2027; by another it is due on Sunday, January 31, 2027." in said
    assert "Act as soon as you can, and ask which day counts." in said
    assert "Hand it in at a counter as soon as you can" in said


def test_after_two_due_days_both_are_named() -> None:
    item = make_item(CPPS, date(2027, 1, 30), computed=date(2027, 1, 31))
    assert "By one reading it was due on January 30, 2027, by another on January 31, 2027." in say(
        item, date(2027, 2, 3)
    )


@pytest.mark.parametrize(
    ("today", "words"),
    [(SATURDAY, "That's today."), (date(2026, 10, 30), "That's tomorrow."), (date(2026, 10, 1), "30")],
)
def test_how_far_it_is_is_said_in_days(today: date, words: str) -> None:
    assert words in say(make_item(), today)


class TestWeekendsAndPost:
    def test_before_a_weekend_the_friday_is_the_day_for_the_post(self) -> None:
        said = say(make_item(), date(2026, 10, 30))
        assert "October 31 is a Saturday. Hand it in at a counter by Friday, October 30, 2026," in said

    def test_once_that_friday_is_past_nothing_is_promised(self) -> None:
        said = say(make_item(CPPS), date(2027, 1, 30))
        assert "January 31 is a Sunday. Many counters are closed on weekends." in said
        assert "What a weekend means for the last day isn't published; please ask." in said
        assert "counter by" not in said

    @given(any_day, st.sampled_from([CPS, CPPS]))
    def test_a_monday_after_a_weekend_is_never_named(self, today: date, key: str) -> None:
        said = say(make_item(key), today)
        assert "November 2, 2026" not in said
        assert "February 1, 2027" not in said

    def test_a_day_in_the_week_is_its_own_day_for_the_post(self) -> None:
        said = say(make_item(), date(2026, 11, 5))
        assert "Hand it in at a counter by Monday, November 30, 2026, and ask for a manual postmark." in said

    def test_where_only_the_arrival_counts_nobody_is_sent_for_a_postmark(self) -> None:
        said = say(make_item(pack=with_value(CPS, counts_by="received")), date(2026, 9, 1))
        assert "It counts on the day on which it arrives. See that it arrives by Friday, October 30, 2026." in said
        assert "manual postmark" not in said

    def test_where_nothing_is_published_on_postmarks_that_is_said(self) -> None:
        said = say(make_item(pack=with_value(CPS, counts_by=None)), date(2026, 9, 1))
        assert "It isn't published whether the postmark counts. See that it arrives by Friday" in said

    def test_an_arrival_that_can_no_longer_be_on_a_workday_is_a_question_to_ask(self) -> None:
        said = say(make_item(pack=with_value(CPS, counts_by="received")), SATURDAY)
        assert "arrives by" not in said
        assert "What a weekend means for the last day isn't published; please ask." in said

    def test_a_published_move_over_a_weekend_is_named_and_the_earlier_day_is_advised(self) -> None:
        said = say(make_item(pack=with_value(CPS, weekend="next_day")), date(2026, 9, 1))
        assert "move a last day on a weekend to Monday, November 2, 2026. The earlier day is the safer one." in said
        assert "counter by Friday, October 30, 2026" in said

    def test_an_exam_route_that_ends_on_a_weekend_is_to_be_done_by_the_friday(self) -> None:
        item = make_item(due_on=date(2028, 10, 31))
        assert item.days.exam_route_until == date(2030, 10, 30)
        sunday = make_item(due_on=date(2025, 11, 1))
        assert sunday.days.exam_route_until == date(2027, 10, 31)
        assert "October 31 is a Sunday. Have it done by Friday, October 29, 2027, to be safe." in say(
            sunday, date(2026, 9, 1)
        )
        assert "What a weekend means for the last day isn't published" in say(sunday, date(2027, 10, 30))

    def test_the_last_workday_is_the_friday_or_the_day_itself(self) -> None:
        days = [date(2027, 1, day) for day in (28, 29, 30, 31)]
        assert [last_workday(day).day for day in days] == [28, 29, 29, 29]


class TestWhatIsNotPublished:
    def test_whether_it_holds_is_not_promised_where_nothing_is_published(self) -> None:
        assert "It isn't published whether your certification holds during that time; please ask." in say(
            make_item(), date(2026, 9, 1)
        )
        assert "It isn't published whether your certification holds during this time; please ask." in say(
            make_item(), date(2026, 11, 5)
        )

    def test_an_inferred_end_is_called_our_reading(self) -> None:
        assert "As we read the published rules, your certification doesn't hold" in say(make_item(), date(2027, 6, 1))

    @pytest.mark.parametrize(
        ("holds", "words"), [("yes", "Your certification holds during this"), ("no", "Your certification doesn't hold")]
    )
    def test_a_published_answer_is_said_plainly(self, holds: Any, words: str) -> None:
        pack = shipped_packs().get(CPS)
        value = Value(holds, pack.deadline.source, "verified")
        said = say(make_item(pack=replace(pack, holds={**pack.holds, "grace": value})), date(2026, 11, 5))
        assert words in said

    def test_inferred_needs_are_called_our_reading_and_verified_ones_are_not(self) -> None:
        words = "This is our reading of what is published."
        assert words in say(make_item(CPS), date(2026, 9, 1))
        assert words not in say(make_item(CPPS), date(2026, 9, 1))

    def test_a_fee_that_is_not_published_is_not_made_up(self) -> None:
        assert "The cost isn't published." in say(make_item(), date(2027, 6, 1))
        pack = shipped_packs().get(CPS)
        unknown = replace(pack, fees={**pack.fees, "on_time": replace(pack.fees["on_time"], value=None)})
        said = say(make_item(pack=unknown), date(2026, 9, 1))
        assert "and the fee." in said
        assert "$" not in said.split("After that day")[0]

    def test_a_phase_of_which_nothing_is_published_asks_for_nothing(self) -> None:
        said = say(make_item(pack=change_pack(needs={}, advice={}, fees={})), date(2026, 9, 1))
        assert "What to do" not in said
        assert "fee" not in said

    @pytest.mark.parametrize("today", [date(2026, 9, 1), date(2026, 11, 5), date(2026, 12, 5), date(2027, 6, 1)])
    def test_hours_are_not_spoken_of(self, today: date) -> None:
        assert "hour" not in say(make_item(), today)
        assert "hora" not in say(make_item(), today, "es").lower().replace("ahora", "")


class TestMoney:
    def test_the_fee_is_said_in_all_with_the_late_fee_in_it(self) -> None:
        said = say(make_item(CPPS), date(2027, 3, 1))
        assert "and the fee: $80 in all, of which $25 is the late fee." in said

    def test_the_next_fee_is_said_and_an_equal_one_stays(self) -> None:
        assert "The fee stays $55." in say(make_item(), date(2026, 9, 1))
        assert "The fee is then $80 in all." in say(make_item(), date(2026, 11, 5))

    def test_a_published_cost_of_an_exam_is_said(self) -> None:
        pack = shipped_packs().get(CPS)
        fee = replace(pack.fees["exam_route"], value=Fee(5050))
        said = say(make_item(pack=replace(pack, fees={**pack.fees, "exam_route": fee})), date(2027, 6, 1))
        assert "The cost is $50.50." in said

    @pytest.mark.parametrize("locale", ["en", "es"])
    def test_amounts_are_written_as_the_rules_write_them(self, locale: str) -> None:
        amounts = [format_money(cents, "USD", locale) for cents in (5500, 5550, 125_000)]
        assert amounts == ["$55", "$55.50", "$1,250"]


class TestWhoSpeaks:
    def test_a_keeper_says_that_only_the_program_renews(self) -> None:
        said = say(make_item(), date(2026, 9, 1))
        assert "Lakeside Peers keeps your record; only the program (Wisconsin Department of Health Services)" in said

    def test_a_granter_does_not_point_elsewhere(self) -> None:
        assert "only the program" not in say(make_item(is_granter=True), date(2026, 9, 1))

    @pytest.mark.parametrize("locale", ["en", "es"])
    def test_the_credential_is_spelled_out_and_there_is_somebody_to_ask(self, locale: str) -> None:
        pack = shipped_packs().get(CPS)
        said = say(make_item(), date(2026, 9, 1), locale)
        assert pack.name_at_first_use.of(locale) in said
        assert pack.whom_to_ask.of(locale) in said

    def test_without_a_number_none_is_spoken_of(self) -> None:
        said = say(make_item(number=None), date(2026, 9, 1))
        assert "Certified Peer Specialist." in said
        assert "number" not in said


class TestMoved:
    def test_a_moved_day_is_told_first_and_to_be_checked(self) -> None:
        said = say(make_item(stage="day_moved"), date(2026, 6, 1))
        assert said.startswith("Your due day is now Saturday, October 31, 2026. The day was changed in our record.")
        assert "You are in" not in said

    def test_a_day_that_moved_into_the_past_also_says_what_is_open_now(self) -> None:
        said = say(make_item(stage="day_moved"), date(2026, 11, 9))
        assert said.startswith("Your due day is now Saturday, October 31, 2026.")
        assert "You are in grace until Monday, November 30, 2026. That's 21 days from today." in said

    def test_a_day_that_moved_far_into_the_past_is_said_once(self) -> None:
        assert say(make_item(stage="day_moved"), date(2030, 1, 1)).count("October 31, 2026") == 1
