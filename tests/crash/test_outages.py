"""A mail server or a database that is gone while certtrack's own schedulers mail: they go on by themselves."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from kit.databases import on_both
from kit.delivery import Deliverer
from kit.mailroom import PATIENCE_S, Mailroom, certify_many, count_doubts, count_states, list_copies, open_mailroom
from kit.outages import Losing, run_losing
from kit.planning import Planner
from kit.smtp import SmtpServer, run_smtp
from kit.world import make_world

from certtrack.db.engine import Database

SCHEDULERS = 2
PATIENT = {"MAIL_DEADLINE_S": "5", "MAIL_LEASE_S": "8"}
"""A machine so busy that a greeting takes seconds proves nothing of an outage."""

SLOW_S = 0.1
"""How long the mail server thinks about each recipient: mails are open when it, or the database, goes."""

PASSWORD = "right"  # noqa: S105  # a test's own

many = pytest.mark.parametrize(
    ("mails", "is_hurried"), [(40, True), pytest.param(1_000, False, marks=pytest.mark.nightly)]
)
"""By day a minute of the schedule passes in half a second, and waits end when told; at night both are what they are."""


def start(room: Mailroom, *, is_hurried: bool) -> None:
    for _ in range(SCHEDULERS):
        room.start_scheduler(is_hurried=is_hurried)


def wait_for(is_so: Callable[[], bool], deliverer: Deliverer, room: Mailroom, *, is_hurried: bool) -> None:
    """Come back when it is so; of somebody hurried, waits after an attempt and until the next probe are over."""

    def is_now() -> bool:
        if is_hurried:
            deliverer.end_minute()
            deliverer.end_waits()
        return is_so()

    room.wait(is_now, PATIENCE_S if is_hurried else 600)


def wait_for_all(deliverer: Deliverer, room: Mailroom, mails: int, *, is_hurried: bool) -> None:
    """Every mail is on record as sent, by the processes that were there from the start."""

    wait_for(lambda: count_states(deliverer) == {"sent": mails}, deliverer, room, is_hurried=is_hurried)
    assert all(process.is_alive() for process in room.running)
    assert len(room.running) == SCHEDULERS


def wait_for_probes(deliverer: Deliverer, room: Mailroom, count: int, *, is_hurried: bool) -> None:
    """So many minutes pass in which a process asks the mail server again."""
    for _ in range(count):
        if is_hurried:
            deliverer.end_minute()
        else:
            room.wait(lambda: deliverer.seconds_until_probe() < 1)
        room.wait(lambda: deliverer.seconds_until_probe() > 1)


def count_second_copies(deliverer: Deliverer, mails: int) -> int:
    """How many there are, where everybody's mail has arrived."""
    copies = list_copies(deliverer)
    assert len(copies) == mails
    return sum(len(taken) - 1 for taken in copies.values())


@on_both
@many
@pytest.mark.timeout(1200)
def test_a_mail_server_that_is_stopped_and_started_costs_nobody_a_mail(
    deliverer: Deliverer, tmp_path: Path, mails: int, is_hurried: bool
) -> None:
    certify_many(deliverer.world, mails)
    deliverer.smtp.set_behaviour("late", seconds=SLOW_S)
    with open_mailroom(deliverer, tmp_path, **PATIENT) as room:
        start(room, is_hurried=is_hurried)
        room.wait(lambda: deliverer.smtp.count_taken() >= mails // 4)
        deliverer.smtp.stop()
        assert deliverer.smtp.count_taken() < mails, "it was stopped while mails were open"
        wait_for(lambda: deliverer.alarm() == "no_connection", deliverer, room, is_hurried=is_hurried)
        wait_for_probes(deliverer, room, 2, is_hurried=is_hurried)
        assert set(count_states(deliverer)) <= {"planned", "in_mail", "sent"}, "nobody is charged"
        assert deliverer.alarm() == "no_connection"
        deliverer.smtp.behave()
        deliverer.smtp.start()
        wait_for_all(deliverer, room, mails, is_hurried=is_hurried)
        assert deliverer.alarm() is None
        in_doubt = count_doubts(deliverer, room)  # the server went between taking a mail and saying so
    assert count_second_copies(deliverer, mails) <= in_doubt


@pytest.fixture
def guarded(deliverer: Deliverer, tmp_path: Path) -> Iterator[Deliverer]:
    """A deliverer whose mail server asks for a password."""
    with run_smtp(tmp_path / "guarded", username="certtrack", password=PASSWORD) as server:
        yield replace(deliverer, smtp=server)


@on_both
@many
@pytest.mark.timeout(1200)
def test_a_password_that_is_refused_for_a_while_costs_nobody_a_mail_and_the_alarm_stands_meanwhile(
    guarded: Deliverer, tmp_path: Path, mails: int, is_hurried: bool
) -> None:
    certify_many(guarded.world, mails)
    guarded.smtp.set_behaviour("535", at="AUTH")
    with open_mailroom(guarded, tmp_path, **PATIENT, SMTP_USERNAME="certtrack", SMTP_PASSWORD=PASSWORD) as room:
        start(room, is_hurried=is_hurried)
        room.wait(lambda: guarded.alarm() == "sign_in")
        room.wait(lambda: sum(count_states(guarded).values()) == mails)
        wait_for_probes(guarded, room, 3, is_hurried=is_hurried)
        assert set(count_states(guarded)) <= {"planned", "in_mail"}, "nobody is charged"
        assert guarded.alarm() == "sign_in"
        assert guarded.smtp.count_taken() == 0
        guarded.smtp.behave()
        wait_for_all(guarded, room, mails, is_hurried=is_hurried)
        assert guarded.alarm() is None
        in_doubt = count_doubts(guarded, room)  # a busy machine was slower than the deadline
    assert count_second_copies(guarded, mails) <= in_doubt


@pytest.fixture
def losing(database_kind: str, tmp_path: Path, sqlite_template: Path) -> Iterator[Losing]:
    with run_losing(database_kind, tmp_path, sqlite_template) as made:
        yield made


@on_both
@many
@pytest.mark.timeout(1200)
def test_a_database_that_is_lost_while_mails_go_out_is_gone_on_with_by_the_same_processes(
    losing: Losing, smtp: SmtpServer, tmp_path: Path, mails: int, is_hurried: bool
) -> None:
    database = Database(losing.url)
    world = make_world(database)
    deliverer = Deliverer(world, Planner(world), smtp)
    certify_many(world, mails)
    smtp.set_behaviour("late", seconds=SLOW_S)
    with open_mailroom(deliverer, tmp_path, **PATIENT) as room:
        start(room, is_hurried=is_hurried)
        room.wait(lambda: smtp.count_taken() >= mails // 4)
        database.close()
        losing.lose()
        room.wait(lambda: room.count_failures("deliver_mail") >= SCHEDULERS)
        time.sleep(SLOW_S * 4)
        taken = smtp.count_taken()
        assert taken < mails, "it was lost while mails were open"
        time.sleep(SLOW_S * 10)
        assert smtp.count_taken() == taken, "nothing leaves that can't be put on record"
        smtp.behave()
        losing.regain()
        wait_for_all(deliverer, room, mails, is_hurried=is_hurried)
        in_doubt = count_doubts(deliverer, room)
    assert count_second_copies(deliverer, mails) <= SCHEDULERS + in_doubt, "what each had handed over just then"
    database.close()
