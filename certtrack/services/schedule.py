"""What the jobs did last and when they run next, and whether their scheduler is alive.

All times here are on the database's clock: a clock that tests move would make each move look like a silence.
"""

from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from certtrack.db.models import Job
from certtrack.db.types import db_now
from certtrack.services.alarms import clear_alarm, raise_alarm

HEARTBEAT = "heartbeat"

JobOutcome = Literal["done", "failed", "missed"]
Change = Literal["silent", "back"]


def note_started(session: Session, name: str) -> None:
    """The job begins now."""
    _note(session, name, last_started_at=db_now())


def note_ended(session: Session, name: str, outcome: JobOutcome, *, error: str | None = None) -> None:
    """The job ended now, or was missed; `error` names what went wrong without anybody's data, None for nothing."""
    _note(session, name, last_ended_at=db_now(), last_outcome=outcome, last_error=error)


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


def check_heartbeat(session: Session, limit_s: float, *, at: datetime) -> Change | None:
    """Raise the alarm where the scheduler is silent, clear it where it is back; None where nothing changed."""
    if is_silent(session, limit_s):
        return "silent" if raise_alarm(session, "scheduler_silent", at=at) else None
    return "back" if clear_alarm(session, "scheduler_silent", at=at) else None


def list_job_records(session: Session) -> list[Job]:
    """What is on record of each job, by name."""
    return list(session.scalars(select(Job).order_by(Job.name)))


def _note(session: Session, name: str, **values: datetime | str | ColumnElement[datetime] | db_now | None) -> None:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(insert(Job).values(name=name).on_conflict_do_nothing())
    session.execute(update(Job).where(Job.name == name).values(**values))
