"""All that is on record of cycles and other days which are looked ahead for: as many queries for one as for many."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Cause, CauseRelease, Certification, Cycle, CycleVersion, OtherDay, Person, Reminder
from certtrack.db.queries.merges import on_the_way
from certtrack.db.together import AnySelect, ask_together
from certtrack.services.other_days.day_book import DayBook, make_day_book
from certtrack.services.other_days.day_rows import Holding, Mails, select_day_book
from certtrack.services.own_days import list_provisional, select_terms
from certtrack.services.reminders.copies import Copied, CopyBook, make_copy_book, select_copies
from certtrack.services.reminders.guard import select_told
from certtrack.services.reminders.moves import SPOKEN
from certtrack.services.reminders.subject_rows import (
    Row_,
    make_chains,
    make_refused,
    pick_reminded,
    select_refused,
    select_reminded,
)
from certtrack.services.reminders.subjects import Loaded, find_policies
from certtrack.services.reminders.told_terms import make_told, select_told_by_days
from certtrack.services.reminders.wide_causes import are_unsettled, make_wide, select_changes
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.standing import load_held

Found = tuple[Cycle, Certification]
Span = tuple[datetime, datetime]
_CAUSES, _CYCLES, _COPIES, _DAYS = 3, 11, 7, 2


@dataclass(frozen=True, slots=True)
class Gathered:
    """Some cycles and other days with all that looks at them rest on, from the first moment of `span` to the last.

    `loaded` is as of the first, by the rules alone: whose policies are in force is for a walk to say. `rows` are the
    reminders of `days`, by kind and number; `people` everybody who may be told, by number.
    """

    cycles: tuple[Found, ...]
    days: tuple[OtherDay, ...]
    span: Span
    loaded: Loaded
    copies: CopyBook
    book: DayBook | None
    rows: Mapping[tuple[str, int], Sequence[Reminder]]
    people: Mapping[int, Person]

    def only(self, cycles: Collection[int], days: Collection[int]) -> "Gathered":
        """The same of those cycles and days alone, by their numbers."""
        return replace(
            self,
            cycles=tuple(one for one in self.cycles if one[0].id in cycles),
            days=tuple(day for day in self.days if day.id in days),
        )

    def by(self, rulebook: Rulebook) -> Loaded:
        """What the looks at the cycles rest on, by the policies of these rules, which hold what is confirmed."""
        return replace(self.loaded, rulebook=rulebook, policies=find_policies(rulebook, self.span[0]))


def gather(
    session: Session, rulebook: Rulebook, cycles: Sequence[Found], days: Sequence[OtherDay], span: Span
) -> Gathered:
    """Three queries, whatever the number of cycles and days up to a thousand. Policies of `rulebook` aren't asked."""
    rules = confirmed_rules(session, rulebook)
    numbers = {certification.id for _, certification in cycles}
    numbers |= {day.certification_id for day in days if day.certification_id is not None}
    held = load_held(session, rules, sorted(numbers), counts_hours=False) if numbers else {}
    rows = ask_together(session, *_select(cycles, days, span))
    common, of_cycles = rows[:_CAUSES], rows[_CAUSES : _CAUSES + _CYCLES]
    copies, of_days = rows[_CAUSES + _CYCLES : _CAUSES + _CYCLES + _COPIES], rows[_CAUSES + _CYCLES + _COPIES :]
    loaded = _make_loaded(rules, cycles, common, of_cycles, span[0])
    book = make_copy_book((certification for _, certification in cycles), copies)
    gathered = Gathered(
        cycles=tuple(cycles),
        days=tuple(days),
        span=span,
        loaded=replace(loaded, facts={number: facts for number, (_, facts) in held.items()}),
        copies=book,
        book=make_day_book(rules, days, of_days[_DAYS:], held) if days else None,
        rows=_by_subject(of_days[0]) if days else {},
        people={},
    )
    told = (*of_cycles[-1], *(of_days[1] if days else ()))
    return replace(gathered, people=_list_people(gathered, told))


def _select(cycles: Sequence[Found], days: Sequence[OtherDay], span: Span) -> tuple[AnySelect, ...]:
    own = {cycle.cause_id for cycle, _ in cycles} | {day.cause_id for day in days}
    causes = or_(Cause.id.in_({number for number in own if number is not None}), are_unsettled())
    numbers: Select[int] = select(Cause.id).where(causes)
    common = (
        select(Cause).where(causes),
        select_changes(select(Cause.id).where(are_unsettled())),
        select(CauseRelease.cause_id, CauseRelease.person_id).where(CauseRelease.cause_id.in_(numbers)),
    )
    certifications = [certification for _, certification in cycles]
    those = select(Cycle.id).where(Cycle.id.in_([cycle.id for cycle, _ in cycles])).cte("cycles")
    mine = and_(Reminder.subject_kind == "cycle", Reminder.subject_id.in_(select(those.c.id)))
    others = select(Reminder.recipient_id).where(mine, Reminder.audience != "holder")
    on_days = (span[0].date(), span[1].date())
    of_cycles = (*common, *_select_cycles(cycles, mine, numbers), *select_copies(certifications, on_days, others))
    return (*of_cycles, *_select_days(days, numbers, span)) if days else of_cycles


