"""Processes that make standings anew and are killed in the middle: others do the rest, each certification once."""

import multiprocessing
import signal
import time
from datetime import date
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from kit.looping import run_on
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Certification, RuleRecount
from certtrack.services.confirmations import confirm_rule
from certtrack.services.rebuilding import count_certifications, find_range, plan_rebuilt

DUE, MADE, KILLS, PATIENCE_S = date(2026, 10, 31), 240, 3, 90
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["kit.looping"])  # one that is killed while it starts would prove nothing


def load_recount(world: World) -> RuleRecount:
    with world.database.reading() as session:
        return session.scalars(select(RuleRecount).where(RuleRecount.confirmation_id.is_not(None))).one()


def start(env: dict[str, str], log: Path) -> ForkServerProcess:
    process = _PROCESSES.Process(target=run_on, args=(["run", "recount_rules"], env, log))
    process.start()
    return process


def kill(process: ForkServerProcess) -> None:
    process.kill()
    process.join(10)
    assert process.exitcode == -signal.SIGKILL
    process.close()


def wait_past(world: World, looked_at: int, log: Path) -> RuleRecount:
    """Wait until more than so many are made anew, or all."""
    deadline = time.monotonic() + PATIENCE_S
    while (recount := load_recount(world)).looked_at <= looked_at and recount.state == "open":
        assert time.monotonic() < deadline, log.read_text()[-3000:]
        time.sleep(0.01)
    return recount


def begin(world: World) -> dict[int, int]:
    """Confirm a value by which everybody stands otherwise; how often each was projected before."""
    with world.database.writing() as session:
        for _ in range(MADE):
            world.add_certification(session, world.add_person(session), DUE)
    with world.database.writing() as session:
        confirm_rule(
            session, world.rulebook, "us-wi-cps", "weekend", "next_day",
            source="Letter", on=date(2026, 5, 4), actor=world.actor, at=world.at,
        )  # fmt: skip
        return count_projected(world)


def count_projected(world: World) -> dict[int, int]:
    with world.database.reading() as session:
        rows = session.execute(select(Certification.id, Certification.projected_no))
        return {row.id: row.projected_no for row in rows}


@pytest.mark.long
def test_killed_in_the_middle_others_go_on_and_each_is_made_anew_once(
    world: World, database_url: str, tmp_path: Path
) -> None:
    before = begin(world)
    settings = {"ENV": "test", "INSTANCE": str(tmp_path), "DATABASE_URL": database_url}
    env, log = {f"CERTTRACK_{name}": value for name, value in settings.items()}, tmp_path / "log"
    log.touch()
    running, killed_at = [start(env, log), start(env, log)], list[int]()
    try:
        while len(killed_at) < KILLS:
            recount = wait_past(world, killed_at[-1] if killed_at else 0, log)
            if recount.state != "open":
                break
            kill(running.pop(0))
            running.append(start(env, log))
            killed_at.append(recount.looked_at)
        wait_past(world, MADE, log)
    finally:
        for process in running:
            kill(process)
    assert killed_at, "nobody was killed in the middle"
    done = load_recount(world)
    assert (done.state, done.looked_at, done.changed) == ("done", MADE, MADE)
    assert {number: count - before[number] for number, count in count_projected(world).items()} == dict.fromkeys(
        before, 1
    )
    with world.database.reading() as session:
        first, last = find_range(session, 0, count_certifications(session)) or (0, 0)
        assert plan_rebuilt(session, world.rulebook, first, last, at=world.at)[1] == []
