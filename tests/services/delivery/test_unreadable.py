"""One record of which nothing can be asked keeps nobody else from being told, and is late until it can be."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from kit.background_checks import keep_check
from kit.both_addresses import Late
from kit.databases import on_both
from kit.delivery import STAGE_DAY, Deliverer
from kit.exams import open_office
from kit.planning import Planner
from kit.world import World, load_shipped
from sqlalchemy import update

from certtrack.db.models import Cycle, Organization
from certtrack.mail.compose import compose_reminders
from certtrack.rules.so_far import find_so_far
from certtrack.rules.standing import stand
from certtrack.services.background_checks.records import NewCheck
from certtrack.services.delivery.mail_age import find_late_since
from certtrack.services.delivery.send_facts import load_send_facts
from certtrack.services.other_days import day_book

BROKEN = "office@example.org\nBcc: dave@example.org"
COMPOSING = "certtrack.services.delivery.composing"
POSTING = "certtrack.services.delivery.posting"
SEND_FACTS = "certtrack.services.delivery.send_facts"
RECHECKING = "certtrack.services.delivery.rechecking"
CHECK = NewCheck(date(2026, 5, 1), date(2026, 11, 1), "A letter")


def break_at(number: int, real: Callable[..., Any]) -> Callable[..., Any]:
    """What asks as `real` does, but for the so-manieth time it is asked."""
    asked = []

    def ask(*values: Any, **named: Any) -> Any:
        asked.append(values)
        if len(asked) == number:
            raise ZeroDivisionError
        return real(*values, **named)

    return ask


def break_always(*_values: Any, **_named: Any) -> Any:
    raise ZeroDivisionError


def states(planner: Planner) -> list[tuple[str, str | None]]:
    return sorted((row.state, row.reason) for row in planner.rows())


@on_both
def test_of_three_whose_mail_is_ripe_the_one_that_can_not_be_asked_of_keeps_no_other_back(
    world: World, deliverer: Deliverer, planner: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliverer.ripen(*(world.person() for _ in range(3)))
    monkeypatch.setattr(f"{SEND_FACTS}.stand", break_at(2, stand))
    assert deliverer.deliver() == {"accepted": 2}
    assert states(planner) == [("planned", "not_composed"), ("sent", None), ("sent", None)]
    world.at += timedelta(hours=2)
    with world.database.reading() as session:
        assert find_late_since(session, 3600, world.at) is not None
    monkeypatch.undo()
    deliverer.end_waits()
    assert deliverer.deliver() == {"accepted": 1}
    assert states(planner) == [("sent", None)] * 3


def test_hours_that_can_not_be_counted_keep_no_other_mail_back(
    world: World, deliverer: Deliverer, planner: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliverer.ripen(*(world.person() for _ in range(3)))
    monkeypatch.setattr(f"{SEND_FACTS}.find_so_far", break_at(1, find_so_far))
    assert deliverer.deliver() == {"accepted": 2}
    assert states(planner)[0] == ("planned", "not_composed")


def test_what_is_in_doubt_and_can_not_be_asked_of_waits_and_the_others_go_again(
    world: World, deliverer: Deliverer, planner: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliverer.ripen(*(world.person() for _ in range(2)))
    deliverer.smtp.set_behaviour("close", at="DATA")
    assert deliverer.deliver() == {"unknown": 2}
    deliverer.smtp.behave()
    deliverer.end_waits()
    monkeypatch.setattr(f"{RECHECKING}.load_send_facts", break_at(1, load_send_facts))
    assert deliverer.deliver() == {"accepted": 1}
    assert states(planner) == [("in_mail", None), ("sent", None)]
    monkeypatch.undo()
    deliverer.end_waits()
    assert deliverer.deliver() == {"accepted": 1}


def test_without_its_rules_a_mail_in_doubt_goes_no_more_to_an_address_that_is_no_longer_theirs(
    world: World, deliverer: Deliverer, planner: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    carol = world.person("Carol")
    deliverer.ripen(carol)
    deliverer.smtp.set_behaviour("close", at="DATA")
    deliverer.deliver()
    deliverer.smtp.behave()
    planner.change(carol, private_address="caro@example.org")
    deliverer.end_waits()
    monkeypatch.setattr(f"{RECHECKING}._has_rules", lambda *_values: False)
    assert deliverer.deliver() == {}
    assert deliverer.recipients() == []


@on_both
def test_another_day_that_can_not_be_asked_of_keeps_neither_planning_nor_mail_back(
    world: World, deliverer: Deliverer, planner: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.rulebook = load_shipped()
    office = open_office(world, grants=("cps",))
    keep_check(world, office.carol, CHECK)
    other = world.person("Dave")
    keep_check(world, other, CHECK)
    real = day_book.DayBook.look
    monkeypatch.setattr(day_book.DayBook, "look", break_at(1, real))
    counts = planner.look(date(2026, 8, 3))
    assert (counts["planned"], counts["unreadable"]) == (1, 1)
    assert len(deliverer.findings("not_planned")) == 1
    monkeypatch.setattr(day_book.DayBook, "look", break_at(1, real))
    assert deliverer.deliver() == {}
    assert states(planner) == [("planned", "not_composed")]
    monkeypatch.undo()
    planner.look(date(2026, 8, 4))
    deliverer.end_waits()
    assert deliverer.deliver() == {"accepted": 2}
    assert deliverer.findings("not_planned") == []


def test_what_waits_so_stays_due_since_its_own_hour_however_often_the_planner_looks(
    world: World, deliverer: Deliverer, planner: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    [cycle] = deliverer.ripen(world.person())
    monkeypatch.setattr(f"{SEND_FACTS}.stand", break_at(1, stand))
    assert deliverer.deliver() == {}
    due = planner.row(cycle, "before_180").send_after
    with world.database.writing() as session:
        session.execute(update(Cycle).values(next_stage_on=STAGE_DAY))
    world.at += timedelta(hours=1)
    assert planner.batch().looked_at == 1
    row = planner.row(cycle, "before_180")
    assert (row.state, row.reason, row.send_after) == ("planned", "not_composed", due)


def answer_to(world: World, address: str | None) -> None:
    """Let offices be answered there, past all checks; with a `BROKEN` address no mail can be written."""
    with world.database.writing() as session:
        session.execute(update(Organization).values(reply_to=address))


def is_late(world: World) -> bool:
    with world.database.reading() as session:
        return find_late_since(session, 3600, world.at) is not None


def try_each_hour(late: Late, hours: int) -> None:
    for _ in range(hours):
        late.world.at += timedelta(hours=1)
        assert late.go_on() == {}


@pytest.mark.parametrize("work", ["450", "never written"])
def test_a_mail_to_the_second_address_that_can_not_be_written_is_late_until_it_can_be(
    late: Late, monkeypatch: pytest.MonkeyPatch, work: str
) -> None:
    late.ripen()
    late.behave_so("accept", "450")
    if work == "never written":
        monkeypatch.setattr(f"{COMPOSING}.compose_reminders", break_at(2, compose_reminders))
    late.deliverer.deliver()
    monkeypatch.undo()
    answer_to(late.world, BROKEN)
    assert late.says() == "sent"
    assert not is_late(late.world)
    try_each_hour(late, 3)
    assert 3500 < late.wait_s() <= 3600
    assert is_late(late.world)
    answer_to(late.world, None)
    late.behave_so()
    assert late.go_on() == {"accepted": 1}
    assert not is_late(late.world)
    assert late.came() == ["private", "work"]


def test_a_mail_in_doubt_of_which_nothing_can_be_asked_is_late_until_it_can_be(
    late: Late, monkeypatch: pytest.MonkeyPatch
) -> None:
    late.ripen()
    late.behave_so("accept", "close", at="DATA")
    late.deliverer.deliver()
    late.behave_so(at="DATA")
    monkeypatch.setattr(f"{POSTING}.is_asleep", break_always)
    try_each_hour(late, 3)
    assert is_late(late.world)
    monkeypatch.undo()
    assert late.go_on() == {"accepted": 1}
    assert not is_late(late.world)


def test_one_that_can_not_be_written_is_late_no_more_once_its_words_are_over(late: Late) -> None:
    late.ripen()
    late.behave_so("accept", "450")
    late.deliverer.deliver()
    answer_to(late.world, BROKEN)
    try_each_hour(late, 3)
    assert is_late(late.world)
    late.planner.close(late.cycle_id)
    assert late.go_on() == {}
    assert not is_late(late.world)
    assert late.says() == "sent"
