"""Keeping background checks: by the office, never by the person themselves; what one found is never on record."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Select, or_, select, true
from sqlalchemy.orm import Session

from certtrack.db.models import Affiliation, BackgroundCheck, BackgroundCheckVersion, Organization
from certtrack.db.queries.merges import same_person
from certtrack.errors import BadInput, NotAllowed, NotFound, Refused
from certtrack.security import Act, Actor, Relation, Task, can_act, list_places
from certtrack.services.actors import list_relations
from certtrack.services.credits.rights import is_own, today_of
from certtrack.services.locking import lock_current
from certtrack.services.other_days.records import Owner, Source, close_day, keep_day
from certtrack.services.people import get_person
from certtrack.services.versions import make_stamp, next_values, record_change

LONGEST_SOURCE = 200
_VALUES = ("done_on", "good_until", "source", "is_withdrawn")


@dataclass(frozen=True, slots=True)
class NewCheck:
    """What is told of a check: the day on which it was done, the last one on which it is good, where it is written."""

    done_on: date
    good_until: date
    source: str
    is_withdrawn: bool = False


def record_check(
    session: Session, person_id: int, organization_id: int, new: NewCheck, *, actor: Actor, at: datetime
) -> BackgroundCheck:
    """Put a check on record; the person is reminded before it ends, and of a former one no more.

    Raises NotAllowed, also for a place that isn't among `list_check_places`; Refused for the own record; BadInput for
    days that don't go together, a day of doing that is still to come, and without a source.
    """
    person = get_person(session, person_id)
    check_can_keep(session, actor, person.id, at)
    today = today_of(session, person.id, at)
    if organization_id not in {place.id for place in list_check_places(session, actor, person.id, today)}:
        raise NotAllowed("This record isn't here, or isn't yours to change.")
    _check(new, today)
    record = BackgroundCheck(
        person_id=person.id, organization_id=organization_id, **asdict(new), no=0, recorded_at=at,
        recorded_by=actor.key,
    )  # fmt: skip
    session.add(record)
    session.flush()
    _add_version(session, record, "recorded", None, actor, at)
    return record


def amend_check(
    session: Session,
    record: BackgroundCheck,
    new: NewCheck,
    *,
    expected_no: int,
    reason: str | None,
    actor: Actor,
    at: datetime,
) -> bool:
    """Correct a check, or take it back; False, and no version written, where nothing is different.

    Raises NotAllowed, StaleRecord; Refused for the own record; BadInput as `record_check` does.
    """
    check_can_keep(session, actor, record.person_id, at)
    lock_current(session, record, expected_no)
    _check(new, today_of(session, record.person_id, at))
    values = asdict(new)
    if all(getattr(record, name) == value for name, value in values.items()):
        return False
    for name, value in values.items():
        setattr(record, name, value)
    _add_version(session, record, "withdrawn" if new.is_withdrawn else "amended", reason, actor, at)
    return True


def get_check(session: Session, actor: Actor, person_id: int, check_id: int) -> BackgroundCheck:
    """One that is on this person's record. Raises NotFound, also for one that was taken back or is another place's."""
    record = session.get(BackgroundCheck, check_id)
    places = list_places(actor, Task.END_AFFILIATION)
    is_here = (
        record is not None
        and not record.is_withdrawn
        and record.person_id in set(session.scalars(same_person(person_id)))
        and (places is None or record.organization_id in places)
    )
    if record is None or not is_here:
        raise NotFound(f"There is no background check with the number {check_id} on this person's record.")
    return record


def list_check_places(session: Session, actor: Actor, person_id: int, today: date) -> Sequence[Organization]:
    """Where the actor may keep a check of this person: offices of theirs that the person belongs to, by name."""
    query = select_check_places(actor, person_id, today)
    return session.scalars(query.order_by(Organization.name, Organization.id)).all()


def select_check_places(actor: Actor, person_id: int, today: date) -> Select[Organization]:
    """The same in no order."""
    places = list_places(actor, Task.END_AFFILIATION)
    belonging = select(Affiliation.organization_id).where(
        Affiliation.person_id.in_(same_person(person_id)),
        or_(Affiliation.from_on.is_(None), Affiliation.from_on <= today),
        or_(Affiliation.until_on.is_(None), Affiliation.until_on >= today),
    )
    return select(Organization).where(
        Organization.id.in_(belonging), true() if places is None else Organization.id.in_(places)
    )


def can_keep(session: Session, actor: Actor, person_id: int, today: date) -> bool:
    """True where the actor may keep checks of this person; nobody keeps their own."""
    if actor.is_command:
        return True
    relations = list_relations(session, actor, person_id, today)
    return can_act(relations, Act.KEEP_CHECKS) and Relation.HOLDER not in relations


def check_can_keep(session: Session, actor: Actor, person_id: int, at: datetime) -> None:
    """Raise NotAllowed unless the actor may keep checks of this person; Refused where the record is their own."""
    relations = list_relations(session, actor, person_id, today_of(session, person_id, at))
    if not (actor.is_command or can_act(relations, Act.KEEP_CHECKS)):
        raise NotAllowed("This record isn't here, or isn't yours to change.")
    if is_own(session, actor, person_id):
        raise Refused("This is your own check, so somebody else writes it down.")


def _check(new: NewCheck, today: date) -> None:
    if new.done_on > today:
        raise BadInput(f"{new.done_on} is still to come; say on which day it was done.")
    if new.good_until < new.done_on:
        raise BadInput("It can't be good until a day before it was done.")
    if not new.source or len(new.source) > LONGEST_SOURCE:
        raise BadInput(f"Say where it is written, in up to {LONGEST_SOURCE} letters.")


def _add_version(
    session: Session, record: BackgroundCheck, what: str, reason: str | None, actor: Actor, at: datetime
) -> None:
    values = next_values(record, _VALUES)
    stamp = make_stamp(record, reason, actor, at)
    session.add(BackgroundCheckVersion(check_id=record.id, **values, **stamp))
    details = values | {"reason": reason}
    record_change(session, f"background_check.{what}", record, [record.person_id], details, actor=actor, at=at)
    session.flush()
    _keep_days(session, record.person_id, record.organization_id, at)


def keep_check_days(session: Session, person_id: int, *, at: datetime) -> None:
    """Let the person's days be what their checks say, those from before a merge included."""
    mine = BackgroundCheck.person_id.in_(same_person(person_id))
    places = session.scalars(select(BackgroundCheck.organization_id).where(mine).distinct()).all()
    for organization_id in sorted(places):
        _keep_days(session, person_id, organization_id, at)


def _keep_days(session: Session, person_id: int, organization_id: int, at: datetime) -> None:
    """The check that is good for longest is what the person is reminded of; the others are no more."""
    query = select(BackgroundCheck).where(
        BackgroundCheck.person_id.in_(same_person(person_id)),
        BackgroundCheck.organization_id == organization_id,
    )
    records = session.scalars(query.order_by(BackgroundCheck.good_until.desc(), BackgroundCheck.id.desc())).all()
    speaking = next((record for record in records if not record.is_withdrawn), None)
    for record in records:
        source = Source("background_check", record.id)
        if record is speaking:
            keep_day(session, source, Owner(record.person_id, record.organization_id), record.good_until, at=at)
        else:
            close_day(session, source, "withdrawn" if record.is_withdrawn else "renewed", at=at)
