"""The list of sessions: what waits for a signature first, then the rest, each the latest first."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, select
from sqlalchemy.orm import Session

from certtrack.db.models import Attendance, Person, Signature, SupervisionSession
from certtrack.db.queries.merges import every_last_way, same_person
from certtrack.db.queries.supervision import SessionRow, load_sessions
from certtrack.rules.service import Side
from certtrack.security import Actor
from certtrack.services.people import load_holders
from certtrack.services.supervision.rights import load_places, visible_sessions
from certtrack.services.supervision.shown import Attendee, is_own_to_sign, seen_sessions

PAGE = 25


@dataclass(frozen=True, slots=True)
class _Placed:
    """A session of the page, and how many are in the whole list, wait for somebody, and wait for the reader."""

    id: int
    own_side: Side | None
    total: int
    waiting: int
    mine: int


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
    """One page of the list; `total` sessions are in it, of which `waiting` wait for somebody's signature.

    `mine` of these are the reader's own to sign.
    """

    items: tuple[ListedSession, ...]
    total: int
    waiting: int
    mine: int
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
    """One page of the sessions that the actor may see, at all of their places; six queries at most."""
    found = _load_page(session, actor, today, number)
    if not found and number > 1:  # a page too far: how many there are is on the first one
        first = _load_page(session, actor, today, 1)
        number = -(-first[0].total // PAGE) if first else 1
        found = first if number == 1 else _load_page(session, actor, today, number)
    total, waiting, mine = (found[0].total, found[0].waiting, found[0].mine) if found else (0, 0, 0)
    return SessionList(_list(session, actor, today, found), total, waiting, mine, number)


def _is_signed() -> ColumnElement[bool]:
    """A condition on a session: as many have signed its latest version as were there, the supervisor too."""
    latest = (Attendance.session_id == SupervisionSession.id, Attendance.no == SupervisionSession.no)
    there = select(func.count(Attendance.id)).where(*latest).correlate(SupervisionSession).scalar_subquery()
    newest = (Signature.session_id == SupervisionSession.id, Signature.no == SupervisionSession.no)
    signed = select(func.count(Signature.id)).where(*newest).correlate(SupervisionSession).scalar_subquery()
    return signed > there


def _load_page(session: Session, actor: Actor, today: date, number: int) -> list[_Placed]:
    seen = and_(SupervisionSession.state == "held", seen_sessions(session, actor, today))
    own: ColumnElement[bool] = false() if actor.person_id is None else is_own_to_sign(actor.person_id)
    held: ColumnElement[bool] = false()
    if actor.person_id is not None:
        held = SupervisionSession.supervisor_id.in_(same_person(actor.person_id))
    count: Any = func.count()
    query = select(
        SupervisionSession.id,
        case((own, 1), else_=0),
        case((held, 1), else_=0),
        count.over(),
        func.sum(case((_is_signed(), 0), else_=1)).over(),
        func.sum(case((own, 1), else_=0)).over(),
    ).where(seen)
    order = (_is_signed(), SupervisionSession.held_on.desc(), SupervisionSession.id.desc())
    rows = session.execute(query.order_by(*order).limit(PAGE).offset((number - 1) * PAGE))
    return [_Placed(row[0], _find_side(row[1], row[2]), *(int(count) for count in row[3:])) for row in rows]


def _find_side(is_own: int, is_held: int) -> Side | None:
    if not is_own:
        return None
    return "supervisor" if is_held else "person"


def _list(session: Session, actor: Actor, today: date, placed: Sequence[_Placed]) -> tuple[ListedSession, ...]:
    ids = [one.id for one in placed]
    rows = {row.id: row for row in load_sessions(session, SupervisionSession.id.in_(ids))}
    seen = _load_seen(session, actor, today, ids)
    everybody = {row.supervisor_id for row in rows.values()}.union(*seen.values())
    people, places = load_holders(session, everybody), load_places(session)
    listed: list[ListedSession] = []
    for one, row in ((one, rows[one.id]) for one in placed):
        there = _by_name(people[number] for number in seen[row.id])
        listed.append(
            ListedSession(
                row=row,
                organization=places[row.organization_id].name,
                supervisor=people[row.supervisor_id],
                people=tuple(Attendee(each, row.find_signature("person", each.id)) for each in there),
                others=len(row.people - seen[row.id]),
                own_side=one.own_side,
            )
        )
    return tuple(listed)


def _load_seen(session: Session, actor: Actor, today: date, ids: list[int]) -> dict[int, set[int]]:
    last = every_last_way()
    query = (
        select(Attendance.session_id, func.coalesce(last.c.into_id, Attendance.person_id))
        .join(SupervisionSession, SupervisionSession.id == Attendance.session_id)
        .outerjoin(last, last.c.person_id == Attendance.person_id)
        .where(Attendance.session_id.in_(ids), Attendance.no == SupervisionSession.no)
        .where(visible_sessions(session, actor, today))
    )
    seen: dict[int, set[int]] = defaultdict(set)
    for session_id, person_id in session.execute(query):
        seen[session_id].add(person_id)
    return seen


def _by_name(people: Iterable[Person]) -> list[Person]:
    return sorted(people, key=lambda one: (one.folded_name, one.id))
