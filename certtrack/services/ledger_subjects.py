"""What a person's mails are about: the cycles of their certifications, and the days beside those that a reader sees."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, and_, false, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, OtherDay, Person, Reminder, RuleConfirmation
from certtrack.db.once import ask_once
from certtrack.db.queries.merges import last_ways, same_people, same_person
from certtrack.db.together import AnySelect, ask_together
from certtrack.security import Actor
from certtrack.services.actors import select_relations
from certtrack.services.other_days.loading import are_of
from certtrack.services.other_days.rights import visible_days
from certtrack.services.own_days import list_provisional, select_terms
from certtrack.services.relating import select_open, tell_relations
from certtrack.services.rulebook import Rulebook, tell_confirmed


@dataclass(frozen=True, slots=True)
class LedgerSubjects:
    """A person's certifications and their cycles by number, in the order of recording, and the days that are seen.

    `terms` are the certifications of which a provisional term is kept as a day of its own.
    """

    certifications: Mapping[int, Certification]
    cycles: Mapping[int, Cycle]
    terms: Collection[int]
    days: tuple[OtherDay, ...] = ()

    @property
    def fact_ids(self) -> list[int]:
        """The certifications whose facts say what is to come."""
        of_days = (day.certification_id for day in self.days if day.certification_id is not None)
        return sorted({*self.certifications, *of_days})

    def list_in_term(self, rulebook: Rulebook) -> set[int]:
        """The certifications whose term is told of by the reminders of that day, where the policy has some."""
        return {*list_provisional(rulebook, self.certifications.values())} & {*self.terms}

    def are_of_cycles(self) -> ColumnElement[bool]:
        """A condition on `reminder`: those of the cycles."""
        return and_(Reminder.subject_kind == "cycle", Reminder.subject_id.in_(self.cycles.keys()))

    def are_of(self) -> ColumnElement[bool]:
        """A condition on `reminder`: those of all of them."""
        return or_(self.are_of_cycles(), are_of(self.days))


def load_subjects(session: Session, actor: Actor, person_id: int, today: date) -> LedgerSubjects:
    """What the mails of this person, whom nobody was merged into, are about, as the actor may see it on `today`.

    One query, which a session that only reads asks once; with it the actor's relations are known, and what was
    confirmed of the rules.
    """
    key = ("ledger subjects", actor, person_id, today)
    return ask_once(session, key, lambda: _load(session, actor, person_id, today))


def _load(session: Session, actor: Actor, person_id: int, today: date) -> LedgerSubjects:
    opened, confirmed, *rows = ask_together(
        session,
        select_relations(actor, person_id, today),
        select(RuleConfirmation),
        *select_subjects(person_id, visible_days(actor, today)),
    )
    tell_relations(session, actor, person_id, today, opened)
    tell_confirmed(session, confirmed)
    return make_subjects(rows)


def load_subjects_of_each(
    session: Session, actor: Actor, person_ids: Collection[int], today: date
) -> dict[int, LedgerSubjects]:
    """What `load_subjects` gives of each of these people, whom nobody was merged into; one query, likewise."""
    them = select(Person.id).where(Person.id.in_(person_ids))
    opened, confirmed, merged, *rows = ask_together(
        session,
        select_open([(0, actor)], person_ids, today),
        select(RuleConfirmation),
        last_ways(them),
        *_select_subjects(same_people(them), visible_days(actor, today)),
    )
    relations, last = defaultdict[int, list[str]](list), dict(merged)
    for _, relation, number in opened:
        relations[last.get(number, number)].append(relation)
    for number in person_ids:
        tell_relations(session, actor, number, today, relations[number])
    tell_confirmed(session, confirmed)
    return _share_out(make_subjects(rows), last, person_ids)


def _share_out(
    every: LedgerSubjects, merged: Mapping[int, int], person_ids: Collection[int]
) -> dict[int, LedgerSubjects]:
    certifications: dict[int, dict[int, Certification]] = {number: {} for number in person_ids}
    cycles: dict[int, dict[int, Cycle]] = {number: {} for number in person_ids}
    days: dict[int, list[OtherDay]] = {number: [] for number in person_ids}
    whose = {one.id: merged.get(one.person_id, one.person_id) for one in every.certifications.values()}
    for certification in every.certifications.values():
        certifications[whose[certification.id]][certification.id] = certification
    for cycle in every.cycles.values():
        cycles[whose[cycle.certification_id]][cycle.id] = cycle
    for day in every.days:
        days[merged.get(day.person_id, day.person_id)].append(day)
    return {
        number: LedgerSubjects(own, cycles[number], own.keys() & every.terms, tuple(days[number]))
        for number, own in certifications.items()
    }


def join_subjects(parts: Iterable[LedgerSubjects]) -> LedgerSubjects:
    """Those of several people as one."""
    certifications: dict[int, Certification] = {}
    cycles: dict[int, Cycle] = {}
    terms: set[int] = set()
    days: list[OtherDay] = []
    for part in parts:
        certifications |= part.certifications
        cycles |= part.cycles
        terms.update(part.terms)
        days += part.days
    return LedgerSubjects(certifications, cycles, terms, tuple(days))


def select_subjects(person_id: int, sees: ColumnElement[bool] | None = None) -> tuple[AnySelect, ...]:
    """What they are made of; `sees` is a condition on days beside those of cycles: None for none of them."""
    return _select_subjects(same_person(person_id), sees)


def _select_subjects(people: CompoundSelect[int], sees: ColumnElement[bool] | None) -> tuple[AnySelect, ...]:
    own = select(Certification.id).where(Certification.person_id.in_(people))
    return (
        select(Certification).where(Certification.id.in_(own)),
        select(Cycle).where(Cycle.certification_id.in_(own)),
        select_terms(own),
        select(OtherDay).where(OtherDay.person_id.in_(people), false() if sees is None else sees),
    )


def make_subjects(rows: Sequence[Iterable[Any]]) -> LedgerSubjects:
    """Of the rows of `select_subjects`."""
    certifications, cycles, terms, days = rows
    return LedgerSubjects(
        certifications={one.id: one for one in sorted(certifications, key=_number)},
        cycles={one.id: one for one in sorted(cycles, key=_number)},
        terms=frozenset(terms),
        days=tuple(sorted(days, key=_number)),
    )


def _number(record: Any) -> int:  # noqa: ANN401  # a record of any table
    number: int = record.id
    return number
