"""Who is in a training: applied, accepted, on the waiting list; and that somebody has completed it."""

from datetime import date, datetime
from typing import get_args

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certtrack.db.models import Enrollment, Training
from certtrack.db.queries.merges import same_person
from certtrack.db.queries.trainings import load_trainings
from certtrack.rules.training import EnrollmentState, TrainingCount, count_training
from certtrack.security import Actor
from certtrack.services.actors import find_actor_name
from certtrack.services.credits.texts import clean
from certtrack.services.locking import lock_current
from certtrack.services.people import get_person
from certtrack.services.rulebook import Rulebook
from certtrack.services.trainings.packs import find_training_rule
from certtrack.services.trainings.problems import Impossible
from certtrack.services.trainings.rights import check_can_record, check_can_run, check_is_not_own, today_of
from certtrack.services.trainings.versions import add_version

STATES: tuple[EnrollmentState, ...] = get_args(EnrollmentState)
LONGEST_REASON = 1_000


def enroll(
    session: Session,
    training: Training,
    person_id: int,
    state: EnrollmentState = "applied",
    *,
    actor: Actor,
    at: datetime,
) -> Enrollment:
    """Note that somebody applied, or what was decided of it at once.

    Raises NotAllowed where the actor may not, Impossible where they are in it already, where it is their own
    record, where it was called off, and where every seat is taken by somebody who is accepted.
    """
    check_can_run(actor, training.organization_id)
    person = get_person(session, person_id)
    check_can_record(session, actor, person.id, at)
    if find_enrollment(session, training.id, person.id) is not None:
        raise Impossible("in_already", f"{person.shown_name} is in this training already.")
    lock_current(session, training)
    _check_open(session, training, state)
    enrollment = Enrollment(
        training_id=training.id, person_id=person.id, state=state, no=0, recorded_at=at, recorded_by=actor.key
    )
    session.add(enrollment)
    session.flush()
    add_version(session, enrollment, "recorded", actor=actor, at=at, person_id=person.id, training=training.id)
    return enrollment


def decide_enrollment(
    session: Session,
    training: Training,
    enrollment: Enrollment,
    state: EnrollmentState,
    *,
    expected_no: int,
    actor: Actor,
    at: datetime,
) -> bool:
    """Say what became of an application; False, and nothing written, where it says so already.

    Raises StaleRecord where somebody else was first; Impossible where it is their own, where every seat is taken, and
    where it is complete.
    """
    _open_for_change(session, training, enrollment, expected_no, actor)
    if enrollment.state == state:
        return False
    if enrollment.completed_on is not None:
        raise Impossible("complete", "This training is complete. Take that back first, if it was a slip.")
    lock_current(session, training)
    _check_open(session, training, state)
    enrollment.state = state
    add_version(session, enrollment, "decided", actor=actor, at=at, person_id=enrollment.person_id)
    return True


def complete(
    session: Session,
    rulebook: Rulebook,
    training: Training,
    enrollment: Enrollment,
    completed_on: date,
    *,
    reason: str | None = None,
    expected_no: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Say that somebody has completed the training on that day, by the actor's name.

    Raises Impossible for a day to come, where the minutes aren't there and no reason is given, where it is their own,
    where they aren't accepted, and where it is complete already; StaleRecord.
    """
    _open_for_change(session, training, enrollment, expected_no, actor)
    if enrollment.state != "accepted":
        raise Impossible("not_accepted", "Only somebody who was accepted completes a training.")
    if enrollment.completed_on is not None:
        raise Impossible("complete", f"This is complete since {enrollment.completed_on} already.")
    if completed_on > today_of(session, training, at):
        raise Impossible("day_ahead", "This day lies ahead. Write the day on which the training was completed.")
    said = clean(reason or "")[:LONGEST_REASON] or None
    if said is None and count_enrollment(session, rulebook, training, enrollment, completed_on).lacks:
        raise Impossible(
            "needs_reason", "The hours on record don't say that it is complete. Give the reason why it is all the same."
        )
    enrollment.completed_on, enrollment.completed_reason = completed_on, said
    enrollment.completed_by = find_actor_name(session, actor.key) or actor.key
    add_version(session, enrollment, "completed", actor=actor, at=at, person_id=enrollment.person_id)


def take_back_completion(
    session: Session,
    training: Training,
    enrollment: Enrollment,
    reason: str,
    *,
    expected_no: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Take back that it is complete. Raises as `complete` does, Impossible without a reason too."""
    _open_for_change(session, training, enrollment, expected_no, actor)
    if enrollment.completed_on is None:
        raise Impossible("not_complete", "This isn't complete, so there is nothing to take back.")
    said = clean(reason)[:LONGEST_REASON]
    if not said:
        raise Impossible("needs_reason", "Write in a few words why it is taken back.")
    enrollment.completed_on = enrollment.completed_by = enrollment.completed_reason = None
    person_id = enrollment.person_id
    add_version(session, enrollment, "completion_taken_back", actor=actor, at=at, reason=said, person_id=person_id)


def find_enrollment(session: Session, training_id: int, person_id: int) -> Enrollment | None:
    """Somebody's place in a training, merged people being one; None where they have none."""
    query = select(Enrollment).where(
        Enrollment.training_id == training_id, Enrollment.person_id.in_(same_person(person_id))
    )
    return session.scalar(query.order_by(Enrollment.id).limit(1))


def count_enrollment(
    session: Session, rulebook: Rulebook, training: Training, enrollment: Enrollment, as_of: date
) -> TrainingCount:
    """The minutes of one person in one training as of a day."""
    session.flush()
    facts = load_trainings(session, enrollment_ids=[enrollment.id])[0]
    return count_training(find_training_rule(rulebook, training.credential), facts.sessions, facts.attended, as_of)


def _open_for_change(
    session: Session, training: Training, enrollment: Enrollment, expected_no: int, actor: Actor
) -> None:
    check_can_run(actor, training.organization_id)
    check_is_not_own(session, actor, enrollment.person_id)
    lock_current(session, enrollment, expected_no)


def _check_open(session: Session, training: Training, state: EnrollmentState) -> None:
    """The training is locked: of two who take the last seat one is told."""
    if state in ("declined", "withdrew"):
        return
    if training.state == "called_off":
        raise Impossible("called_off", "This training was called off.")
    if state != "accepted" or training.seats is None:
        return
    taken = select(func.count(Enrollment.id)).where(
        Enrollment.training_id == training.id, Enrollment.state == "accepted"
    )
    if (session.scalar(taken) or 0) >= training.seats:
        raise Impossible(
            "full", f"Every seat is taken, all {training.seats}. Put them on the waiting list, or add a seat first."
        )
