"""Forgetting the text of mails: their rows and keys stay, so that nothing is mailed twice."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from certtrack.db.models import Email

_AT_ONCE = 500


def purge_bodies(session: Session, settled_before: datetime) -> int:
    """Empty up to 500 mails that were settled before that moment; how many they were, 0 when none is left.

    One that is still to go out isn't settled, however old it is.
    """
    query = (
        select(Email.id)
        .where(Email.settled_at < settled_before, Email.data.is_not(None))
        .order_by(Email.id)
        .limit(_AT_ONCE)
    )
    numbers = list(session.scalars(query))
    if numbers:
        session.execute(update(Email).where(Email.id.in_(numbers)).values(data=None))
    return len(numbers)
