"""What the planner reads of many cycles at once: their reminders, their versions, and their people."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, aliased

from certtrack.db.models import Cycle, CycleVersion, Email, Person, Reminder, ReminderEmail
from certtrack.rules.reminders import ALL_SET

Row_ = Row[Any]

AnyRow = Row_ | Reminder
"""One reminder, read as a row where many are, or as the record itself."""


def load_people(session: Session, ids: set[int]) -> dict[int, list[Person]]:
    """Each person and, where they were merged, those whom the merges lead to, in that order."""
    known: dict[int, Person] = {}
    more = ids
    while more:
        known |= {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(more)))}
        more = {person.merged_into_id for person in known.values() if person.merged_into_id} - known.keys()
    chains = {}
    for number in ids:
        chain = [known[number]]
        while (into := chain[-1].merged_into_id) is not None and known[into] not in chain:  # a ring would never end
            chain.append(known[into])
        chains[number] = chain
    return chains


def load_rows(session: Session, cycle_ids: Sequence[int]) -> dict[int, list[Row_]]:
    """Every reminder of these cycles, in the order of writing."""
    query = select(
        Reminder.id,
        Reminder.subject_id,
        Reminder.anchor_on,
        Reminder.stage,
        Reminder.occurrence,
        Reminder.recipient_id,
        Reminder.audience,
        Reminder.state,
        Reminder.reason,
        Reminder.stage_on,
        Reminder.send_after,
        Reminder.valid_until,
        Reminder.retry_at,
        Reminder.email_id,
        Reminder.cause_id,
        Reminder.settled_at,
    ).where(Reminder.subject_kind == "cycle", Reminder.subject_id.in_(cycle_ids))
    found: dict[int, list[Row_]] = defaultdict(list)
    for row in cast("Iterable[Row_]", session.execute(query.order_by(Reminder.id))):
        found[row.subject_id].append(row)
    return found


def load_versions(session: Session, cycle_ids: Sequence[int]) -> dict[int, list[Row_]]:
    """The due days of each version of these cycles, and since when they were on record."""
    found: dict[int, list[Row_]] = defaultdict(list)
    if cycle_ids:
        columns = (CycleVersion.cycle_id, CycleVersion.no, CycleVersion.due_on, CycleVersion.recorded_at)
        query = select(*columns).where(CycleVersion.cycle_id.in_(cycle_ids)).order_by(CycleVersion.no)
        for version in cast("Iterable[Row_]", session.execute(query)):
            found[version.cycle_id].append(version)
    return found


def load_refused(session: Session, rows: Iterable[AnyRow]) -> dict[int, str]:
    """The addresses that were refused, by the number of the mail.

    Left out is what neither of two addresses took, where the recipient has another one now: there it can be told.
    """
    emails = {row.email_id for row in rows if row.state == "failed" and row.email_id is not None}
    if not emails:
        return {}
    query = select(Email.id, Email.address, Email.is_paired).where(Email.id.in_(emails))
    found = session.execute(query).all()
    mended = _list_mended(session, [row.id for row in found if row.is_paired])
    return {row.id: row.address for row in found if row.id not in mended}


def _list_mended(session: Session, email_ids: Collection[int]) -> set[int]:
    """Those of these mails whose recipient has an address now at which what they carried wasn't refused."""
    if not email_ids:
        return set()
    of_it, other = aliased(ReminderEmail), aliased(ReminderEmail)
    query = (
        select(of_it.email_id, Email.address)
        .join(other, other.reminder_id == of_it.reminder_id)
        .join(Email, Email.id == other.email_id)
        .where(of_it.email_id.in_(email_ids), Email.is_paired, Email.state.in_(("failed", "bounced")))
    )
    refused: dict[int, set[str]] = defaultdict(set)
    for email_id, address in session.execute(query):
        refused[email_id].add(address)
    theirs = select(Email.id, Person.private_address, Person.work_address)
    people = session.execute(theirs.join(Person, Person.id == Email.recipient_id).where(Email.id.in_(email_ids)))
    return {number for number, *both in people if {address for address in both if address} - refused[number]}


def load_reminded(session: Session, cycles: Iterable[Cycle], states: Collection[str]) -> set[int]:
    """Those of these cycles before which another one of the same certification was told of, in one of these states."""
    cycles = list(cycles)
    query = (
        select(Cycle.certification_id, Cycle.id, Cycle.due_on)
        .where(Cycle.certification_id.in_({cycle.certification_id for cycle in cycles}))
        .where(
            select(Reminder.id)
            .where(Reminder.subject_kind == "cycle", Reminder.subject_id == Cycle.id)
            .where(Reminder.audience == "holder", Reminder.stage != ALL_SET, Reminder.state.in_(states))
            .exists()
        )
    )
    told: dict[int, list[tuple[int, date]]] = defaultdict(list)
    for row in session.execute(query) if cycles else ():
        told[row.certification_id].append((row.id, row.due_on))
    return {
        cycle.id
        for cycle in cycles
        if any(number != cycle.id and due_on < cycle.due_on for number, due_on in told[cycle.certification_id])
    }
