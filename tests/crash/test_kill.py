"""Delivery processes that are killed at random points, or frozen: every mail arrives, and few arrive twice."""

import os
import random
import signal
import time
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from kit.delivery import Deliverer
from kit.figures import FIGURES
from kit.mailroom import PATIENCE_S, Mailroom, count_doubts, list_copies, open_mailroom
from sqlalchemy import func, select

from certtrack.db.models import Attempt, Reminder

WORKERS = 4


def count_unsent(deliverer: Deliverer) -> int:
    query = select(func.count()).select_from(Reminder).where(Reminder.state != "sent")
    with deliverer.world.database.reading() as session:
        return session.scalars(query).one()


def is_all_sent(deliverer: Deliverer) -> bool:
    deliverer.end_waits()  # a deadline may have passed on a busy machine: then a mail waits for a minute,
    deliverer.end_minute()  # or all of them do
    return count_unsent(deliverer) == 0


def list_at_work(deliverer: Deliverer, room: Mailroom) -> list[ForkServerProcess]:
    """Those who have handed over a mail: to kill somebody who only starts would prove nothing."""
    with deliverer.world.database.reading() as session:
        workers = session.scalars(select(Attempt.worker).distinct())
        known = {worker.rpartition(":")[2] for worker in workers}
    return [process for process in room.running if str(process.pid) in known]


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("mails", "kills", "late_s"), [(120, 5, 0.05), pytest.param(2_000, 100, 0.15, marks=pytest.mark.nightly)]
)
def test_killed_at_random_points_every_mail_arrives_and_twice_at_most_once_for_each_kill(
    deliverer: Deliverer,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
    mails: int,
    kills: int,
    late_s: float,
) -> None:
    deliverer.ripen_many(mails)
    deliverer.smtp.set_behaviour("late", at="DATA", seconds=late_s)  # mostly each process is in the worst place
    chance = random.Random()  # noqa: S311  # when somebody is killed is no secret
    with open_mailroom(deliverer, tmp_path) as room:
        for _ in range(WORKERS):
            room.start()
        room.wait(lambda: deliverer.smtp.count_taken() > 0)
        for _ in range(kills):
            room.wait(lambda: bool(list_at_work(deliverer, room)))
            time.sleep(chance.uniform(0, 0.3))
            room.kill(chance.choice(list_at_work(deliverer, room)))
            room.start()
        killed_early = mails - deliverer.smtp.count_taken()
        room.wait(lambda: is_all_sent(deliverer), mails * PATIENCE_S / 500)
    copies = list_copies(deliverer)
    twice = sum(len(taken) for taken in copies.values()) - len(copies)
    doubts = count_doubts(deliverer, room)
    figures = f"{len(copies)} of {mails} mails arrived, {twice} second copies, after {kills} kills and {doubts} doubts"
    record_property(FIGURES, figures)
    print(figures)  # noqa: T201  # the figures are what the test is for
    assert killed_early > 0, "the last kill came while there was work"
    assert len(copies) == mails
    assert twice <= kills + doubts
    assert not deliverer.is_stopped()


def test_a_worker_that_is_frozen_for_longer_than_its_lease_costs_one_more_copy_at_most(
    deliverer: Deliverer, tmp_path: Path
) -> None:
    deliverer.ripen_many(1)
    deliverer.smtp.set_behaviour("late", at="DATA", seconds=0.8)
    with open_mailroom(deliverer, tmp_path) as room:
        frozen = room.start()
        room.wait(lambda: deliverer.smtp.count_taken() == 1)
        assert frozen.pid is not None
        os.kill(frozen.pid, signal.SIGSTOP)
        deliverer.smtp.behave()
        room.start()
        room.wait(lambda: count_unsent(deliverer) == 0)
        os.kill(frozen.pid, signal.SIGCONT)
        room.wait(lambda: "lease_lost" in room.log.read_text())
        assert frozen.is_alive(), "it goes on with its work"
    first, second = deliverer.smtp.list_taken()
    assert (first.message_id, first.data) == (second.message_id, second.data)
    assert deliverer.outcomes() == ["unknown", "accepted"]
    # one that a slow machine left too little of its lease to send was given back before anything went out
    assert [state for state in deliverer.states() if state != "given_back"] == ["sent"]
