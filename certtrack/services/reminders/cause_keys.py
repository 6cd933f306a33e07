"""What sets many mails going at once, by the name under which it is on record."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.inserting import insert_unless_there
from certtrack.db.models import Cause


def get_cause(session: Session, key: str, at: datetime) -> Cause:
    """The cause with this key, opened if it isn't there."""
    query = select(Cause).where(Cause.key == key)
    cause = session.scalar(query)
    if cause is None:
        insert_unless_there(session, Cause, key=key, state="open", opened_at=at)
        cause = session.scalars(query).one()
    return cause
