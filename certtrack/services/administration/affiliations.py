"""Somebody's times at offices: joining one more, the first day mended, and how it all was put on record.

Nobody is joined by an office that doesn't keep their record already: it would open all of a stranger's record by what
somebody typed. Whoever administers several offices, or everywhere, joins their people to another one.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import String, and_, cast, exists, literal, or_, select, true
from sqlalchemy.orm import Session

from certtrack.db.models import Account, AccountRole, Affiliation, AffiliationVersion, Organization, Person
from certtrack.db.queries.merges import same_person
from certtrack.errors import BadInput, NotFound, StaleRecord
from certtrack.rules.calendar import add_days
from certtrack.security import Actor, Task, check_can_do, list_places
from certtrack.services.administration.people import check_supervises, get_own
from certtrack.services.administration.places import list_offices
from certtrack.services.leaving import Place, get_place_to_leave
from certtrack.services.locking import hold_organization, lock_people
from certtrack.services.organizations import add_version, affiliate, assign_supervisor
from certtrack.services.reminders.arming import earliest_day, rearm_person
from certtrack.services.supervision.supervising import list_supervising

_NOT_THEIRS = "This page isn't here, or isn't yours to see."
LATEST = 366
"""So many days ahead a first day may be said."""
Why = Literal["there_already", "has_ended", "too_far", "ahead", "after_last", "overlaps"]


class BadTime(BadInput):
    """A first day that can't be, by a code."""

    def __init__(self, why: Why) -> None:
        super().__init__(f"That first day can't be: {why}.")
        self.why: Why = why


@dataclass(frozen=True, slots=True)
class NewTime:
    """Where somebody joins, from which day on, and who supervises them there from that day; None: nobody yet."""

    organization_id: int
    from_on: date
    supervisor_id: int | None = None


@dataclass(frozen=True, slots=True)
class JoinOffer:
    """Where the person may join, each of the reader's, by name; of the one that was chosen, who supervises there."""

    person: Person
    places: tuple[Organization, ...]
    chosen: Organization | None
    supervisors: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class PastVersion:
    """What was put on record of somebody's time at an office, and when; `who` None for no account of the reader's."""

    organization: str
    version: AffiliationVersion
    who: str | None


def list_places_to_join(session: Session, actor: Actor, person_id: int, today: date) -> tuple[Organization, ...]:
    """The actor's organizations to which the person doesn't belong and isn't to belong, and that haven't ended."""
    there = set(
        session.scalars(
            select(Affiliation.organization_id).where(
                Affiliation.person_id.in_(same_person(person_id)),
                or_(Affiliation.until_on.is_(None), Affiliation.until_on >= today),
            )
        )
    )
    return tuple(one for one in list_offices(session, actor, Task.MANAGE_PEOPLE, today) if one.id not in there)


def get_offer(session: Session, actor: Actor, person_id: int, chosen_id: int, today: date) -> JoinOffer:
    """What is offered to join somebody of the actor's; `chosen_id` 0: the first. Raises NotFound."""
    person = get_own(session, actor, person_id, today)
    places = list_places_to_join(session, actor, person.id, today)
    chosen = next((one for one in places if chosen_id in (0, one.id)), None)
    supervisors = list_supervising(session, chosen.id, today) if chosen is not None else ()
    return JoinOffer(person, places, chosen, tuple(one for one in supervisors if one.id != person.id))


def join(
    session: Session, actor: Actor, person_id: int, new: NewTime, *, today: date, at: datetime
) -> Person:  # fmt: skip
    """Let somebody of the actor's belong to another organization of theirs from a day on.

    The planner looks at them again: who gets copies of their reminders rests on it. Raises NotFound for somebody whose
    record isn't the actor's, NotAllowed for such an organization, BadTime.
    """
    person = get_own(session, actor, person_id, today)
    check_can_do(actor, Task.MANAGE_PEOPLE, new.organization_id)
    organization = hold_organization(session, new.organization_id)
    if organization is None:
        raise NotFound(_NOT_THEIRS)
    lock_people(session, [person.id])
    _check_first(session, person.id, organization, new.from_on, today)
    affiliate(session, person.id, organization.id, from_on=new.from_on, actor=actor, at=at)
    rearm_person(session, person.id, earliest_day(at))
    if new.supervisor_id is not None:
        check_supervises(session, new.supervisor_id, organization.id, today)
        assign_supervisor(
            session, person_id=person.id, supervisor_id=new.supervisor_id, organization_id=organization.id,
            from_on=max(new.from_on, today), actor=actor, at=at,
        )  # fmt: skip
    return person


