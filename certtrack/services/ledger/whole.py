"""All that was decided about one person's mails, as far as the reader may see it: of cycles and of other days."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Person, Reminder
from certtrack.db.together import AnySelect, ask_together
from certtrack.security import Actor
from certtrack.services.ledger.entries import LedgerEntry, by_day, make_decided, select_decided
from certtrack.services.ledger.reading import Held, about_cycles, add_coming
from certtrack.services.ledger_subjects import LedgerSubjects, join_subjects, load_subjects
from certtrack.services.other_days.day_book import DayBook, make_day_book
from certtrack.services.other_days.day_rows import Holding, Mails, select_day_book
from certtrack.services.other_days.ledger import about_days, add_coming_days
from certtrack.services.other_days.loading import are_of
from certtrack.services.other_days.looked import Looked
from certtrack.services.people import get_person
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.standing import load_held

Theirs = tuple[Person, LedgerSubjects]
"""A person, whom nobody was merged into, and what their mails are about."""

_DECIDED = 2


@dataclass(frozen=True, slots=True)
class WholeLedger:
    """One person's ledger with what it rests on.

    `entries` are by day. `held` are rules and facts by certification; `looks` are the days by kind and number, but for
    those whose records can't be read: of them only what was decided is told.
    """

    person: Person
    today: date
    rulebook: Rulebook
    subjects: LedgerSubjects
    held: Held
    entries: tuple[LedgerEntry, ...]
    looks: Mapping[tuple[str, int], Looked]


def list_whole_ledger(
    session: Session, rulebook: Rulebook, actor: Actor, person_id: int, at: datetime
) -> list[LedgerEntry]:
    """Every decision by day, and the stages that come after the day of `at` where the person is.

    Of days beside those of cycles only those that the actor may see. Raises NotFound for a person who isn't on record.
    """
    return list(load_whole_ledger(session, rulebook, actor, person_id, at).entries)


def load_whole_ledger(session: Session, rulebook: Rulebook, actor: Actor, person_id: int, at: datetime) -> WholeLedger:
    """The same with what it rests on; at most five queries beside the person's, whatever is on record."""
    holder = get_person(session, person_id)
    subjects = load_subjects(session, actor, holder.id, find_today(holder, at))
    return load_whole_ledgers(session, rulebook, [(holder, subjects)], at)[0]


def load_whole_ledgers(
    session: Session, rulebook: Rulebook, of_whom: Sequence[Theirs], at: datetime
) -> list[WholeLedger]:
    """The ledgers of these people, in their order, of what their mails are about; as many queries as for one."""
    rules = confirmed_rules(session, rulebook)
    every = join_subjects(subjects for _, subjects in of_whom)
    held = load_held(session, rules, every.fact_ids) if every.fact_ids else {}
    return make_whole_ledgers(rules, of_whom, held, ask_together(session, *select_ledger(every, at)), at)


def find_today(person: Person, at: datetime) -> date:
    """The day that it is at `at` where the person is."""
    return at.astimezone(ZoneInfo(person.zone)).date()


def select_ledger(subjects: LedgerSubjects, at: datetime) -> tuple[AnySelect, ...]:
    """What was decided about them, and what the looks at the days rest on, but for facts."""
    decided = select_decided(subjects.are_of())
    if not subjects.days:
        return decided
    mine = are_of(subjects.days)
    mails = Mails(
        failed=select(Reminder.email_id).where(mine, Reminder.state == "failed", Reminder.email_id.is_not(None)),
        left=select(Reminder.email_id).where(mine, Reminder.state == "superseded", Reminder.email_id.is_not(None)),
        others=select(Reminder.recipient_id).where(mine, Reminder.audience != "holder"),
    )
    return (*decided, *select_day_book(subjects.days, mails, (at, at), Holding()))


def make_whole_ledger(
    rulebook: Rulebook,
    holder: Person,
    subjects: LedgerSubjects,
    held: Held,
    rows: Sequence[Sequence[Any]],
    at: datetime,
) -> WholeLedger:
    """Of the rows of `select_ledger`; `rulebook` holds what is confirmed."""
    return make_whole_ledgers(rulebook, [(holder, subjects)], held, rows, at)[0]


def make_whole_ledgers(
    rulebook: Rulebook, of_whom: Sequence[Theirs], held: Held, rows: Sequence[Sequence[Any]], at: datetime
) -> list[WholeLedger]:
    """The same of several people, of rows about all of them."""
    every = join_subjects(subjects for _, subjects in of_whom)
    decided, tried = rows[:_DECIDED]
    of_cycles = [row for row in decided if row[0].subject_kind == "cycle"]
    of_days = [row for row in decided if row[0].subject_kind != "cycle"]
    looks = _look(rulebook, every, held, rows[_DECIDED:], [reminder for reminder, _ in of_days], at)
    by_subject: dict[tuple[str, int], list[LedgerEntry]] = defaultdict(list)
    for entry in make_decided(of_cycles, tried, about_cycles(every.cycles, every.certifications)):
        by_subject[entry.subject].append(entry)
    for entry in make_decided(of_days, tried, about_days(every.days)):
        by_subject[entry.subject].append(entry)
    return [_make(rulebook, holder, subjects, held, by_subject, looks, at) for holder, subjects in of_whom]


def _make(
    rulebook: Rulebook,
    holder: Person,
    subjects: LedgerSubjects,
    held: Held,
    decided: Mapping[tuple[str, int], list[LedgerEntry]],
    looks: Mapping[tuple[str, int], Looked],
    at: datetime,
) -> WholeLedger:
    today = find_today(holder, at)
    subjects_of_days = [(day.kind, day.id) for day in subjects.days]
    own = {subject: looks[subject] for subject in subjects_of_days if subject in looks}
    of_cycles = [entry for number in subjects.cycles for entry in decided.get(("cycle", number), ())]
    of_days = [entry for subject in subjects_of_days for entry in decided.get(subject, ())]
    open_ones = [looked for looked in own.values() if looked.day.closed_on is None]
    cycles = add_coming(rulebook, holder, subjects, held, of_cycles, today)
    days = add_coming_days(open_ones, of_days)
    return WholeLedger(
        person=holder,
        today=today,
        rulebook=rulebook,
        subjects=subjects,
        held=held,
        entries=tuple(sorted([*cycles, *days], key=by_day)),
        looks=own,
    )


def _look(
    rulebook: Rulebook,
    subjects: LedgerSubjects,
    held: Held,
    rows: Sequence[Sequence[Any]],
    reminders: Iterable[Reminder],
    at: datetime,
) -> dict[tuple[str, int], Looked]:
    if not subjects.days:
        return {}
    book: DayBook = make_day_book(rulebook, subjects.days, rows, held)
    by_subject: dict[tuple[str, int], list[Reminder]] = {(day.kind, day.id): [] for day in subjects.days}
    for reminder in sorted(reminders, key=lambda one: one.id):
        by_subject[reminder.subject_kind, reminder.subject_id].append(reminder)
    looks = (book.try_to_look(day, by_subject[day.kind, day.id], at, {}, ()) for day in subjects.days)
    return {(looked.kind, looked.day.id): looked for looked in looks if looked is not None}
