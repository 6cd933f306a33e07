"""Sittings: an exam that an organization holds, and who has a seat in it. A seat is never given twice."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certtrack.db.models import ExamRegistration, ExamSitting, Person
from certtrack.db.queries.merges import same_person
from certtrack.errors import BadInput, NotFound, Refused
from certtrack.security import Actor, Task, list_places
from certtrack.services.actors import visible_people
from certtrack.services.credits.rights import today_of
from certtrack.services.exams.rights import check_can_arrange
from certtrack.services.exams.seat_days import keep_seat_day, keep_seat_days
from certtrack.services.exams.versions import add_registration_version, add_sitting_version
from certtrack.services.locking import lock_current
from certtrack.services.organizations import find_affiliation
from certtrack.services.people import get_person

MOST_SEATS = 1_000


@dataclass(frozen=True, slots=True)
class NewSitting:
    """What is told of a sitting. `place` None: online. `pass_mark`: hundredths of a percent, None: by the rules.

    `begins_at` is the hour where the organization is, `to_bring` what people are to bring; None where nobody said.
    """

    held_on: date
    place: str | None
    seats: int
    pass_mark: int | None = None
    is_called_off: bool = False
    begins_at: time | None = None
    to_bring: str | None = None


def create_sitting(
    session: Session, organization_id: int, credential: str, new: NewSitting, *, actor: Actor, at: datetime
) -> ExamSitting:
    """Put a sitting on record. Raises NotAllowed where the actor may not hold exams there, BadInput for its seats."""
    check_can_arrange(actor, organization_id)
    _check_seats(new, 0)
    sitting = ExamSitting(
        organization_id=organization_id,
        credential=credential,
        **asdict(new),
        no=0,
        recorded_at=at,
        recorded_by=actor.key,
    )
    session.add(sitting)
    session.flush()
    add_sitting_version(session, sitting, "created", None, actor=actor, at=at)
    return sitting


def amend_sitting(
    session: Session,
    sitting: ExamSitting,
    new: NewSitting,
    *,
    expected_no: int,
    reason: str | None,
    actor: Actor,
    at: datetime,
) -> bool:
    """Correct a sitting by a new version; False, and none written, where nothing is different.

    Whoever has a seat is told of another day, and reminded no more of a sitting that is called off. Results that are
    entered already stay as they are. Raises NotAllowed, StaleRecord, and BadInput where there would be fewer seats than
    people who have one.
    """
    check_can_arrange(actor, sitting.organization_id)
    lock_current(session, sitting, expected_no)
    _check_seats(new, count_taken(session, sitting.id))
    values = asdict(new)
    if all(getattr(sitting, name) == value for name, value in values.items()):
        return False
    for name, value in values.items():
        setattr(sitting, name, value)
    add_sitting_version(session, sitting, "amended", reason, actor=actor, at=at)
    keep_seat_days(session, sitting, at=at)
    return True


def get_sitting(session: Session, actor: Actor, sitting_id: int) -> ExamSitting:
    """The sitting. Raises NotFound, for one of a place where the actor arranges nothing too."""
    sitting = session.get(ExamSitting, sitting_id)
    places = list_places(actor, Task.ARRANGE_EXAMS)
    if sitting is None or (places is not None and sitting.organization_id not in places):
        raise NotFound(f"There is no exam sitting with the number {sitting_id}.")
    return sitting


def list_sittings(session: Session, actor: Actor) -> Sequence[ExamSitting]:
    """Those of the places where the actor arranges exams, the latest first."""
    query = select(ExamSitting).order_by(ExamSitting.held_on.desc(), ExamSitting.id.desc())
    places = list_places(actor, Task.ARRANGE_EXAMS)
    if places is not None:
        query = query.where(ExamSitting.organization_id.in_(places))
    return session.scalars(query).all()


def register(session: Session, sitting: ExamSitting, person_id: int, *, actor: Actor, at: datetime) -> ExamRegistration:
    """Give somebody a seat; whoever gave theirs up may have one again.

    The sitting stays locked until the transaction ends, so that two who come at once never get the last seat both.
    Raises NotAllowed, NotFound for somebody who is neither of that place nor the actor's to see, and Refused where
    there is no seat left, they have one already, or the sitting is called off.
    """
    check_can_arrange(actor, sitting.organization_id)
    person = get_person(session, person_id)
    _check_is_of_place(session, sitting, person, actor, at)
    lock_current(session, sitting)
    if sitting.is_called_off:
        raise Refused("This sitting is called off, so nobody can be registered.")
    found = _find_registration(session, sitting.id, person.id)
    if found is not None and not found.is_withdrawn:
        raise Refused(f"{person.shown_name} has a seat already.")
    if count_taken(session, sitting.id) >= sitting.seats:
        raise Refused("Every seat is taken. Withdraw a registration, or give the sitting more seats.")
    registration = found or _add_registration(session, sitting, person, actor, at)
    registration.is_withdrawn = False
    add_registration_version(session, registration, "made", None, actor=actor, at=at)
    keep_seat_day(session, sitting, registration, at=at)
    return registration


def withdraw_registration(
    session: Session, registration: ExamRegistration, *, reason: str | None, actor: Actor, at: datetime
) -> None:
    """Give a seat up: it is free again, and the record of it stays. Raises NotAllowed; Refused where it is so."""
    sitting = session.get_one(ExamSitting, registration.sitting_id)
    check_can_arrange(actor, sitting.organization_id)
    lock_current(session, sitting)
    lock_current(session, registration)
    if registration.is_withdrawn:
        raise Refused("This registration was withdrawn already.")
    registration.is_withdrawn = True
    add_registration_version(session, registration, "withdrawn", reason, actor=actor, at=at)
    keep_seat_day(session, sitting, registration, at=at)


def get_registration(session: Session, sitting_id: int, registration_id: int) -> ExamRegistration:
    """A registration of that sitting. Raises NotFound."""
    found = session.get(ExamRegistration, registration_id)
    if found is None or found.sitting_id != sitting_id:
        raise NotFound(f"There is no registration with the number {registration_id} for this sitting.")
    return found


def count_taken(session: Session, sitting_id: int) -> int:
    """How many seats are taken."""
    mine = (ExamRegistration.sitting_id == sitting_id, ExamRegistration.is_withdrawn.is_(False))
    return session.scalar(select(func.count()).select_from(ExamRegistration).where(*mine)) or 0


def load_taken(session: Session, sitting_ids: Sequence[int]) -> dict[int, int]:
    """How many seats are taken, by sitting; one query."""
    mine = (ExamRegistration.sitting_id.in_(sitting_ids), ExamRegistration.is_withdrawn.is_(False))
    query = select(ExamRegistration.sitting_id, func.count()).where(*mine).group_by(ExamRegistration.sitting_id)
    return dict.fromkeys(sitting_ids, 0) | dict(session.execute(query).all())


def _add_registration(
    session: Session, sitting: ExamSitting, person: Person, actor: Actor, at: datetime
) -> ExamRegistration:
    stamp = {"recorded_at": at, "recorded_by": actor.key}
    registration = ExamRegistration(sitting_id=sitting.id, person_id=person.id, is_withdrawn=False, no=0, **stamp)
    session.add(registration)
    session.flush()
    return registration


def _find_registration(session: Session, sitting_id: int, person_id: int) -> ExamRegistration | None:
    query = select(ExamRegistration).where(
        ExamRegistration.sitting_id == sitting_id, ExamRegistration.person_id.in_(same_person(person_id))
    )
    return session.scalar(query.order_by(ExamRegistration.is_withdrawn, ExamRegistration.id).limit(1))


def _check_is_of_place(session: Session, sitting: ExamSitting, person: Person, actor: Actor, at: datetime) -> None:
    today = today_of(session, person.id, at)
    if find_affiliation(session, person.id, sitting.organization_id, today) is not None:
        return
    visible = select(Person.id).where(Person.id == person.id, visible_people(actor, today))
    if session.scalar(visible) is None:
        raise NotFound(f"There is no person with the number {person.id}.")


def _check_seats(new: NewSitting, taken: int) -> None:
    if not 0 < new.seats <= MOST_SEATS:
        raise BadInput(f"A sitting has between 1 and {MOST_SEATS} seats.")
    if new.seats < taken:
        raise BadInput(f"{taken} people have a seat already; withdraw some registrations first.")
