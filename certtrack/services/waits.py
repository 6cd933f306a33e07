"""Who waits for a release, as it is on record: of some organizations at once, by one question."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select, true, union

from certtrack.db.models import CauseRelease, Certification, Cycle, OtherDay, Person, Reminder
from certtrack.db.together import AnySelect
from certtrack.services.people import select_holders


@dataclass(frozen=True, slots=True)
class HeldMail:
    """One reminder that waits for release. `reason` is `cause` (too many at once), `moved` or `by_name`.

    `certification_id` and `credential` are None for a day that is for none; `kind` is what falls due, `cycle` or a kind
    of other day.
    """

    certification_id: int | None
    credential: str | None
    kind: str
    anchor_on: date
    stage: str
    reason: str
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """One held reminder, or with `mail` and `reminder_id` None somebody who waits by name with nothing due just now.

    `kind` is what falls due, `cycle` or a kind of other day, and `subject_id` its number. `person_id` and `name` are
    the holder's, merges followed.
    """

    reminder_id: int | None
    cause_id: int | None
    kind: str
    subject_id: int
    person_id: int
    name: str
    is_by_name: bool
    mail: HeldMail | None
    held_at: datetime | None
    recorded_at: datetime

    @property
    def is_of_cycle(self) -> bool:
        """False for a day beside those of cycles."""
        return self.kind == "cycle"


@dataclass(frozen=True, slots=True)
class Waits:
    """Everybody who waits, in the order of names, and the records by their numbers; `holders` are who they are."""

    found: tuple[Waiting, ...]
    reminders: Mapping[int, Reminder]
    cycles: Mapping[int, Cycle]
    certifications: Mapping[int, Certification]
    days: Mapping[int, OtherDay]
    holders: Mapping[int, Person]


def select_waits(places: Collection[int] | None) -> tuple[AnySelect, ...]:
    """What waits in these organizations, None: in all. Five selects.

    Held mails of cycles and of other days, cycles to be released by name, who was released from their causes so, and
    who all of those people are in the end.
    """
    held = and_(Reminder.subject_kind == "cycle", Reminder.state == "held", _is_in(Certification, places))
    by_name = and_(
        Cycle.release_by_name.is_(True), Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False),
        _is_in(Certification, places),
    )  # fmt: skip
    held_days = and_(Reminder.state == "held", _is_in(OtherDay, places))
    of_held = _from_cycles(select(Reminder, Cycle, Certification, Person).where(held), has_reminder=True)
    of_names = _from_cycles(select(Cycle, Certification, Person).where(by_name))
    of_days = _from_days(select(Reminder, OtherDay, Person).where(held_days))
    people = union(
        _from_cycles(select(Certification.person_id).where(held), has_reminder=True),
        _from_cycles(select(Certification.person_id).where(by_name)),
        _from_days(select(OtherDay.person_id).where(held_days)),
    ).subquery()
    causes = _from_cycles(select(Cycle.cause_id).where(by_name))
    return (
        of_held,
        of_names,
        of_days,
        select(CauseRelease.cause_id, CauseRelease.person_id).where(CauseRelease.cause_id.in_(causes)),
        select_holders(select(people.c[0])),
    )


def _is_in(held: type[Certification | OtherDay], places: Collection[int] | None) -> ColumnElement[bool]:
    return true() if places is None else held.organization_id.in_(places)


def _from_cycles(query: Any, *, has_reminder: bool = False) -> Any:  # noqa: ANN401  # any select of these tables
    joined = query.select_from(Cycle).join(Certification, Certification.id == Cycle.certification_id)
    joined = joined.join(Person, Person.id == Certification.person_id)
    return joined.join(Reminder, Reminder.subject_id == Cycle.id) if has_reminder else joined


def _from_days(query: Any) -> Any:  # noqa: ANN401  # likewise
    mine = and_(OtherDay.id == Reminder.subject_id, OtherDay.kind == Reminder.subject_kind)
    joined = query.select_from(Reminder).join(OtherDay, mine)
    return joined.join(Person, Person.id == OtherDay.person_id)


def make_waits(rows: Sequence[Iterable[Any]], places: Collection[int] | None) -> Waits:
    """Of the rows of `select_waits`; of several organizations one comes after the other."""
    held, by_name, held_days, released, people = (list(each) for each in rows)
    holders, is_released = dict(people), {(cause_id, person_id) for cause_id, person_id in released}
    waits = [
        *_list_held(held, held_days, holders, is_by_place=places is not None),
        *_list_by_name(by_name, held, holders, is_released, is_by_place=places is not None),
    ]
    return Waits(
        found=tuple(one for _, one in sorted(waits, key=lambda pair: pair[0])),
        reminders={row[0].id: row[0] for row in (*held, *held_days)},
        cycles={cycle.id: cycle for cycle in (*(row[1] for row in held), *(row[0] for row in by_name))},
        certifications={one.id: one for one in (*(row[2] for row in held), *(row[1] for row in by_name))},
        days={row[1].id: row[1] for row in held_days},
        holders={one.id: one for one in holders.values()},
    )


_Ordered = tuple[tuple[int, bool, str, int, int], Waiting]
"""By the organization, then those with a mail first, then by name."""


def _list_held(
    held: Iterable[Any], held_days: Iterable[Any], holders: Mapping[int, Person], *, is_by_place: bool
) -> Iterator[_Ordered]:
    for reminder, cycle, certification, person in held:
        place = certification.organization_id if is_by_place else 0
        order = (place, False, person.folded_name, person.id, reminder.id)
        yield order, _make(cycle, certification, holders[person.id], reminder)
    for reminder, day, person in held_days:
        place = day.organization_id if is_by_place else 0
        order = (place, False, person.folded_name, person.id, reminder.id)
        yield order, _make_day(day, holders[person.id], reminder)


def _list_by_name(
    by_name: Iterable[Any],
    held: Iterable[Any],
    holders: Mapping[int, Person],
    released: Collection[tuple[int | None, int]],
    *,
    is_by_place: bool,
) -> Iterator[_Ordered]:
    busy = {reminder.subject_id for reminder, *_ in held}
    for cycle, certification, person in by_name:
        holder = holders[person.id]
        if cycle.id in busy or {(cycle.cause_id, holder.id), (cycle.cause_id, person.id)} & {*released}:
            continue
        place = certification.organization_id if is_by_place else 0
        yield (place, True, person.folded_name, person.id, cycle.id), _make(cycle, certification, holder, None)


def _make(cycle: Cycle, certification: Certification, holder: Person, reminder: Reminder | None) -> Waiting:
    return Waiting(
        reminder_id=reminder.id if reminder else None,
        cause_id=reminder.cause_id if reminder else cycle.cause_id,
        kind="cycle",
        subject_id=cycle.id,
        person_id=holder.id,
        name=holder.shown_name,
        is_by_name=reminder is None or reminder.reason == "by_name",
        mail=_make_mail(certification.id, certification.credential, reminder) if reminder else None,
        held_at=reminder.planned_at if reminder else None,
        recorded_at=cycle.recorded_at,
    )


def _make_day(day: OtherDay, holder: Person, reminder: Reminder) -> Waiting:
    return Waiting(
        reminder_id=reminder.id,
        cause_id=reminder.cause_id,
        kind=day.kind,
        subject_id=day.id,
        person_id=holder.id,
        name=holder.shown_name,
        is_by_name=False,
        mail=_make_mail(day.certification_id, day.credential, reminder),
        held_at=reminder.planned_at,
        recorded_at=reminder.planned_at,
    )


def _make_mail(certification_id: int | None, credential: str | None, reminder: Reminder) -> HeldMail:
    return HeldMail(
        certification_id=certification_id,
        credential=credential,
        kind=reminder.subject_kind,
        anchor_on=reminder.anchor_on,
        stage=reminder.stage,
        reason=reminder.reason or "",
        valid_until=reminder.valid_until,
    )
