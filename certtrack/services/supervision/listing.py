"""The list of sessions: what waits for a signature first, then the rest, each the latest first."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, not_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Attendance, Organization, Person, Signature, SupervisionSession
from certtrack.db.queries.merges import load_merged
from certtrack.db.queries.supervision import SessionRow, load_sessions
from certtrack.rules.service import Side
from certtrack.security import Actor
from certtrack.services.people import get_person
from certtrack.services.supervision.rights import visible_sessions
from certtrack.services.supervision.shown import Attendee, Reader, seen_sessions

PAGE = 25


@dataclass(frozen=True, slots=True)
class ListedSession:
    """One session of the list. `others`: how many were there who aren't the reader's to see.

    `own_side`: what the reader has still to sign, None where there is nothing.
    """

    row: SessionRow
    organization: str
    supervisor: Person
    people: tuple[Attendee, ...]
    others: int
    own_side: Side | None

    @property
    def is_signed(self) -> bool:
        """True where everybody who was there has signed what it says now."""
        has_supervisor = self.row.find_signature("supervisor", self.supervisor.id) is not None
        return has_supervisor and all(self.row.find_signature("person", number) for number in self.row.people)


@dataclass(frozen=True, slots=True)
class SessionList:
    """One page of the list; `total` sessions are in it, of which `waiting` wait for somebody's signature."""

    items: tuple[ListedSession, ...]
    total: int
    waiting: int
    number: int

    @property
    def first(self) -> int:
        """The place of the first one."""
        return (self.number - 1) * PAGE + 1

    @property
    def has_more(self) -> bool:
        """Whether another page follows."""
        return self.number * PAGE < self.total

    @property
    def person_ids(self) -> list[int]:
        """Whose records this page shows."""
        return sorted({one.person.id for item in self.items for one in item.people})


def list_session_page(session: Session, actor: Actor, today: date, number: int = 1) -> SessionList:
    """One page of the sessions that the actor may see, at all of their places."""
    seen = and_(SupervisionSession.state == "held", seen_sessions(session, actor, today))
    total = session.scalar(select(func.count(SupervisionSession.id)).where(seen)) or 0
    waiting = session.scalar(select(func.count(SupervisionSession.id)).where(seen, not_(_is_signed()))) or 0
    number = max(min(number, -(-total // PAGE)), 1)
    order = (_is_signed(), SupervisionSession.held_on.desc(), SupervisionSession.id.desc())
    query = select(SupervisionSession.id).where(seen).order_by(*order)
    ids = list(session.scalars(query.limit(PAGE).offset((number - 1) * PAGE)))
    return SessionList(_list(session, actor, today, ids), total, waiting, number)


def _is_signed() -> ColumnElement[bool]:
    """A condition on a session: as many have signed its latest version as were there, the supervisor too."""
    latest = (Attendance.session_id == SupervisionSession.id, Attendance.no == SupervisionSession.no)
    there = select(func.count(Attendance.id)).where(*latest).correlate(SupervisionSession).scalar_subquery()
    newest = (Signature.session_id == SupervisionSession.id, Signature.no == SupervisionSession.no)
    signed = select(func.count(Signature.id)).where(*newest).correlate(SupervisionSession).scalar_subquery()
    return signed > there


def _list(session: Session, actor: Actor, today: date, ids: list[int]) -> tuple[ListedSession, ...]:
    rows = {row.id: row for row in load_sessions(session, SupervisionSession.id.in_(ids))}
    seen, reader = _load_seen(session, actor, today, ids), Reader(session, actor, today)
    offices = {row.id: row.name for row in session.execute(select(Organization.id, Organization.name))}
    listed: list[ListedSession] = []
    for row in (rows[number] for number in ids):
        people = [get_person(session, number) for number in seen[row.id]]
        listed.append(
            ListedSession(
                row=row,
                organization=offices[row.organization_id],
                supervisor=get_person(session, row.supervisor_id),
                people=tuple(Attendee(one, row.find_signature("person", one.id)) for one in _by_name(people)),
                others=len(row.people - seen[row.id]),
                own_side=reader.find_unsigned(row),
            )
        )
    return tuple(listed)


def _load_seen(session: Session, actor: Actor, today: date, ids: list[int]) -> dict[int, set[int]]:
    query = (
        select(Attendance.session_id, Attendance.person_id)
        .join(SupervisionSession, SupervisionSession.id == Attendance.session_id)
        .where(Attendance.session_id.in_(ids), Attendance.no == SupervisionSession.no)
        .where(visible_sessions(session, actor, today))
    )
    found = session.execute(query).all()
    merged = load_merged(session, {row.person_id for row in found})
    seen: dict[int, set[int]] = defaultdict(set)
    for session_id, person_id in found:
        seen[session_id].add(merged.get(person_id, person_id))
    return seen


def _by_name(people: Iterable[Person]) -> list[Person]:
    return sorted(people, key=lambda one: (one.folded_name, one.id))
