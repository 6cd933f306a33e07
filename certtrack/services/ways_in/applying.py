"""Applying for a training by oneself, and taking that back. Who is accepted is its office's to say."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certtrack.db.models import Enrollment, Training, TrainingSession
from certtrack.errors import NotAllowed, NotFound
from certtrack.security import Act, Actor, can_act
from certtrack.services.actors import list_relations
from certtrack.services.credits.rights import today_of as today_of_person
from certtrack.services.locking import lock_current, lock_people
from certtrack.services.people import get_person
from certtrack.services.trainings.enrollments import find_enrollment
from certtrack.services.trainings.problems import Impossible
from certtrack.services.trainings.rights import today_of
from certtrack.services.trainings.versions import add_version

_LEAVING = ("applied", "waiting_list", "accepted")


def apply_for_training(session: Session, training_id: int, person_id: int, *, actor: Actor, at: datetime) -> Enrollment:
    """Put one's own application on record; one that was taken back is made anew.

    Raises NotAllowed for anybody else's record; NotFound where there is no such training; Impossible where it was
    called off or has begun, and where the person is in it already or wasn't accepted.
    """
    person = get_person(session, person_id)
    _check_is_theirs(session, actor, person.id, at)
    training = _get_training(session, training_id)
    lock_people(session, [person.id])  # of two who send the same at once the second one finds it there
    lock_current(session, training)
    _check_open(session, training, at)
    enrollment = find_enrollment(session, training.id, person.id)
    if enrollment is not None and enrollment.state != "withdrew":
        raise Impossible("in_already", "You are in this training already.")
    if enrollment is None:
        stamp = {"recorded_at": at, "recorded_by": actor.key}
        enrollment = Enrollment(training_id=training.id, person_id=person.id, state="applied", no=0, **stamp)
        session.add(enrollment)
        session.flush()
    enrollment.state = "applied"
    add_version(session, enrollment, "applied", actor=actor, at=at, person_id=person.id, training=training.id)
    return enrollment


def withdraw_application(
    session: Session, training_id: int, person_id: int, *, actor: Actor, at: datetime
) -> Enrollment:
    """Take one's own place back, accepted or not, until the training begins. Raises as `apply_for_training` does."""
    person = get_person(session, person_id)
    _check_is_theirs(session, actor, person.id, at)
    training = _get_training(session, training_id)
    enrollment = find_enrollment(session, training.id, person.id)
    if enrollment is None:
        raise NotFound("You aren't in this training.")
    lock_current(session, training)
    lock_current(session, enrollment)
    if enrollment.state not in _LEAVING:
        raise Impossible("withdrawn", "This was withdrawn already.")
    if find_first_day(session, training.id) <= today_of(session, training, at):
        raise Impossible("begun", "This training has begun, so its office notes who leaves it.")
    enrollment.state = "withdrew"
    add_version(session, enrollment, "withdrawn", actor=actor, at=at, person_id=person.id, training=training.id)
    return enrollment


def find_first_day(session: Session, training_id: int) -> date:
    """The day of its first session; `date.min` where it has none, so that it counts as begun."""
    query = select(func.min(TrainingSession.held_on)).where(
        TrainingSession.training_id == training_id, TrainingSession.is_dropped.is_(False)
    )
    return session.scalar(query) or date.min


def _get_training(session: Session, training_id: int) -> Training:
    training = session.get(Training, training_id)
    if training is None:
        raise NotFound("This training isn't open any more.")
    return training


def _check_is_theirs(session: Session, actor: Actor, person_id: int, at: datetime) -> None:
    relations = list_relations(session, actor, person_id, today_of_person(session, person_id, at))
    if not can_act(relations, Act.APPLY_FOR_TRAINING):
        raise NotAllowed("This record isn't here, or isn't yours to change.")


def _check_open(session: Session, training: Training, at: datetime) -> None:
    if training.state == "called_off":
        raise Impossible("called_off", "This training was called off.")
    if find_first_day(session, training.id) <= today_of(session, training, at):
        raise Impossible("begun", "This training has begun already.")
