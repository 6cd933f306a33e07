"""What is on record of why somebody was told, or wasn't: notes, causes that hold mail, and what the office was told."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, literal, or_, select

from certtrack.db.models import Cause, Email, Finding, ImportRun, Person, Reminder, ReminderEmail, Telling
from certtrack.db.queries.merges import same_person
from certtrack.db.together import AnySelect
from certtrack.services.people import select_holders

_FOR_THE_OFFICE = ("no_address", "mail_refused", "mail_bounced")


@dataclass(frozen=True, slots=True)
class KnownWhy:
    """Of some of one person's reminders what the sentences about them rest on.

    `office` says when the office was told that somebody can't be mailed: by kind, and for a refusal by the mail that
    was refused. `tellings` are the notes that hold. `causes` and `runs` are by the cause's key: those that hold mail,
    and the imports among them. `waiting` is how many people wait, by cause and reason. `readers` are those who get
    copies. `broken` are the reminders of which a mail waits that can't be tried again as things are.
    """

    office: Mapping[tuple[str, str], datetime]
    tellings: Sequence[Telling]
    causes: Mapping[str, Cause]
    runs: Mapping[str, ImportRun]
    waiting: Mapping[tuple[int | None, str | None], int]
    readers: Mapping[int, Person]
    broken: frozenset[int]

    def reading(self, readers: Mapping[int, Person]) -> "KnownWhy":
        """The same with these for those who get copies."""
        return replace(self, readers=readers)

    @property
    def keys(self) -> list[str]:
        """By which keys the notes were written that name nobody else."""
        return [one.recorded_by for one in self.tellings if not one.told_by]


def select_why(
    person_id: int,
    which: ColumnElement[bool],
    readers: Collection[int] | Select[int],
    until: datetime | None = None,
) -> tuple[AnySelect, ...]:
    """What it is made of: `which` says of `reminder` which ones; with `until` the office knows what it knew by then."""
    holding = select(Reminder.cause_id).where(which, Reminder.state == "held")
    told = select(Reminder.id).where(which, Reminder.state == "told")
    keys = select(Cause.key).where(Cause.id.in_(holding))
    waits = or_(Reminder.cause_id.in_(holding), Reminder.cause_id.is_(None))
    counting = select(Reminder.cause_id, Reminder.reason, func.count(Reminder.recipient_id.distinct()).label("people"))
    office = select(Finding.id, Finding.kind, Finding.key, Finding.recorded_at).where(
        Finding.person_id.in_(same_person(person_id)), Finding.kind.in_(_FOR_THE_OFFICE), Finding.settled_at.is_(None)
    )
    known = Email.broken_since.is_not(None) if until is None else Email.broken_since <= until
    carried = select(ReminderEmail.reminder_id).join(Email, Email.id == ReminderEmail.email_id)
    carried = carried.join(Reminder, Reminder.id == ReminderEmail.reminder_id)
    return (
        office if until is None else office.where(Finding.recorded_at <= until),
        select(Telling).where(Telling.reminder_id.in_(told), Telling.is_withdrawn.is_(False)),
        select(Cause).where(Cause.id.in_(holding)),
        select(ImportRun).where((literal("import:") + cast(ImportRun.id, String)).in_(keys)),
        counting.where(Reminder.state == "held", waits).group_by(Reminder.cause_id, Reminder.reason),
        select_holders(readers),
        carried.where(which, Email.settled_at.is_(None), known),
    )


def read_why(rows: Sequence[Iterable[Any]]) -> KnownWhy:
    """Of the rows of `select_why`."""
    office, tellings, causes, runs, waiting, readers, broken = rows
    return KnownWhy(
        office={
            (kind, "" if kind == "no_address" else key.partition(":")[2]): at
            for _, kind, key, at in sorted(office, key=lambda row: int(row[0]))
        },
        tellings=sorted(tellings, key=lambda one: int(one.id)),
        causes={cause.key: cause for cause in causes},
        runs={f"import:{run.id}": run for run in runs},
        waiting={(cause_id, reason): people for cause_id, reason, people in waiting},
        readers=dict(readers),
        broken=frozenset(broken),
    )