def mend_first_day(
    session: Session, actor: Actor, person_id: int, organization_id: int, from_on: date | None,
    *, seen: int, today: date, at: datetime,
) -> None:  # fmt: skip
    """Let somebody's time at an office of the actor's have begun on another day; None: it isn't known.

    `seen` is the number of changes that the page had shown. Raises NotFound, StaleRecord, BadTime: a day to come would
    hide the record from the office that keeps it.
    """
    person = get_own(session, actor, person_id, today)
    check_can_do(actor, Task.MANAGE_PEOPLE, organization_id)
    lock_people(session, [person.id])
    place = get_place_to_leave(session, actor, person.id, organization_id, today)
    if place.no != seen:
        raise StaleRecord("Their time here was changed meanwhile: look at it again.")
    shown = next(one for one in reversed(place.affiliations) if one.from_on == place.from_on)
    if from_on == shown.from_on:
        return
    _check_began(session, person.id, shown, place, from_on, today)
    shown.from_on = from_on
    add_version(session, shown, "mended", actor, at)
    rearm_person(session, person.id, earliest_day(at))


def can_join_more(actor: Actor) -> bool:
    """True for whoever administers more than one organization: somebody of theirs may join another one."""
    places = list_places(actor, Task.MANAGE_PEOPLE)
    return places is None or len(places) > 1


def list_versions(session: Session, actor: Actor, person_id: int) -> tuple[PastVersion, ...]:
    """What was put on record of the person's times at the actor's organizations, the last first; one query."""
    places = list_places(actor, Task.MANAGE_PEOPLE)
    is_at = true() if places is None else Affiliation.organization_id.in_(places)
    is_known = true() if places is None else AccountRole.organization_id.in_(places)
    by_account = literal("account:") + cast(Account.id, String) == AffiliationVersion.recorded_by
    named = exists().where(AccountRole.account_id == Account.id, is_known)
    query = (
        select(AffiliationVersion, Organization.name, Account.sign_in_name, Person)
        .join(Affiliation, Affiliation.id == AffiliationVersion.affiliation_id)
        .join(Organization, Organization.id == Affiliation.organization_id)
        .outerjoin(Account, and_(by_account, named))
        .outerjoin(Person, Person.id == Account.person_id)
        .where(Affiliation.person_id.in_(same_person(person_id)), is_at)
        .order_by(AffiliationVersion.id.desc())
    )
    return tuple(
        PastVersion(place, version, by.shown_name if by is not None else name)
        for version, place, name, by in session.execute(query)
    )


def _check_first(session: Session, person_id: int, organization: Organization, from_on: date, today: date) -> None:
    if from_on > add_days(today, LATEST):
        raise BadTime("too_far")
    if organization.until_on is not None and organization.until_on < from_on:
        raise BadTime("has_ended")
    later = or_(Affiliation.until_on.is_(None), Affiliation.until_on >= from_on)
    query = select(Affiliation.id).where(
        Affiliation.person_id.in_(same_person(person_id)), Affiliation.organization_id == organization.id, later
    )
    if session.scalar(query.limit(1)) is not None:
        raise BadTime("there_already")


def _check_began(
    session: Session, person_id: int, time: Affiliation, place: Place, from_on: date | None, today: date
) -> None:
    """Raise BadTime where another time there would overlap; one that isn't known to have begun overlaps each.

    Of two that last, of somebody who was two records, only the one that began last is shown and mended: it stays so.
    """
    if from_on is not None and from_on > today:
        raise BadTime("ahead")
    if from_on is not None and time.until_on is not None and time.until_on < from_on:
        raise BadTime("after_last")
    others = session.scalars(
        select(Affiliation).where(
            Affiliation.person_id.in_(same_person(person_id)),
            Affiliation.organization_id == time.organization_id,
            Affiliation.id != time.id,
        )
    )
    lasting = {one.id for one in place.affiliations}
    if any(_is_in_the_way(other, from_on, lasts=other.id in lasting) for other in others):
        raise BadTime("overlaps")


def _is_in_the_way(other: Affiliation, from_on: date | None, *, lasts: bool) -> bool:
    if from_on is None:
        return True
    if lasts:
        return other.from_on is not None and other.from_on > from_on
    return other.until_on is None or other.until_on >= from_on
