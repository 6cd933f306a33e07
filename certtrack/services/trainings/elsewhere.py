"""A training that somebody completed with another provider: on record by its certificate alone."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import TrainingElsewhere
from certtrack.db.queries.merges import same_person
from certtrack.errors import NotFound
from certtrack.security import Actor
from certtrack.services.actors import find_actor_name
from certtrack.services.credits.texts import clean
from certtrack.services.locking import lock_current
from certtrack.services.people import fold, get_person
from certtrack.services.trainings.problems import Impossible
from certtrack.services.trainings.rights import check_can_record
from certtrack.services.trainings.versions import add_version


@dataclass(frozen=True, slots=True)
class NewElsewhere:
    """What the certificate says. `minutes` None where it doesn't say how long it was."""

    credential: str
    provider: str
    completed_on: date
    minutes: int | None = None


def record_elsewhere(
    session: Session, person_id: int, new: NewElsewhere, *, actor: Actor, at: datetime
) -> TrainingElsewhere:
    """Put it on record, with the actor as who has seen the paper.

    Raises NotAllowed where the actor may not; Impossible where it is their own, and where it is on record.
    """
    person = get_person(session, person_id)
    check_can_record(session, actor, person.id, at)
    if find_same(session, person.id, new) is not None:
        raise Impossible("in_already", "This training is on record already.")
    record = TrainingElsewhere(
        person_id=person.id,
        **asdict(new),
        proof="on_paper",
        proof_seen_by=find_actor_name(session, actor.key) or actor.key,
        state="recorded",
        no=0,
        recorded_at=at,
        recorded_by=actor.key,
    )
    session.add(record)
    session.flush()
    add_version(session, record, "recorded", actor=actor, at=at, person_id=person.id)
    return record


def withdraw_elsewhere(
    session: Session, record: TrainingElsewhere, reason: str, *, expected_no: int, actor: Actor, at: datetime
) -> None:
    """Take it back; it stays on record as withdrawn.

    Raises NotAllowed, StaleRecord where somebody else was first, Impossible for their own and without a reason.
    """
    check_can_record(session, actor, record.person_id, at)
    lock_current(session, record, expected_no)
    if record.state == "withdrawn":
        raise Impossible("withdrawn", "This was withdrawn already.")
    said = clean(reason)
    if not said:
        raise Impossible("needs_reason", "Write in a few words why it is withdrawn.")
    record.state = "withdrawn"
    add_version(session, record, "withdrawn", actor=actor, at=at, reason=said, person_id=record.person_id)


def get_elsewhere(session: Session, person_id: int, number: int) -> TrainingElsewhere:
    """One that is on this person's record. Raises NotFound, for one that was withdrawn too."""
    record = session.get(TrainingElsewhere, number)
    if (
        record is None
        or record.state == "withdrawn"
        or record.person_id not in session.scalars(same_person(person_id)).all()
    ):
        raise NotFound(f"There is no training with the number {number} on this person's record.")
    return record


def find_same(session: Session, person_id: int, new: NewElsewhere) -> TrainingElsewhere | None:
    """One of the same credential and day by the same provider, folded; None where there is none."""
    query = select(TrainingElsewhere).where(
        TrainingElsewhere.person_id.in_(same_person(person_id)),
        TrainingElsewhere.credential == new.credential,
        TrainingElsewhere.completed_on == new.completed_on,
        TrainingElsewhere.state == "recorded",
    )
    return next((one for one in session.scalars(query) if fold(one.provider) == fold(new.provider)), None)
