"""Alarms: what a person must look at now. Each kind is open at most once, and closed when it is over."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from certtrack.db.inserting import insert_unless_there
from certtrack.db.models import Alarm

AlarmKind = Literal["scheduler_silent", "relay_stopped", "mail_late", "job_late", "job_broken"]


def raise_alarm(session: Session, kind: AlarmKind, *, at: datetime, detail: str | None = None) -> bool:
    """Open the alarm; True when it wasn't open already. `detail` is a code or a short fact, never personal data.

    One that is open says from then on what is so now: an outage may have another reason by then.
    """
    if insert_unless_there(session, Alarm, kind=kind, raised_at=at, detail=detail):
        return True
    alarm = find_alarm(session, kind)
    if alarm is not None and alarm.detail != detail:
        alarm.detail = detail
        session.flush()
    return False


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
    return order_alarms(session.scalars(select_alarms()))


def select_alarms() -> Select[Alarm]:
    """Every open alarm."""
    return select(Alarm).where(Alarm.cleared_at.is_(None))


def select_past_alarms(limit: int) -> Select[Alarm]:
    """The last `limit` alarms that are over."""
    return select(Alarm).where(Alarm.cleared_at.is_not(None)).order_by(Alarm.id.desc()).limit(limit)


def order_alarms(found: Iterable[Alarm]) -> list[Alarm]:
    """These alarms, oldest first."""
    return sorted(found, key=lambda alarm: alarm.id)
