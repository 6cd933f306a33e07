"""Alarms: what a person must look at now. Each kind is open at most once, and closed when it is over."""

from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.inserting import insert_unless_there
from certtrack.db.models import Alarm

AlarmKind = Literal["scheduler_silent", "relay_stopped", "mail_late", "job_late", "job_broken"]


def raise_alarm(session: Session, kind: AlarmKind, *, at: datetime, detail: str | None = None) -> bool:
    """Open the alarm; True when it wasn't open already. `detail` is a code or a short fact, never personal data."""
    return insert_unless_there(session, Alarm, kind=kind, raised_at=at, detail=detail)


def clear_alarm(session: Session, kind: AlarmKind, *, at: datetime) -> bool:
    """Close the alarm; True when there was one."""
    alarm = find_alarm(session, kind)
    if alarm is None:
        return False
    alarm.cleared_at = at
    session.flush()
    return True


def find_alarm(session: Session, kind: AlarmKind) -> Alarm | None:
    """The open alarm of that kind, None where all is well."""
    query = select(Alarm).where(Alarm.kind == kind, Alarm.cleared_at.is_(None)).order_by(Alarm.id).limit(1)
    return session.scalar(query)


def list_alarms(session: Session) -> list[Alarm]:
    """Every open alarm, oldest first."""
    return list(session.scalars(select(Alarm).where(Alarm.cleared_at.is_(None)).order_by(Alarm.id)))


def list_past_alarms(session: Session, limit: int) -> list[Alarm]:
    """Up to `limit` alarms that are over, the latest first."""
    query = select(Alarm).where(Alarm.cleared_at.is_not(None)).order_by(Alarm.id.desc()).limit(limit)
    return list(session.scalars(query))
