"""What the planner decides on: the cycles that are due for a look, each with all that the decision rests on."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Cause, Certification, Cycle, Person
from certtrack.db.queries.facts import load_facts
from certtrack.logs import get_log
from certtrack.rules.applications import find_hush_end
from certtrack.rules.cycles import CycleDays, days_of
from certtrack.rules.facts import CertificationFacts
from certtrack.rules.pack import Pack
from certtrack.rules.reminders import Policy
from certtrack.rules.standing import Position, find_position
from certtrack.services.own_days import list_in_term
from certtrack.services.reminders.copies import Copied, CopyPeople, load_copied
from certtrack.services.reminders.guard import list_released, list_told, lock_causes
from certtrack.services.reminders.moves import SPOKEN, Move, find_move
from certtrack.services.reminders.sending_hours import known_zone
from certtrack.services.reminders.subject_rows import (
    Row_,
    load_people,
    load_refused,
    load_reminded,
    load_rows,
    load_versions,
)
from certtrack.services.reminders.told_terms import ToldTerms, load_told_by_days
from certtrack.services.reminders.wide_causes import WideCause, list_unsettled, load_wide
from certtrack.services.rulebook import Rulebook, confirmed_rules


@dataclass(frozen=True, slots=True)
class Subject:
    """One cycle and what its decisions rest on, as of `today` in the pack's zone.

    `holder` is the person, merges followed; `holder_ids` are all their numbers. `days` is None for a withdrawn cycle.
    `next_act_on` is the day of an authority's act to come, or on which reminders go on that were hushed. `is_told`: the
    held cause has mailed the holder before. `wide` are the causes that concern the cycle without being its own, and
    from which the holder wasn't released. `refused` holds addresses by the email that was refused. `copied` are those
    who get copies today, until others may on `copies_change_on` (None: no such day is known); `same` says whom people
    were merged into, where they were. `was_reminded`: the holder was told of an earlier cycle, and this one came on
    record by a person's own act. `is_told_apart`: it is a provisional term, of which the reminders of that day tell, by
    stages of their own. `is_in_term`: it is one, by whatever it is told; `told_in_term` has by its last day the day of
    the latest stage that those have told.
    """

    cycle: Cycle
    certification: Certification
    holder: Person
    holder_ids: frozenset[int]
    pack: Pack
    policy: Policy
    today: date
    standing: Position
    days: CycleDays | None
    next_act_on: date | None
    rows: tuple[Row_, ...]
    move: Move | None
    cause: Cause | None
    is_released: bool
    is_told: bool
    wide: tuple[WideCause, ...]
    refused: dict[int, str]
    copied: CopyPeople
    copies_change_on: date | None
    same: dict[int, int]
    was_reminded: bool
    is_told_apart: bool
    is_in_term: bool
    told_in_term: Mapping[date, date]

    @property
    def zone(self) -> str:
        """The holder's zone, the pack's where nobody knows that one any more."""
        return known_zone(self.holder.zone, self.pack.zone)


@dataclass(frozen=True, slots=True)
class Due:
    """The cycles of one look, and those that were `found`: of the others nothing can be read by which to decide.

    `wide` are all causes that may concern cycles which don't name them.
    """

    subjects: list[Subject]
    found: Sequence[tuple[Cycle, Certification]]
    wide: tuple[WideCause, ...] = ()


def load_due(session: Session, rulebook: Rulebook, at: datetime, limit: int) -> Due:
    """The cycles whose day for a look has come, the longest due first; on PostgreSQL locked, and passed over if locked.

    A fixed number of queries, whatever the number of cycles.
    """
    query = (
        select(Cycle, Certification)
        .join(Certification, Certification.id == Cycle.certification_id)
        .where(is_due(rulebook, at))
        .order_by(Cycle.next_stage_on, Cycle.id)
        .limit(limit)
        .with_for_update(of=Cycle, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    found = [(cycle, certification) for cycle, certification in session.execute(query)]
    return _load(session, rulebook, at, found) if found else Due([], ())


def put_off(cycle: Cycle, error: Exception, at: datetime) -> None:
    """Look again tomorrow: one record on which nothing can be decided keeps nobody else waiting."""
    get_log().error("not_planned", cycle=cycle.id, kind=type(error).__name__)
    cycle.next_stage_on = at.date() + timedelta(days=1)


def is_due(rulebook: Rulebook, at: datetime) -> ColumnElement[bool]:
    """The condition for cycles whose day for a look has come, in their pack's zone. Certifications must be joined.

    Those of a pack without a policy wait until there is one: then everything is made good.
    """
    keys_by_day: dict[date, list[str]] = defaultdict(list)
    for key in sorted(find_policies(rulebook, at)):
        keys_by_day[today_of(rulebook.packs.get(key), at)].append(key)
    each = [and_(Cycle.next_stage_on <= day, Certification.pack_key.in_(keys)) for day, keys in keys_by_day.items()]
    return and_(Cycle.next_stage_on <= max(keys_by_day, default=date.min), or_(false(), *each))


def find_policies(rulebook: Rulebook, at: datetime) -> dict[str, Policy]:
    """The policy in force at `at` for each pack that has one."""
    keys = {pack.key for pack in rulebook.packs.list()}
    return {key: policy for key in keys if (policy := rulebook.find_policy(key, at)) is not None}


def today_of(pack: Pack, at: datetime) -> date:
    """The day that it is at `at` in the pack's zone."""
    return at.astimezone(ZoneInfo(pack.zone)).date()


