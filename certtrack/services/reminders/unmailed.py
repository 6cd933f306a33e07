"""Whom no mail reaches, and the last stage of each certification and each other day that they weren't told."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, union
from sqlalchemy.orm import Session, aliased

from certtrack.db.models import Certification, Cycle, OtherDay, Person, Reminder
from certtrack.mail.content import CALLED_OFF
from certtrack.rules.other_days import EVENTS
from certtrack.security import Act, Actor
from certtrack.services.actors import open_people
from certtrack.services.ledger.entries import LedgerEntry, by_day, load_decided
from certtrack.services.other_days.ledger import load_day_decisions
from certtrack.services.other_days.rights import visible_days

PAGE = 50
"""People of one page."""


@dataclass(frozen=True, slots=True)
class Unmailed:
    """Somebody whom no mail reaches, and the last stage of each certification and other day that they weren't told."""

    person: Person
    entries: tuple[LedgerEntry, ...]


@dataclass(frozen=True, slots=True)
class UnmailedPage:
    """One page of them, in the order of names. `total` counts people, whatever the page; `first` from 1."""

    items: tuple[Unmailed, ...]
    total: int
    first: int


def list_unmailed(session: Session, actor: Actor, at: datetime, page: int = 1) -> UnmailedPage:
    """Whoever has no address, or one that no mail is taken for; `page` counts from 1. A fixed number of queries.

    Only people whom the actor may tell, days that they may see, and stages after which nothing later was told.
    """
    today = at.date()
    untold = union(_untold_cycles(), _untold_days(actor, today)).subquery()
    whom = [Person.merged_into_id.is_(None), Person.died_on.is_(None), open_people(actor, today, Act.TELL)]
    if actor.person_id is not None:
        whom.append(Person.id != actor.person_id)
    query = select(untold.c.person_id, untold.c.reminder_id).join(Person, Person.id == untold.c.person_id).where(*whom)
    by_person: dict[int, list[int]] = defaultdict(list)  # read whole and once: what is untold is costly to find
    for person_id, reminder_id in session.execute(query.order_by(Person.folded_name, Person.id)):
        by_person[person_id].append(reminder_id)
    first = (max(page, 1) - 1) * PAGE
    shown = list(by_person)[first : first + PAGE]
    people = {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(shown)))}
    entries: dict[int | None, list[LedgerEntry]] = defaultdict(list)
    for entry in _load_entries(session, [number for person_id in shown for number in by_person[person_id]]):
        entries[entry.recipient_id].append(entry)
    items = tuple(Unmailed(people[number], tuple(sorted(entries[number], key=by_day))) for number in shown)
    return UnmailedPage(items, len(by_person), first + 1)


def _not_mailed() -> ColumnElement[bool]:
    no_address = and_(Reminder.state == "suppressed", Reminder.reason == "no_address")
    return and_(Reminder.audience == "holder", or_(no_address, Reminder.state == "failed"))


def _is_later(other: Any) -> ColumnElement[bool]:  # noqa: ANN401  # an alias of reminders
    """True of a stage that comes after this reminder's, and isn't set aside."""
    same_day = and_(other.stage_on == Reminder.stage_on, other.id > Reminder.id)
    return and_(
        other.audience == "holder", other.state != "superseded", or_(other.stage_on > Reminder.stage_on, same_day)
    )


def _untold_cycles() -> Select[int, int]:
    """Reminders of open cycles after which nothing of their certification was decided, with their people."""
    other, theirs = aliased(Reminder), aliased(Cycle)
    later = (
        select(other.id)
        .join(theirs, theirs.id == other.subject_id)
        .where(other.subject_kind == "cycle", theirs.certification_id == Cycle.certification_id, _is_later(other))
    )
    return (
        select(Reminder.id.label("reminder_id"), Reminder.recipient_id.label("person_id"))
        .join(Cycle, Cycle.id == Reminder.subject_id)
        .where(Reminder.subject_kind == "cycle", _not_mailed())
        .where(Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False), ~later.exists())
    )


def _untold_days(actor: Actor, today: date) -> Select[int, int]:
    """The same of other days that are open, or of which is to be told that they are called off."""
    other = aliased(Reminder)
    later = select(other.id).where(
        other.subject_kind == Reminder.subject_kind, other.subject_id == Reminder.subject_id, _is_later(other)
    )
    is_off = and_(OtherDay.closed_for == CALLED_OFF, Reminder.stage == CALLED_OFF)
    return (
        select(Reminder.id.label("reminder_id"), Reminder.recipient_id.label("person_id"))
        .join(OtherDay, and_(OtherDay.id == Reminder.subject_id, OtherDay.kind == Reminder.subject_kind))
        .where(_not_mailed(), visible_days(actor, today), Reminder.anchor_on == OtherDay.due_on)
        .where(or_(OtherDay.closed_on.is_(None), is_off), ~later.exists())
        .where(or_(OtherDay.kind.not_in(EVENTS), OtherDay.due_on >= today))
    )


def _load_entries(session: Session, numbers: Collection[int]) -> list[LedgerEntry]:
    owned = (
        select(Cycle.id, Certification.id.label("certification_id"), Certification.credential)
        .join(Certification, Certification.id == Cycle.certification_id)
        .join(Reminder, and_(Reminder.subject_kind == "cycle", Reminder.subject_id == Cycle.id))
        .where(Reminder.id.in_(numbers))
    )
    owners = {row.id: (row.certification_id, row.credential) for row in session.execute(owned)}
    mine = and_(Reminder.id.in_(numbers), Reminder.subject_kind == "cycle")
    entries = load_decided(session, mine, lambda reminder: owners[reminder.subject_id])
    days = select(OtherDay).join(
        Reminder, and_(Reminder.subject_kind == OtherDay.kind, Reminder.subject_id == OtherDay.id)
    )
    of_days = session.scalars(days.where(Reminder.id.in_(numbers))).all()
    return entries + (load_day_decisions(session, of_days, Reminder.id.in_(numbers)) if of_days else [])
