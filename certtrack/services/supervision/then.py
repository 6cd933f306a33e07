"""Supervision on the record of somebody who has left, as it stood with that office on the last day."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from certtrack.clock import end_of
from certtrack.db.models import Affiliation, Attendance, Organization, ServiceSpan, SupervisionSession
from certtrack.db.queries.earlier import load_person_at
from certtrack.db.queries.supervision import SessionRow, load_service, load_sessions
from certtrack.rules.facts import ServiceFact
from certtrack.security import Fields, can_see
from certtrack.services.former import FORMER, LastDay
from certtrack.services.people import get_person


@dataclass(frozen=True, slots=True)
class SessionThen:
    """One session by the version of that moment, and the supervisor's name as it was; `others` were there too."""

    row: SessionRow
    organization: str
    supervisor: str
    others: int
    is_signed_by_supervisor: bool
    is_signed: bool


@dataclass(frozen=True, slots=True)
class ServiceThen:
    """Hours of service at one organization, as they were on record."""

    fact: ServiceFact
    organization: str


@dataclass(frozen=True, slots=True)
class SupervisionThen:
    """What an office that the person has left sees: sessions and service, both the latest first."""

    sessions: tuple[SessionThen, ...] = ()
    service: tuple[ServiceThen, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True where nothing was on record."""
        return not (self.sessions or self.service)


def show_supervision_then(session: Session, last: LastDay, as_of: date, known_at: datetime) -> SupervisionThen:
    """Sessions and hours until `as_of`, as they were on record at `known_at`; later days are never shown.

    Only those of the actor's own places in which the person had a time: another agency's sessions aren't here, though
    the person was at them on these days.
    """
    if not can_see(FORMER, Fields.SUPERVISION):
        return SupervisionThen()
    day, moment = last.bound_day(as_of), last.bound_moment(known_at)
    places, left_on = _list_places(session, last), _list_last_days(session, last)
    there = (Attendance.session_id == SupervisionSession.id, Attendance.person_id.in_(last.own_ids))
    wanted = SupervisionSession.organization_id.in_(places) & exists().where(*there).correlate(SupervisionSession)
    rows: list[SessionThen] = []
    for row in load_sessions(session, wanted, known_at=moment):
        place = places[row.organization_id]
        shown_until = min(day, left_on[place.id])
        if last.person_id in row.people and row.held_on <= shown_until:
            rows.append(_show(session, last, row, place, moment, end_of(shown_until, place.zone)))
    days = {number: min(day, left_on[number]) for number in places}
    return SupervisionThen(tuple(rows), _list_service(session, last, places, days, moment))


def _list_places(session: Session, last: LastDay) -> dict[int, Organization]:
    """The actor's places in which the person has been, by number."""
    been = select(Affiliation.organization_id).where(Affiliation.person_id.in_(last.own_ids), _is_own(last))
    found = session.scalars(select(Organization).where(Organization.id.in_(been)).order_by(Organization.id))
    return {place.id: place for place in found}


def _list_last_days(session: Session, last: LastDay) -> dict[int, date]:
    """The person's last day at each of those places."""
    query = select(Affiliation.organization_id, func.max(Affiliation.until_on))
    query = query.where(Affiliation.person_id.in_(last.own_ids)).group_by(Affiliation.organization_id)
    return {number: until_on or last.on for number, until_on in session.execute(query)}


def _is_own(last: LastDay) -> ColumnElement[bool]:
    return Affiliation.id.is_not(None) if last.places is None else Affiliation.organization_id.in_(last.places)


def _show(
    session: Session, last: LastDay, row: SessionRow, place: Organization, known_at: datetime, signed_until: datetime
) -> SessionThen:
    signed = {one.side for one in row.signatures if one.side == "supervisor" and one.signed_at <= signed_until}
    own = row.find_signature("person", last.person_id)
    supervisor = load_person_at(session, get_person(session, row.supervisor_id), known_at)
    return SessionThen(
        row=row,
        organization=place.name,
        supervisor=supervisor.shown_name if supervisor else "",
        others=len(row.people) - 1,
        is_signed_by_supervisor="supervisor" in signed,
        is_signed=own is not None and own.signed_at <= signed_until,
    )


def _list_service(
    session: Session, last: LastDay, places: dict[int, Organization], days: dict[int, date], known_at: datetime
) -> tuple[ServiceThen, ...]:
    own = set(session.scalars(select(ServiceSpan.id).where(ServiceSpan.person_id.in_(last.own_ids))))
    found = [
        ServiceThen(span, place.name)
        for place in places.values()
        for span in load_service(session, place.id, [last.person_id], known_at)[last.person_id]
        if span.id in own and span.until_on <= days[place.id]
    ]
    return tuple(sorted(found, key=lambda one: (one.fact.from_on, one.fact.id), reverse=True))