def _select_cycles(cycles: Sequence[Found], mine: ColumnElement[bool], causes: Select[int]) -> tuple[AnySelect, ...]:
    """`mine` is a condition on `reminder`: those of these cycles."""
    people = {certification.person_id for _, certification in cycles}
    held = {certification.id for _, certification in cycles}
    versions = CycleVersion.cycle_id.in_([cycle.id for cycle, _ in cycles if cycle.no > 1])
    failed = select(Reminder.email_id).where(mine, Reminder.state == "failed", Reminder.email_id.is_not(None))
    told = select(Reminder.recipient_id).where(mine)
    return (
        select(Reminder).where(mine),
        select(CycleVersion).where(versions),
        select_told(causes, people),
        *select_refused(failed),
        select_reminded(held, SPOKEN),
        select_terms(held),
        select_told_by_days(held),
        select(Person).where(or_(Person.id.in_(people), Person.id.in_(on_the_way(people)))),
        select(Person).where(Person.id.in_(told)),
    )


def _select_days(days: Sequence[OtherDay], causes: Select[int], span: Span) -> tuple[AnySelect, ...]:
    those = select(OtherDay.kind, OtherDay.id).where(OtherDay.id.in_([day.id for day in days])).cte("days")
    of_kinds = ((kind, select(those.c.id).where(those.c.kind == kind)) for kind in sorted({day.kind for day in days}))
    mine = or_(*(and_(Reminder.subject_kind == kind, Reminder.subject_id.in_(ids)) for kind, ids in of_kinds))
    mails = Mails(
        failed=select(Reminder.email_id).where(mine, Reminder.state == "failed", Reminder.email_id.is_not(None)),
        left=select(Reminder.email_id).where(mine, Reminder.state == "superseded", Reminder.email_id.is_not(None)),
        others=select(Reminder.recipient_id).where(mine, Reminder.audience != "holder"),
    )
    told = select(Person).where(Person.id.in_(select(Reminder.recipient_id).where(mine)))
    return select(Reminder).where(mine), told, *select_day_book(days, mails, span, Holding(causes, causes))


def _make_loaded(
    rules: Rulebook,
    cycles: Sequence[Found],
    common: Sequence[Sequence[Any]],
    rows: Sequence[Sequence[Any]],
    at: datetime,
) -> Loaded:
    found_causes, changed, released = common
    reminders, versions, told, *refused = rows[:6]
    reminded, terms, told_by_days, on_the_ways, _ = rows[6:]
    causes = {cause.id: cause for cause in found_causes}
    certifications = {certification.id: certification for _, certification in cycles}
    in_term = {*list_provisional(rules, certifications.values())} & {*terms}
    told_in_term = make_told(told_by_days)
    return Loaded(
        at=at,
        rulebook=rules,
        policies={},
        facts={},
        people=make_chains(
            {one.person_id for one in certifications.values()}, {person.id: person for person in on_the_ways}
        ),
        causes=causes,
        wide=make_wide(causes.values(), changed),
        released={(cause_id, person_id) for cause_id, person_id in released},
        told={(cause_id, person_id) for cause_id, person_id in told if causes[cause_id].state == "held"},
        rows=_by_cycle(reminders, "subject_id", "id"),
        versions=_by_cycle(versions, "cycle_id", "no"),
        refused=make_refused(*refused),
        copied=Copied({}, {}),  # whose they are is asked anew at each look
        reminded=pick_reminded([cycle for cycle, _ in cycles if cycle.cause_id is None], reminded),
        in_term=in_term,
        told_in_term={number: told_in_term[number] for number in in_term if number in told_in_term},
    )


def _by_cycle(rows: Iterable[Any], owner: str, order: str) -> dict[int, list[Row_]]:
    found: dict[int, list[Row_]] = defaultdict(list)
    for row in sorted(rows, key=lambda one: int(getattr(one, order))):
        found[getattr(row, owner)].append(cast("Row_", row))
    return found


def _by_subject(reminders: Iterable[Reminder]) -> dict[tuple[str, int], list[Reminder]]:
    found: dict[tuple[str, int], list[Reminder]] = defaultdict(list)
    for one in sorted(reminders, key=lambda row: row.id):
        found[one.subject_kind, one.subject_id].append(one)
    return found


def _list_people(gathered: Gathered, told: Iterable[Person]) -> dict[int, Person]:
    people = {person.id: person for person in told}
    people |= {person.id: person for chain in gathered.loaded.people.values() for person in chain}
    people |= gathered.copies.people
    if gathered.book is not None:
        people |= {person.id: person for person in gathered.book.holders.values()}
        people |= gathered.book.copies.people if gathered.book.copies is not None else {}
    return people
