"""Who may be in a group: open cycles that were due then, of certifications for which the actor may give anything."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, OrganizationCredential, Person, Waiver
from certtrack.db.queries.merges import load_merged, same_person
from certtrack.security import Act, Actor
from certtrack.services.actors import open_certifications
from certtrack.services.group_acts.wish import GroupWish

_CHUNK = 500  # numbers in one statement


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
    numbers = dict(cycles)
    found = {cycle_id: f"{no}.0.0" for cycle_id, no in numbers.items()}
    for chunk in _chunks(sorted(numbers)):
        query = select(Waiver.cycle_id, func.count(), func.sum(Waiver.no)).where(Waiver.cycle_id.in_(chunk))
        for cycle_id, count, changes in session.execute(query.group_by(Waiver.cycle_id)):
            found[cycle_id] = f"{numbers[cycle_id]}.{count}.{changes}"
    return found


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
    bases = load_bases(session, ((row.cycle_id, row.no) for row in rows))
    people = _load_people(session, {row.person_id for row in rows})
    newest = _load_newest(session, sorted({row.id for row in rows}))
    is_own = set(session.scalars(same_person(actor.person_id))) if actor.person_id and not actor.is_command else set()
    found = [
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
    return [member for _, member in sorted(found, key=lambda pair: (pair[0], pair[1].cycle_id))]


def _load_people(session: Session, numbers: set[int]) -> dict[int, Person]:
    """By the number on the certification, the person whom it is in the end."""
    ends = {number: number for number in numbers}
    for chunk in _chunks(sorted(numbers)):
        ends |= {number: into for number, into in load_merged(session, chunk).items() if number in numbers}
    found: dict[int, Person] = {}
    for chunk in _chunks(sorted(set(ends.values()))):
        found |= {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(chunk)))}
    return {number: found[end] for number, end in ends.items()}


def _load_newest(session: Session, certification_ids: Sequence[int]) -> dict[int, int]:
    """The open cycle that an act on a certification is about: of several the one that started last."""
    found: dict[int, int] = {}
    for chunk in _chunks(certification_ids):
        query = select(Cycle.certification_id, Cycle.id).where(Cycle.certification_id.in_(chunk))
        query = query.where(Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False))
        found |= {row.certification_id: row.id for row in session.execute(query.order_by(Cycle.start_on, Cycle.id))}
    return found


def _chunks(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), _CHUNK):
        yield numbers[start : start + _CHUNK]
