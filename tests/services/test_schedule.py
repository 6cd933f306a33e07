"""What is on record of jobs, and when their scheduler counts as silent."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from certtrack.db.engine import Database
from certtrack.db.models import Job
from certtrack.db.types import db_now
from certtrack.services.alarms import list_alarms
from certtrack.services.schedule import (
    HEARTBEAT,
    JobOutcome,
    beat,
    check_heartbeat,
    is_silent,
    list_job_records,
    note_ended,
    note_next_run,
    note_started,
)

_AT = datetime(2026, 5, 15, 17, tzinfo=UTC)
_LIMIT_S = 180


def find(database: Database, name: str) -> Job:
    with database.reading() as session:
        [found] = [job for job in list_job_records(session) if job.name == name]
    return found


def let_pass(database: Database, seconds: float) -> None:
    """The last sign of life is so old."""
    with database.writing() as session:
        session.execute(update(Job).where(Job.name == HEARTBEAT).values(heartbeat_at=db_now(-seconds)))


def check(database: Database) -> str | None:
    with database.writing() as session:
        return check_heartbeat(session, _LIMIT_S, at=_AT)


def alarms(database: Database) -> list[str]:
    with database.reading() as session:
        return [alarm.kind for alarm in list_alarms(session)]


def test_nothing_is_on_record_of_a_job_that_never_ran(database: Database) -> None:
    with database.reading() as session:
        assert list_job_records(session) == []


def test_a_job_that_has_begun_has_not_ended(database: Database) -> None:
    with database.writing() as session:
        note_started(session, "plan_reminders")
    job = find(database, "plan_reminders")
    assert job.last_started_at is not None
    assert (job.last_ended_at, job.last_outcome, job.last_error, job.next_run_at) == (None, None, None, None)


@pytest.mark.parametrize(("outcome", "error"), [("done", None), ("failed", "OperationalError"), ("missed", None)])
def test_an_end_says_how_it_was_and_keeps_the_start(database: Database, outcome: JobOutcome, error: str | None) -> None:
    with database.writing() as session:
        note_started(session, "plan_reminders")
    started = find(database, "plan_reminders").last_started_at
    with database.writing() as session:
        note_ended(session, "plan_reminders", outcome, error=error)
    job = find(database, "plan_reminders")
    assert (job.last_outcome, job.last_error, job.last_started_at) == (outcome, error, started)
    assert job.last_ended_at is not None
    assert started is not None
    assert job.last_ended_at >= started


def test_what_went_wrong_last_time_is_gone_when_it_goes_well(database: Database) -> None:
    for outcome, error in (("failed", "OperationalError"), ("done", None)):
        with database.writing() as session:
            note_ended(session, "plan_reminders", outcome, error=error)  # type: ignore[arg-type]  # one of the outcomes
    assert (find(database, "plan_reminders").last_outcome, find(database, "plan_reminders").last_error) == (
        "done",
        None,
    )


def test_the_next_run_is_kept_until_it_is_another_or_none(database: Database) -> None:
    for moment in (_AT, _AT + timedelta(minutes=15), None):
        with database.writing() as session:
            note_next_run(session, "plan_reminders", moment)
        assert find(database, "plan_reminders").next_run_at == moment


def test_each_job_has_one_record_of_its_own(database: Database) -> None:
    for name in ("plan_reminders", "deliver_mail", "plan_reminders"):
        with database.writing() as session:
            note_started(session, name)
    with database.writing() as session:
        note_ended(session, "deliver_mail", "failed", error="OSError")
    with database.reading() as session:
        assert [(job.name, job.last_outcome) for job in list_job_records(session)] == [
            ("deliver_mail", "failed"),
            ("plan_reminders", None),
        ]


def test_a_scheduler_that_never_beat_is_silent_and_one_that_just_did_is_not(database: Database) -> None:
    with database.writing() as session:
        note_started(session, "plan_reminders")
        assert is_silent(session, _LIMIT_S), "another job is no sign of life"
        beat(session)
        assert not is_silent(session, _LIMIT_S)


@pytest.mark.parametrize(("age", "expected"), [(_LIMIT_S - 20, False), (_LIMIT_S + 1, True)])
def test_a_beat_counts_for_as_long_as_the_limit_says(database: Database, age: float, expected: bool) -> None:
    with database.writing() as session:
        beat(session)
    let_pass(database, age)
    with database.reading() as session:
        assert is_silent(session, _LIMIT_S) is expected


def test_the_alarm_is_raised_once_and_cleared_once(database: Database) -> None:
    assert [check(database), check(database)] == ["silent", None]
    assert alarms(database) == ["scheduler_silent"]
    with database.writing() as session:
        beat(session)
    assert [check(database), check(database)] == ["back", None]
    assert alarms(database) == []
    let_pass(database, _LIMIT_S + 1)
    assert check(database) == "silent"
