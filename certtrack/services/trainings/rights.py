"""Who may run a training, and put on a person's record that they were in one."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from certtrack.clock import FixedClock, today_in
from certtrack.db.models import Enrollment, Organization, Training
from certtrack.errors import NotAllowed, NotFound
from certtrack.security import Act, Actor, Task, can_act, can_do, check_can_do
from certtrack.services.actors import list_relations
from certtrack.services.credits.rights import is_own
from certtrack.services.people import get_person
from certtrack.services.reminders.sending_hours import known_zone
from certtrack.services.trainings.problems import Impossible


def get_training(session: Session, actor: Actor, training_id: int) -> Training:
    """The training. Raises NotFound alike for none and for one that isn't the actor's to run."""
    training = session.get(Training, training_id)
    if training is None or not can_do(actor, Task.RUN_TRAININGS, training.organization_id):
        raise NotFound(f"There is no training with the number {training_id}.")
    return training


def get_enrollment(session: Session, training: Training, enrollment_id: int) -> Enrollment:
    """Somebody's place in this training. Raises NotFound."""
    enrollment = session.get(Enrollment, enrollment_id)
    if enrollment is None or enrollment.training_id != training.id:
        raise NotFound(f"There is nobody with the number {enrollment_id} in this training.")
    return enrollment


def check_can_run(actor: Actor, organization_id: int) -> None:
    """Raise NotAllowed unless the actor may run that organization's trainings."""
    check_can_do(actor, Task.RUN_TRAININGS, organization_id)


def check_is_not_own(session: Session, actor: Actor, person_id: int) -> None:
    """Raise Impossible where the record is the actor's own."""
    if is_own(session, actor, person_id):
        raise Impossible("own", "This is your own training, so somebody else writes it down. Your office can.")


def check_can_record(session: Session, actor: Actor, person_id: int, at: datetime) -> None:
    """Raise NotAllowed unless the actor may record trainings of this person; Impossible where it is their own."""
    today = today_in(FixedClock(at), known_zone(get_person(session, person_id).zone, "UTC"))
    if not (actor.is_command or can_act(list_relations(session, actor, person_id, today), Act.RECORD_TRAINING)):
        raise NotAllowed("This record isn't here, or isn't yours to change.")
    check_is_not_own(session, actor, person_id)


def today_of(session: Session, training: Training, at: datetime) -> date:
    """The day that it is where the training is held."""
    return today_in(FixedClock(at), session.get_one(Organization, training.organization_id).zone)
