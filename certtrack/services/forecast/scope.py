"""Whose mails are foreseen: cycles of some organizations or of one person, read a batch at a time."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, func, or_, select, union
from sqlalchemy.orm import Session

from certtrack.db.models import Cause, Certification, Cycle, OtherDay, Reminder
from certtrack.db.once import ask_once, tell_once
from certtrack.services.forecast.gathering import Found
from certtrack.services.reminders.guard import COUNTED

AT_ONCE = 400
"""So many cycles, or other days, are read at once."""
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
) -> Iterator[tuple[list[Found], bool]]:
    """The open cycles for which something may come until that day, a batch at a time; of `packs` every one.

    With each whether it is the last one, which may be empty. What a batch has read is forgotten before the next:
    memory doesn't grow with the registry.
    """
    query = select(Cycle, Certification).join(Certification, Certification.id == Cycle.certification_id)
    query = query.where(comes_of_cycle(until, packs), *which).order_by(Cycle.id).limit(AT_ONCE)
    last, is_last = 0, False
    while not is_last:
        found = [(cycle, certification) for cycle, certification in session.execute(query.where(Cycle.id > last))]
        last, is_last = found[-1][0].id if found else last, len(found) < AT_ONCE
        yield found, is_last
        session.expunge_all()


def comes_of_cycle(until: date, packs: Collection[str]) -> ColumnElement[bool]:
    """A condition on cycles and certifications: open ones of which something may come; of `packs` every one."""
    waits = select(Reminder.subject_id).where(Reminder.subject_kind == "cycle", Reminder.state.in_(_WAITING))
    comes = or_(Cycle.next_stage_on <= until, Cycle.id.in_(waits), Certification.pack_key.in_(packs))
    return and_(Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False), comes)


def list_crowded_causes(session: Session, guard_above: int) -> list[int]:
    """The open causes that name more people than that, or have mailed them: only those may the guard hold one day.

    Whoever was mailed because of it counts, though their cycle goes by another cause by now. A session that only reads
    asks it once.
    """
    key = ("crowded causes", guard_above)
    return list(ask_once(session, key, lambda: tuple(session.scalars(select_crowded_causes(guard_above)))))


def tell_crowded_causes(session: Session, guard_above: int, numbers: Iterable[int]) -> None:
    """What `list_crowded_causes` would give, where `select_crowded_causes` was asked together with something else."""
    tell_once(session, ("crowded causes", guard_above), tuple(sorted(numbers)))


def select_crowded_causes(guard_above: int) -> Select[int]:
    """The open causes that name more people than that, or have mailed them."""
    of_cycles = (
        select(Cycle.cause_id, Certification.person_id)
        .join(Certification, Certification.id == Cycle.certification_id)
        .where(Cycle.cause_id.is_not(None), Cycle.release_by_name.is_(False))
    )
    of_days = select(OtherDay.cause_id, OtherDay.person_id).where(OtherDay.cause_id.is_not(None))
    causes = union(of_cycles.with_only_columns(Cycle.cause_id), of_days.with_only_columns(OtherDay.cause_id))
    counts = Reminder.state.in_(COUNTED), Reminder.cause_id.in_(causes)
    people = union(of_cycles, of_days, select(Reminder.cause_id, Reminder.recipient_id).where(*counts)).subquery()
    return (
        select(Cause.id)
        .join(people, people.c.cause_id == Cause.id)
        .where(Cause.state == "open")
        .group_by(Cause.id)
        .having(func.count() > guard_above)
        .order_by(Cause.id)
    )
