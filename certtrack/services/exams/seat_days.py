"""A seat's day: whoever has a seat in a sitting that isn't called off is reminded of it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import ExamRegistration, ExamSitting
from certtrack.services.other_days.records import Owner, Source, close_day, keep_day


def keep_seat_day(session: Session, sitting: ExamSitting, registration: ExamRegistration, *, at: datetime) -> None:
    """Let the seat's day be the sitting's; none for a seat that was given up, or in a sitting that is called off."""
    source = Source("exam_sitting", registration.id)
    if registration.is_withdrawn or sitting.is_called_off:
        close_day(session, source, "withdrawn" if registration.is_withdrawn else "called_off", at=at)
        return
    owner = Owner(registration.person_id, sitting.organization_id, credential=sitting.credential)
    keep_day(session, source, owner, sitting.held_on, at=at)


def keep_seat_days(session: Session, sitting: ExamSitting, *, at: datetime) -> None:
    """The same for everybody who has a seat."""
    query = select(ExamRegistration).where(
        ExamRegistration.sitting_id == sitting.id, ExamRegistration.is_withdrawn.is_(False)
    )
    for registration in session.scalars(query.order_by(ExamRegistration.id)).all():
        keep_seat_day(session, sitting, registration, at=at)