def _load(session: Session, rulebook: Rulebook, at: datetime, found: Sequence[tuple[Cycle, Certification]]) -> Due:
    causes = lock_causes(session, list_causes(session, [cycle for cycle, _ in found]))
    loaded = load_all(session, rulebook, at, found, causes)
    subjects = []
    for cycle, certification in found:
        try:
            subjects.append(make_subject(loaded, cycle, certification))
        except Exception as error:  # noqa: BLE001  # whatever is wrong with one record, the others are told
            put_off(cycle, error, at)
    return Due(subjects, found, loaded.wide)


def list_causes(session: Session, cycles: Iterable[Cycle]) -> set[int]:
    """The numbers of all causes that may have a say about these cycles."""
    return {cycle.cause_id for cycle in cycles if cycle.cause_id is not None} | set(list_unsettled(session))


def load_all(
    session: Session,
    rulebook: Rulebook,
    at: datetime,
    found: Sequence[tuple[Cycle, Certification]],
    causes: dict[int, Cause],
) -> "Loaded":
    """All that decisions on these cycles rest on, as it is on record; a fixed number of queries."""
    rows = load_rows(session, [cycle.id for cycle, _ in found])
    in_term = list_in_term(session, rulebook, [certification for _, certification in found])
    return Loaded(
        at=at,
        rulebook=confirmed_rules(session, rulebook),
        policies=find_policies(rulebook, at),
        facts=load_facts(session, sorted({certification.id for _, certification in found}), counts_hours=False),
        people=load_people(session, {certification.person_id for _, certification in found}),
        causes=causes,
        wide=load_wide(session, causes.values()),
        released=list_released(session, causes.keys()),
        told=list_told(session, [cause.id for cause in causes.values() if cause.state == "held"]),
        rows=rows,
        versions=load_versions(session, [cycle.id for cycle, _ in found if cycle.no > 1]),
        refused=load_refused(session, [row for each in rows.values() for row in each]),
        copied=_load_copied(session, rulebook, at, [one for _, one in found], rows),
        reminded=load_reminded(session, [cycle for cycle, _ in found if cycle.cause_id is None], SPOKEN),
        in_term=in_term,
        told_in_term=load_told_by_days(session, in_term),
    )


