"""Whether a session, and who was at it, is somebody's to see."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Attendance, SupervisionSession
from certtrack.db.queries.merges import load_merged
from certtrack.security import Actor
from certtrack.services.supervision.rights import today_at, visible_sessions


def list_seen(session: Session, record: SupervisionSession, actor: Actor, at: datetime) -> list[int]:
    """Those who were there, by the latest version, whose part in it the actor may see; merges followed, in order."""
    today = today_at(session, record.organization_id, at)
    query = (
        select(Attendance.person_id)
        .join(SupervisionSession, SupervisionSession.id == Attendance.session_id)
        .where(Attendance.session_id == record.id, Attendance.no == record.no, visible_sessions(session, actor, today))
    )
    numbers = session.scalars(query).all()
    merged = load_merged(session, numbers)
    return sorted({merged.get(number, number) for number in numbers})


def is_visible(session: Session, record: SupervisionSession, actor: Actor, at: datetime) -> bool:
    """True where the actor may see the session: where they may see of anybody that they were there."""
    return bool(list_seen(session, record, actor, at))
