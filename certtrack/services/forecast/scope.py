"""Whose mails are foreseen: cycles of some organizations or of one person, read a batch at a time."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, CompoundSelect, func, or_, select, union
from sqlalchemy.orm import Session

from certtrack.db.models import Cause, Certification, Cycle, OtherDay, Reminder
from certtrack.services.forecast.walking import Found
from certtrack.services.guard import COUNTED

_AT_ONCE = 400
_WAITING = ("planned", "held")


@dataclass(frozen=True, slots=True)
class Scope:
    """The certifications that are asked about: `places` None are all organizations, `people` None everybody.

    `closed` are people who are left out.
    """

    places: Collection[int] | None = None
    people: Collection[int] | None = None
    closed: CompoundSelect[int] | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """As conditions on certifications."""
        return self._conditions(Certification)

    def conditions_on_days(self) -> Iterator[ColumnElement[bool]]:
        """As conditions on days beside those of cycles."""
        return self._conditions(OtherDay)

    def _conditions(self, held: type[Certification | OtherDay]) -> Iterator[ColumnElement[bool]]:
        if self.places is not None:
            yield held.organization_id.in_(self.places)
        if self.people is not None:
            yield held.person_id.in_(self.people)
        if self.closed is not None:
            yield held.person_id.not_in(self.closed)


def read_cycles(
    session: Session, until: date, packs: Collection[str], *which: ColumnElement[bool]
) -> Iterator[list[Found]]:
    """The open cycles for which something may come until that day, a batch at a time; of `packs` every one.

    What a batch has read is forgotten before the next: memory doesn't grow with the registry.
    """
    waits = select(Reminder.subject_id).where(Reminder.subject_kind == "cycle", Reminder.state.in_(_WAITING))
    comes = or_(Cycle.next_stage_on <= until, Cycle.id.in_(waits), Certification.pack_key.in_(packs))
    query = (
        select(Cycle, Certification)
        .join(Certification, Certification.id == Cycle.certification_id)
        .where(Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False), comes, *which)
        .order_by(Cycle.id)
        .limit(_AT_ONCE)
    )
    last = 0
    while found := [(cycle, certification) for cycle, certification in session.execute(query.where(Cycle.id > last))]:
        last = found[-1][0].id
        yield found
        session.expunge_all()


def list_open_causes(session: Session, numbers: Collection[int]) -> set[int]:
    """Those of these causes that the guard still watches: what was held or let go is decided."""
    return set(session.scalars(select(Cause.id).where(Cause.id.in_(numbers), Cause.state == "open")))


def list_crowded_causes(session: Session, guard_above: int) -> list[int]:
    """The open causes that name more people than that, or have mailed them: only those may the guard hold one day.

    Whoever was mailed because of it counts, though their cycle goes by another cause by now.
    """
    of_cycles = (
        select(Cycle.cause_id, Certification.person_id)
        .join(Certification, Certification.id == Cycle.certification_id)
        .where(Cycle.cause_id.is_not(None), Cycle.release_by_name.is_(False))
    )
    of_days = select(OtherDay.cause_id, OtherDay.person_id).where(OtherDay.cause_id.is_not(None))
    causes = union(of_cycles.with_only_columns(Cycle.cause_id), of_days.with_only_columns(OtherDay.cause_id))
    counts = Reminder.state.in_(COUNTED), Reminder.cause_id.in_(causes)
    people = union(of_cycles, of_days, select(Reminder.cause_id, Reminder.recipient_id).where(*counts)).subquery()
    query = (
        select(Cause.id)
        .join(people, people.c.cause_id == Cause.id)
        .where(Cause.state == "open")
        .group_by(Cause.id)
        .having(func.count() > guard_above)
        .order_by(Cause.id)
    )
    return list(session.scalars(query))
