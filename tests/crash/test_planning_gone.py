"""A database that is gone while certtrack's own schedulers plan: they go on by themselves, and a watch tells of it."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from kit.databases import on_both
from kit.delivery import STAGE_DAY, Deliverer
from kit.mailroom import Mailroom, certify_many, count_doubts, count_states, list_copies, open_mailroom
from kit.outages import Losing, run_losing
from kit.planning import Planner
from kit.smtp import SmtpServer
from kit.webhook import Listener, listen
from kit.world import make_world

from certtrack.db.engine import Database
from certtrack.services.alarms import list_alarms

SCHEDULERS = 2
SILENCE_S = 3.0
"""For how long the database may be away, and schedulers silent, before a watch tells of it."""

BATCH_S = 0.4
"""What a slow machine takes over thirty people: the database is lost while most of them are to come."""

EARLY, MORNING = 11, 14
"""Hours by UTC: when no mail goes out yet where these people live, and from when on it does."""

RAISED, OVER = ("raised", "database_away"), ("over", "database_away")


@pytest.fixture
def losing(database_kind: str, tmp_path: Path, sqlite_template: Path) -> Iterator[Losing]:
    with run_losing(database_kind, tmp_path, sqlite_template) as made:
        yield made


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listen() as made:
        yield made


def count_made_good(room: Mailroom) -> int:
    """How many were planned by runs that came to their end, so by none that lost the database."""
    done = (line for line in room.log.read_text().splitlines() if "job_done" in line)
    return sum(int(found[1]) for line in done if (found := re.search(r"\bplanned=(\d+)", line)))


def has_alarms(database: Database) -> bool:
    with database.reading() as session:
        return bool(list_alarms(session))


@pytest.mark.long
@on_both
@pytest.mark.parametrize(("people", "gone_s"), [(300, 0), pytest.param(300, 60, marks=pytest.mark.nightly)])
@pytest.mark.timeout(600)
def test_a_database_that_is_lost_amid_planning_costs_nobody_a_mail_and_is_told_of_until_it_is_back(
    losing: Losing, listener: Listener, smtp: SmtpServer, tmp_path: Path, people: int, gone_s: float
) -> None:
    database = Database(losing.url)
    world = make_world(database)
    deliverer = Deliverer(world, Planner(world), smtp)
    certify_many(world, people)
    ways = {"HEARTBEAT_LIMIT_S": str(SILENCE_S), "ALARM_WEBHOOK": listener.address}
    with open_mailroom(deliverer, tmp_path, MAIL_DEADLINE_S="60", MAIL_LEASE_S="90", **ways) as room:
        room.move_to(STAGE_DAY - timedelta(days=1), EARLY)
        for _ in range(SCHEDULERS):
            room.start_scheduler(is_hurried=True, batch_s=BATCH_S)
        room.wait(lambda: room.log.read_text().count("scheduler_started") == SCHEDULERS)
        assert not count_states(deliverer)
        room.move_to(STAGE_DAY, EARLY)
        room.wait(lambda: count_states(deliverer)["planned"] > 0)
        database.close()
        losing.lose()
        room.start_watch()
        room.wait(lambda: room.count_failures("plan_reminders") >= SCHEDULERS)
        room.wait(lambda: RAISED in listener.events())
        time.sleep(gone_s)
        losing.regain()
        room.wait(lambda: OVER in listener.events())
        room.wait(lambda: count_states(deliverer) == {"planned": people})
        room.wait(lambda: count_made_good(room))  # a run says so after what it planned is there
        assert count_made_good(room) < people, "it was lost when some were planned, and not all"
        room.wait(lambda: not has_alarms(database))
        room.move_to(STAGE_DAY, MORNING)
        room.wait(lambda: count_states(deliverer) == {"sent": people})
        assert len(room.running) == SCHEDULERS + 1, "they are those of the beginning"
        in_doubt = count_doubts(deliverer, room)
    copies = list_copies(deliverer)
    assert len(copies) == people
    assert sum(len(taken) - 1 for taken in copies.values()) <= in_doubt
    assert [event for event in listener.events() if event[1] == "database_away"] == [RAISED, OVER]
    database.close()
