"""What somebody waits to be reminded of: the next day to act by of each certification, and other days that come."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, Intention, OtherDay, StandingSpan
from certtrack.db.queries.merges import load_merged
from certtrack.security import Actor
from certtrack.services.other_days.rights import visible_days

_NOTHING_TO_TELL = ("suspended", "revoked", "retired")
_CHUNK = 500

_V = TypeVar("_V", int, str)


@dataclass(frozen=True, slots=True)
class Awaited:
    """A day that somebody is to be reminded of: the next one to act by of a certification, or another.

    `kind` is None for a certification's, else what falls due. `credential` is what it is for, None for none.
    """

    next_on: date
    credential: str | None
    kind: str | None = None


def load_awaited(session: Session, actor: Actor, people: Iterable[int], today: date) -> dict[int, tuple[Awaited, ...]]:
    """What each of these people would be reminded of, the nearest first; nobody without anything.

    Of days beside those of cycles the ones that the actor may see; one that a certification's own day says is left out.
    """
    found: dict[int, list[Awaited]] = defaultdict(list)
    for chunk in in_chunks(people):
        merged = load_merged(session, chunk)
        everybody = {*chunk, *merged}
        said = set[tuple[int, date]]()
        for certification, next_on in session.execute(_of_cycles(everybody, today)):
            if next_on is not None:
                found[merged.get(certification.person_id, certification.person_id)].append(
                    Awaited(next_on, certification.credential)
                )
                said.add((certification.id, next_on))
        for day in session.scalars(_others(everybody, today).where(visible_days(actor, today))):
            if (day.certification_id or 0, day.due_on) not in said:
                found[merged.get(day.person_id, day.person_id)].append(Awaited(day.due_on, day.credential, day.kind))
    return {number: tuple(sorted(each, key=lambda one: one.next_on)) for number, each in found.items()}


def in_chunks(values: Iterable[_V]) -> Iterator[list[_V]]:
    """The values in order, so many at a time as one statement takes."""
    ordered = sorted(values)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]


def _of_cycles(people: Collection[int], today: date) -> Select[Certification, date | None]:
    leaving = select(Intention.id).where(
        Intention.cycle_id == Cycle.id, Intention.kind == "not_going_on", Intention.state != "taken_back"
    )
    going_on = select(Cycle.id).where(
        Cycle.certification_id == Certification.id,
        Cycle.closed_on.is_(None),
        Cycle.is_withdrawn.is_(False),
        ~leaving.exists(),
    )
    return (
        select(Certification, StandingSpan.next_on)
        .join(StandingSpan, and_(StandingSpan.certification_id == Certification.id, _is_on(today)))
        .where(
            Certification.person_id.in_(people),
            StandingSpan.validity.not_in(_NOTHING_TO_TELL),
            going_on.exists(),
        )
        .order_by(StandingSpan.next_on, Certification.id)
    )


def _others(people: Collection[int], today: date) -> Select[OtherDay]:
    is_silent = select(StandingSpan.id).where(
        StandingSpan.certification_id == OtherDay.certification_id,
        _is_on(today),
        StandingSpan.validity.in_(_NOTHING_TO_TELL),
    )
    return (
        select(OtherDay)
        .where(OtherDay.person_id.in_(people), OtherDay.closed_on.is_(None), OtherDay.due_on >= today)
        .where(~is_silent.exists())
        .order_by(OtherDay.due_on, OtherDay.id)
    )


def _is_on(today: date) -> ColumnElement[bool]:
    return and_(StandingSpan.from_on <= today, StandingSpan.until_on >= today)
