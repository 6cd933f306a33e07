"""One run of one job, on record."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from kit.outages import Outage
from kit.world import World
from sqlalchemy.exc import OperationalError

from certtrack.clock import OffsetClock
from certtrack.db.models import Job as Record
from certtrack.errors import BadSettings
from certtrack.services.schedule import list_job_records
from jobs.catalogue import get_job
from jobs.running import run_job
from jobs.workplace import Workplace

MakeWork = Callable[..., Workplace]
NEXT = datetime(2026, 5, 15, 18, tzinfo=UTC)


def read_record(world: World) -> Record:
    with world.database.reading() as session:
        [record] = list_job_records(session)
        return record


def test_a_run_is_on_record_with_its_start_its_end_and_the_next(world: World, make_work: MakeWork) -> None:
    work = make_work()
    assert run_job(get_job(work.settings, "seal_audit"), work, lambda: NEXT)["sealed"] > 0
    record = read_record(world)
    assert (record.name, record.last_outcome, record.last_error) == ("seal_audit", "done", None)
    assert record.next_run_at == NEXT
    assert record.last_started_at is not None
    assert record.last_ended_at is not None
    assert record.last_started_at <= record.last_ended_at


def test_a_run_by_hand_leaves_what_the_schedule_has_next(world: World, make_work: MakeWork) -> None:
    work = make_work()
    job = get_job(work.settings, "purge_bodies")
    run_job(job, work, lambda: NEXT)
    run_job(job, work)
    assert read_record(world).next_run_at == NEXT


def test_a_job_that_loses_its_database_ends_and_the_next_run_does_its_work(
    world: World, make_work: MakeWork, outage: Outage
) -> None:
    world.certify(world.person(), date(2026, 10, 31))

    def lose() -> bool:
        outage.begin()
        return False

    lost, work = make_work(stop=lose), make_work()
    job = get_job(work.settings, "plan_reminders")
    with pytest.raises(OperationalError):
        run_job(job, lost, lambda: NEXT)
    outage.end()
    assert run_job(job, work, lambda: NEXT)["planned"] == 1
    assert read_record(world).last_outcome == "done"


def test_an_error_goes_on_to_the_caller_and_is_on_record_by_its_kind_until_a_run_is_done(
    world: World, make_work: MakeWork, tmp_path: Path
) -> None:
    work, offset = make_work(), tmp_path / "offset"
    work = replace(work, clock=OffsetClock(offset))
    job = get_job(work.settings, "plan_reminders")
    offset.write_text("Carol Example")
    with pytest.raises(BadSettings, match="Carol"):
        run_job(job, work, lambda: NEXT)
    record = read_record(world)
    assert (record.last_outcome, record.last_error, record.next_run_at) == ("failed", "BadSettings", NEXT)
    offset.write_text("0")
    run_job(job, work, lambda: None)
    record = read_record(world)
    assert (record.last_outcome, record.last_error, record.next_run_at) == ("done", None, None)
