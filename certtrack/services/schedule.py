"""What the jobs did last and when they run next, and whether their scheduler is alive.

All times here are on the database's clock: a clock that tests move would make each move look like a silence.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, delete, not_, or_, select, update
from sqlalchemy.orm import Session

from certtrack.db.inserting import insert_into
from certtrack.db.models import Job
from certtrack.db.types import db_now

HEARTBEAT = "heartbeat"
_BAD_ENDS = 3

JobOutcome = Literal["done", "failed", "missed"]


def note_started(session: Session, name: str) -> None:
    """The job begins now."""
    _note(session, name, last_started_at=db_now())


def note_ended(session: Session, name: str, outcome: JobOutcome, *, error: str | None = None) -> None:
    """The job ended now, or was missed; `error` names what went wrong without anybody's data, None for nothing."""
    values = {"last_ended_at": db_now(), "last_outcome": outcome, "last_error": error}
    if outcome == "done":
        _note(session, name, **values, last_done_at=db_now(), bad_ends=0)
    else:
        _note(session, name, **values, bad_ends=Job.bad_ends + 1)


def note_next_run(session: Session, name: str, next_run_at: datetime | None) -> None:
    """When the job runs next; None where it will not."""
    _note(session, name, next_run_at=next_run_at)


def beat(session: Session) -> None:
    """The scheduler is alive."""
    _note(session, HEARTBEAT, heartbeat_at=db_now())


def is_silent(session: Session, limit_s: float) -> bool:
    """True where the last sign of life is more than `limit_s` seconds old, or there never was one."""
    recent = select(Job.name).where(Job.name == HEARTBEAT, Job.heartbeat_at >= db_now(-limit_s))
    return session.scalar(recent) is None


def list_late_jobs(session: Session, limit_s: float) -> list[str]:
    """The jobs that were due more than `limit_s` seconds ago and haven't begun, or have been at it for longer."""
    long_ago = db_now(-limit_s)
    is_running = and_(Job.last_started_at.is_not(None), or_(Job.last_ended_at.is_(None), _has_begun_anew()))
    is_late = or_(and_(is_running, Job.last_started_at < long_ago), and_(not_(is_running), Job.next_run_at < long_ago))
    return list(session.scalars(select(Job.name).where(is_late).order_by(Job.name)))


def list_broken_jobs(session: Session, limit_s: float) -> list[str]:
    """The jobs that have ended badly three times in a row, and not well for `limit_s` seconds."""
    is_long = or_(Job.last_done_at.is_(None), Job.last_done_at < db_now(-limit_s))
    return list(session.scalars(select(Job.name).where(Job.bad_ends >= _BAD_ENDS, is_long).order_by(Job.name)))


def forget_other_jobs(session: Session, names: Collection[str]) -> None:
    """Forget what is on record of jobs that there are no more: nobody is to wait for them."""
    session.execute(delete(Job).where(Job.name.not_in(names)))


def _has_begun_anew() -> ColumnElement[bool]:
    return Job.last_started_at > Job.last_ended_at


def list_job_records(session: Session) -> list[Job]:
    """What is on record of each job, by name."""
    return list(session.scalars(select(Job).order_by(Job.name)))


def _note(session: Session, name: str, **values: Any) -> None:  # noqa: ANN401  # any column's value, or an expression
    session.execute(insert_into(session, Job).values(name=name).on_conflict_do_nothing())
    session.execute(update(Job).where(Job.name == name).values(**values))
