"""Who may be in a group: open cycles that were due then, of certifications for which the actor may give anything."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, OrganizationCredential, Person, Waiver
from certtrack.db.queries.merges import same_people
from certtrack.db.together import ask_together
from certtrack.security import Act, Actor
from certtrack.services.actors import open_certifications
from certtrack.services.group_acts.wish import GroupWish
from certtrack.services.people import select_holders

_CHUNK = 500  # numbers in one statement
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Member:
    """One open cycle, whose it is, and the `basis` on which anything about it is decided.

    The basis is another one as soon as the cycle is changed, or anything is given for it or taken back.
    """

    cycle_id: int
    certification_id: int
    organization_id: int
    person_id: int
    name: str
    number: str | None
    basis: str
    is_own: bool
    is_newest: bool


def may_give(actor: Actor, today: date) -> ColumnElement[bool]:
    """A condition on `certification`: those for which the actor may put on record what was given, as for one person."""
    granted = (
        select(OrganizationCredential.id)
        .where(
            OrganizationCredential.organization_id == Certification.organization_id,
            OrganizationCredential.credential == Certification.credential,
            OrganizationCredential.role == "granter",
        )
        .exists()
    )
    return or_(
        and_(granted, open_certifications(actor, today, Act.DECIDE_APPLICATION)),
        and_(not_(granted), open_certifications(actor, today, Act.RECORD_WAIVER)),
    )


def list_members(session: Session, actor: Actor, wish: GroupWish, today: date) -> list[Member]:
    """Everybody who was due on a day of the span, also before an extension, in the order of names."""
    moved_from = select(Waiver.cycle_id).where(
        Waiver.kind == "extension",
        Waiver.is_withdrawn.is_(False),
        Waiver.former_due_on.between(wish.due_from_on, wish.due_until_on),
    )
    was_due = or_(Cycle.due_on.between(wish.due_from_on, wish.due_until_on), Cycle.id.in_(moved_from))
    query = _select().where(Certification.pack_key == wish.pack_key, was_due)
    if wish.organization_id is not None:
        query = query.where(Certification.organization_id == wish.organization_id)
    is_open = (Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False))
    return _make_members(session, actor, query.where(*is_open, may_give(actor, today)))


def list_members_of(session: Session, actor: Actor, cycle_ids: Sequence[int], today: date) -> list[Member]:
    """Those of these cycles that are the actor's to change, also ended ones, each once."""
    return [
        member
        for numbers in _chunks(cycle_ids)
        for member in _make_members(session, actor, _select().where(Cycle.id.in_(numbers), may_give(actor, today)))
    ]


def load_bases(session: Session, cycles: Iterable[tuple[int, int]]) -> dict[int, str]:
    """By cycle what is decided on, given the cycles with their version numbers; one query for each 500."""
    numbers, rows = dict(cycles), list[_Waived]()
    for chunk in _chunks(sorted(numbers)):
        rows += [(row[0], row[1], row[2]) for row in session.execute(_select_waived(chunk))]
    return _make_bases(numbers, rows)


_Waived = tuple[int, int, int]


def _select_waived(cycle_ids: Sequence[int]) -> Select[Any]:
    """By cycle how many waivers it has, and how often they were changed."""
    query: Any = select(Waiver.cycle_id, func.count().label("waivers"), func.sum(Waiver.no).label("changes"))
    waived: Select[Any] = query.where(Waiver.cycle_id.in_(cycle_ids)).group_by(Waiver.cycle_id)
    return waived


def _make_bases(numbers: Mapping[int, int], rows: Iterable[_Waived]) -> dict[int, str]:
    found = {cycle_id: f"{no}.0.0" for cycle_id, no in numbers.items()}
    return found | {cycle_id: f"{numbers[cycle_id]}.{count}.{changes}" for cycle_id, count, changes in rows}


def _select() -> Select[Any]:
    query: Any = select(
        Cycle.id.label("cycle_id"),
        Cycle.no,
        Cycle.start_on,
        Certification.id,
        Certification.organization_id,
        Certification.number,
        Certification.person_id,
    )
    joined: Select[Any] = query.join(Certification, Certification.id == Cycle.certification_id)
    return joined


def _make_members(session: Session, actor: Actor, query: Select[Any]) -> list[Member]:
    rows = session.execute(query).all()
    found = [one for chunk in _chunks(rows) for one in _make_chunk(session, actor, chunk)]
    return [member for _, member in sorted(found, key=lambda pair: (pair[0], pair[1].cycle_id))]


def _make_chunk(session: Session, actor: Actor, rows: Sequence[Any]) -> list[tuple[str, Member]]:
    """Each with the name by which it is listed; one query."""
    own_id = 0 if actor.is_command else actor.person_id or 0
    waived, holders, open_cycles, own_ids = ask_together(
        session,
        _select_waived([row.cycle_id for row in rows]),
        select_holders({row.person_id for row in rows}),
        _select_open({row.id for row in rows}),
        same_people(select(Person.id).where(Person.id == own_id)).subquery().select(),
    )
    bases, people = _make_bases({row.cycle_id: row.no for row in rows}, waived), dict(holders)
    newest, is_own = _find_newest(open_cycles), set(own_ids)
    return [
        (
            people[row.person_id].folded_name,
            Member(
                cycle_id=row.cycle_id,
                certification_id=row.id,
                organization_id=row.organization_id,
                person_id=people[row.person_id].id,
                name=people[row.person_id].shown_name,
                number=row.number,
                basis=bases[row.cycle_id],
                is_own=people[row.person_id].id in is_own,
                is_newest=newest.get(row.id) == row.cycle_id,
            ),
        )
        for row in rows
    ]


def _select_open(certification_ids: Collection[int]) -> Select[date, int, int]:
    query = select(Cycle.start_on, Cycle.id, Cycle.certification_id).where(
        Cycle.certification_id.in_(certification_ids)
    )
    return query.where(Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False))


def _find_newest(rows: Iterable[tuple[date, int, int]]) -> dict[int, int]:
    """The open cycle that an act on a certification is about: of several the one that started last."""
    return {certification_id: cycle_id for _, cycle_id, certification_id in sorted(rows)}


def _chunks(rows: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]
