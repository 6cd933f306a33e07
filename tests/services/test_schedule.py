"""What is on record of jobs, and when their scheduler counts as silent."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from certtrack.db.engine import Database
from certtrack.db.models import Job
from certtrack.db.types import db_now
from certtrack.services.schedule import (
    HEARTBEAT,
    JobOutcome,
    beat,
    forget_other_jobs,
    is_silent,
    list_broken_jobs,
    list_job_records,
    list_late_jobs,
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


def end(database: Database, *outcomes: JobOutcome, name: str = "plan_reminders") -> None:
    for outcome in outcomes:
        with database.writing() as session:
            note_started(session, name)
            note_ended(session, name, outcome)


def set_record(database: Database, **values: object) -> None:
    with database.writing() as session:
        session.execute(update(Job).where(Job.name == "plan_reminders").values(**values))


def late(database: Database) -> list[str]:
    with database.reading() as session:
        return list_late_jobs(session, _LIMIT_S)


def test_a_job_is_late_once_it_was_due_for_longer_than_the_limit_and_has_not_begun(database: Database) -> None:
    end(database, "done")
    for seconds, expected in ((60, []), (-_LIMIT_S + 20, []), (-_LIMIT_S - 1, ["plan_reminders"])):
        set_record(database, next_run_at=db_now(seconds))
        assert late(database) == expected
    set_record(database, last_started_at=db_now())
    assert late(database) == [], "it has begun"
    set_record(database, last_started_at=db_now(-_LIMIT_S - 1), last_ended_at=None)
    assert late(database) == ["plan_reminders"], "it doesn't come to its end"


def test_a_job_is_broken_after_three_bad_ends_in_a_row_while_none_was_good_for_a_time(database: Database) -> None:
    def broken() -> list[str]:
        with database.reading() as session:
            return list_broken_jobs(session, _LIMIT_S)

    end(database, "done", "failed", "missed")
    assert broken() == []
    end(database, "failed")
    assert broken() == [], "a moment ago it was well"
    set_record(database, last_done_at=db_now(-_LIMIT_S - 1))
    assert broken() == ["plan_reminders"]
    end(database, "done")
    assert broken() == []
    assert (find(database, "plan_reminders").bad_ends, find(database, "plan_reminders").last_outcome) == (0, "done")


def test_a_job_that_there_is_no_more_is_not_waited_for(database: Database) -> None:
    end(database, "done", name="plan_remainders")
    end(database, "done")
    with database.writing() as session:
        forget_other_jobs(session, ["plan_reminders", "deliver_mail"])
        assert [job.name for job in list_job_records(session)] == ["plan_reminders"]
