"""Files of people who have left: those that backed a credit on the last day of their time with the reader's office."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Evidence, Person
from certtrack.db.queries.credits import load_credits
from certtrack.errors import NotFound
from certtrack.security import Actor, Fields, can_see
from certtrack.services.evidence.records import GONE, get_evidence
from certtrack.services.evidence.shown import list_files
from certtrack.services.former import FORMER, LastDay, find_last_day, load_person_then
from certtrack.services.people import get_person


def get_shown_evidence(
    session: Session, actor: Actor, person_id: int, evidence_id: int, today: date
) -> tuple[Evidence, Person]:
    """A file that the actor may see, and whose it is, as the actor sees them: now or as of their last day.

    Raises NotFound.
    """
    last = find_last_day(session, actor, person_id, today)
    if last is None:
        return get_evidence(session, actor, person_id, evidence_id, today), get_person(session, person_id)
    if not can_see(FORMER, Fields.EVIDENCE) or evidence_id not in _list_then(session, last):
        raise NotFound(GONE)
    return session.get_one(Evidence, evidence_id), load_person_then(session, last, last.known_at)


def _list_then(session: Session, last: LastDay) -> set[int]:
    """The files that were attached then to what was claimed then."""
    own = select(Certification.id).where(Certification.person_id.in_(last.own_ids))
    claimed = load_credits(session, session.scalars(own).all(), last.known_at)
    credit_ids = {credit.id for each in claimed.values() for credit in each}
    files = list_files(session, credit_ids, last.known_at)
    return {file.id for each in files.values() for file in each}
