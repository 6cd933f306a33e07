"""What stands in a reminder's way."""

from dataclasses import replace
from datetime import date

import pytest
from kit.rules import CPS, make_cycle, make_facts, shipped_packs

from certtrack.db.models import Cycle, Person
from certtrack.rules.facts import IntentionFact, StatusKind, StepFact, StepKind
from certtrack.rules.standing import stand
from certtrack.services.reminders.obstacles import find_obstacle

DUE = date(2026, 10, 31)
TODAY = date(2026, 6, 1)


def find(
    *,
    acts: tuple[tuple[StatusKind, date], ...] = (),
    address: str | None = "carol@example.org",
    died_on: date | None = None,
    closed_on: date | None = None,
    anchor_on: date = DUE,
    stage: str = "before_30",
    steps: tuple[StepFact, ...] = (),
    said: tuple[IntentionFact, ...] = (),
    today: date = TODAY,
    occurrence: int = 0,
) -> str | None:
    facts = replace(make_facts(make_cycle(DUE), statuses=acts), steps=steps, intentions=said)
    standing = stand(shipped_packs().get(CPS), facts, today)
    person = Person(private_address=address, died_on=died_on)
    cycle = Cycle(id=1, start_on=date(2024, 11, 1), due_on=DUE, closed_on=closed_on, is_withdrawn=False)
    return find_obstacle(person, standing, cycle, anchor_on, stage, occurrence=occurrence)


def test_nothing_stands_in_the_way_of_somebody_with_an_address() -> None:
    assert find() is None


@pytest.mark.parametrize("act", ["suspended", "revoked", "retired"])
def test_an_act_of_the_authority_stands_in_the_way_from_its_day_on(act: StatusKind) -> None:
    assert find(acts=((act, TODAY),)) == act
    assert find(acts=((act, date(2026, 6, 2)),)) is None


def test_what_concerns_the_record_speaks_before_what_concerns_the_mail() -> None:
    assert find(address=None) == "no_address"
    assert find(address=None, anchor_on=date(2026, 12, 15)) == "day_moved"
    assert find(address=None, closed_on=TODAY) == "cycle_closed"
    assert find(address=None, died_on=TODAY, closed_on=TODAY) == "died"


def test_a_sent_application_stops_the_stages_that_ask_to_send_and_no_others() -> None:
    sent = (StepFact(1, 1, "sent", TODAY),)
    assert find(steps=sent) == "application_sent"
    assert find(steps=sent, stage="grace") is None
    assert find(steps=sent, stage="day_moved") is None
    assert find(steps=(StepFact(1, 1, "sent", date(2026, 6, 2)),)) is None, "it isn't sent yet on that day"


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("submitted", "application_sent", None),
        ("received", "application_sent", "application_sent"),
        ("returned", None, None),
        ("refused", None, None),
    ],
)
def test_once_the_programme_itself_has_received_it_nothing_is_asked_for(
    kind: StepKind, before: str | None, after: str | None
) -> None:
    steps = (StepFact(1, 1, kind, TODAY),)
    assert (find(steps=steps), find(steps=steps, stage="grace"), find(steps=steps, stage="day_moved")) == (
        *(before, after),
        None,
    )


def test_whoever_is_not_going_on_is_told_nothing_more() -> None:
    said = (IntentionFact(1, 1, "not_going_on", TODAY),)
    assert {find(said=said, stage=stage) for stage in ("before_1", "late", "day_moved")} == {"not_going_on"}


@pytest.mark.parametrize(
    ("until_on", "today", "answer"),
    [
        (None, date(2026, 10, 16), "asked_for_time"),
        (None, date(2026, 10, 17), None),
        (date(2026, 9, 1), date(2026, 8, 31), "asked_for_time"),
        (date(2026, 9, 1), date(2026, 9, 1), None),
        (date(2027, 5, 1), date(2026, 10, 17), None),
    ],
)
def test_asking_for_time_hushes_until_that_day_and_14_days_before_the_due_day_at_the_latest(
    until_on: date | None, today: date, answer: str | None
) -> None:
    said = (IntentionFact(1, 1, "more_time", TODAY, until_on),)
    assert find(said=said, today=today) == answer
    assert find(said=said, today=today, stage="grace") is None


@pytest.mark.parametrize(
    ("until_on", "today", "answer"),
    [
        (date(2026, 9, 1), date(2026, 8, 31), "has_plan"),
        (date(2026, 9, 1), date(2026, 9, 1), None),
        (date(2026, 10, 25), date(2026, 10, 16), "has_plan"),
        (date(2026, 10, 25), date(2026, 10, 17), None),
    ],
)
def test_a_plan_hushes_until_its_day_or_14_days_before_the_due_day_whichever_is_earlier(
    until_on: date, today: date, answer: str | None
) -> None:
    said = (IntentionFact(1, 1, "plan", TODAY, until_on),)
    assert find(said=said, today=today) == answer
    assert find(said=said, today=today, stage="grace") is None
    assert find(said=said, today=today, stage="day_moved") is None


def test_what_was_seen_is_not_repeated_and_no_other_stage_or_day_is_kept_back_by_it() -> None:
    said = (IntentionFact(1, 1, "seen", TODAY, stage="before_30", anchor_on=DUE),)
    assert find(said=said, occurrence=1) == "seen"
    assert find(said=said) is None, "the first time was told, or is to be"
    assert find(said=said, occurrence=1, stage="before_14") is None
    other_day = (IntentionFact(1, 1, "seen", TODAY, stage="before_30", anchor_on=date(2026, 9, 30)),)
    assert find(said=other_day, occurrence=1) is None
