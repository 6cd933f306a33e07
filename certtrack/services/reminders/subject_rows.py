"""What the planner reads of many cycles at once: their reminders, their versions, and their people."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session, aliased

from certtrack.db.models import Cycle, CycleVersion, Email, Person, Reminder, ReminderEmail
from certtrack.db.together import AnySelect, ask_together
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
    return make_chains(ids, known)


def make_chains(ids: Iterable[int], known: Mapping[int, Person]) -> dict[int, list[Person]]:
    """What `load_people` gives, where everybody on the way is known by number."""
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
    return make_refused(*ask_together(session, *select_refused(emails))) if emails else {}


def select_refused(emails: Collection[int] | Select[Any]) -> tuple[AnySelect, AnySelect, AnySelect]:
    """These mails; of those that are one of two, where what they carried was refused; their recipients' addresses."""
    paired = select(Email.id).where(Email.id.in_(emails), Email.is_paired)
    of_it, other = aliased(ReminderEmail), aliased(ReminderEmail)
    refused = (
        select(of_it.email_id, Email.address)
        .join(other, other.reminder_id == of_it.reminder_id)
        .join(Email, Email.id == other.email_id)
        .where(of_it.email_id.in_(paired), Email.is_paired, Email.state.in_(("failed", "bounced")))
    )
    theirs = select(Email.id, Person.private_address, Person.work_address)
    return (
        select(Email.id, Email.address).where(Email.id.in_(emails)),
        refused,
        theirs.join(Person, Person.id == Email.recipient_id).where(Email.id.in_(paired)),
    )


def make_refused(
    mails: Iterable[tuple[int, str]],
    refused: Iterable[tuple[int, str]],
    theirs: Iterable[tuple[int, str | None, str | None]],
) -> dict[int, str]:
    """What `load_refused` gives, of the rows of `select_refused`.

    Whoever has an address now at which what a mail carried wasn't refused can be told there.
    """
    where: dict[int, set[str]] = defaultdict(set)
    for email_id, address in refused:
        where[email_id].add(address)
    mended = {number for number, *both in theirs if {address for address in both if address} - where[number]}
    return {number: address for number, address in mails if number not in mended}


def load_reminded(session: Session, cycles: Iterable[Cycle], states: Collection[str]) -> set[int]:
    """Those of these cycles before which another one of the same certification was told of, in one of these states."""
    cycles = list(cycles)
    query = select_reminded({cycle.certification_id for cycle in cycles}, states)
    return pick_reminded(cycles, ((row[0], row[1], row[2]) for row in session.execute(query)) if cycles else ())


def select_reminded(certification_ids: Collection[int], states: Collection[str]) -> Select[int, int, date]:
    """The cycles of these certifications of which their holders were told, in one of these states."""
    return (
        select(Cycle.certification_id, Cycle.id, Cycle.due_on)
        .where(Cycle.certification_id.in_(certification_ids))
        .where(
            select(Reminder.id)
            .where(Reminder.subject_kind == "cycle", Reminder.subject_id == Cycle.id)
            .where(Reminder.audience == "holder", Reminder.stage != ALL_SET, Reminder.state.in_(states))
            .exists()
        )
    )


def pick_reminded(cycles: Iterable[Cycle], rows: Iterable[tuple[int, int, date]]) -> set[int]:
    """What `load_reminded` gives, of the rows of `select_reminded`."""
    told: dict[int, list[tuple[int, date]]] = defaultdict(list)
    for certification_id, number, due_on in rows:
        told[certification_id].append((number, due_on))
    return {
        cycle.id
        for cycle in cycles
        if any(number != cycle.id and due_on < cycle.due_on for number, due_on in told[cycle.certification_id])
    }