@dataclass(frozen=True, slots=True)
class Loaded:
    """What is on record of many cycles. With another `at`, and what differs by then, subjects are of that time."""

    at: datetime
    rulebook: Rulebook
    policies: dict[str, Policy]
    facts: dict[int, CertificationFacts]
    people: dict[int, list[Person]]
    causes: dict[int, Cause]
    wide: tuple[WideCause, ...]
    released: set[tuple[int | None, int]]
    told: set[tuple[int | None, int]]
    rows: dict[int, list[Row_]]
    versions: dict[int, list[Row_]]
    refused: dict[int, str]
    copied: Copied
    reminded: set[int]
    in_term: set[int]
    told_in_term: ToldTerms


def make_subject(loaded: Loaded, cycle: Cycle, certification: Certification) -> Subject:
    """One of them, as of the day of `loaded.at` in its pack's zone."""
    key, facts = certification.pack_key, loaded.facts[certification.id]
    pack = loaded.rulebook.packs.get(key, on=cycle.due_on)
    today = today_of(loaded.rulebook.packs.get(key), loaded.at)
    standing = find_position(pack, facts, today)
    chain = loaded.people[certification.person_id]
    ids = frozenset(person.id for person in chain)
    return Subject(
        cycle=cycle,
        certification=certification,
        holder=chain[-1],
        holder_ids=ids,
        pack=pack,
        policy=loaded.policies[key],
        today=today,
        standing=standing,
        days=_find_days(pack, facts, cycle, standing),
        next_act_on=min((day for day in _list_acts(facts, standing) if day > today), default=None),
        rows=tuple(loaded.rows[cycle.id]),
        move=find_move(loaded.versions[cycle.id], loaded.rows[cycle.id], pack),
        cause=loaded.causes.get(cycle.cause_id) if cycle.cause_id is not None else None,
        is_released=any((cycle.cause_id, person_id) in loaded.released for person_id in ids),
        is_told=any((cycle.cause_id, person_id) in loaded.told for person_id in ids),
        wide=tuple(wide for wide in loaded.wide if wide.concerns(key) and not _is_released(loaded, wide, ids)),
        refused=loaded.refused,
        copied=loaded.copied.of(certification.id),
        copies_change_on=loaded.copied.changes.get(certification.id),
        same=loaded.copied.same,
        was_reminded=cycle.id in loaded.reminded,
        is_told_apart=certification.id in loaded.in_term
        and loaded.policies[key].find_for("provisional_term") is not None,
        is_in_term=certification.id in loaded.in_term,
        told_in_term=loaded.told_in_term.get(certification.id, {}),
    )


def _load_copied(
    session: Session, rulebook: Rulebook, at: datetime, found: Sequence[Certification], rows: dict[int, list[Row_]]
) -> Copied:
    """Who gets copies today; nobody is asked for where no policy has any and none were planned."""
    recipients = {row.recipient_id for each in rows.values() for row in each if row.audience != "holder"}
    policies = find_policies(rulebook, at).values()
    if not recipients and not any(policy.has_copies for policy in policies):
        return Copied({}, {})
    days = {one.id: today_of(rulebook.packs.get(one.pack_key), at) for one in found}
    return load_copied(session, days, found, recipients)


def _is_released(loaded: Loaded, wide: WideCause, person_ids: frozenset[int]) -> bool:
    return any((wide.cause.id, person_id) in loaded.released for person_id in person_ids)


def _list_acts(facts: CertificationFacts, standing: Position) -> Iterator[date]:
    """Days on which something else than a stage changes who is told."""
    yield from (status.from_on for status in facts.statuses)
    for said in standing.intentions:
        if said.kind in ("more_time", "plan") and standing.days is not None:
            yield find_hush_end(standing.days, said)
        if said.kind == "plan" and said.until_on is not None:
            yield said.until_on


def _find_days(pack: Pack, facts: CertificationFacts, cycle: Cycle, standing: Position) -> CycleDays | None:
    if standing.cycle is not None and standing.cycle.id == cycle.id:
        return standing.days
    fact = next((fact for fact in facts.cycles if fact.id == cycle.id), None)
    return days_of(pack, fact) if fact else None
