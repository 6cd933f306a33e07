"""The days that are due for a look, each with all that a decision about its reminders rests on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import (
    Cause,
    Certification,
    Email,
    ExamRegistration,
    ExamSitting,
    Organization,
    OtherDay,
    Person,
    Reminder,
)
from certtrack.rules.other_days import OF_CERTIFICATIONS, OtherKind
from certtrack.rules.reminders import Policy
from certtrack.services.arming import list_merged
from certtrack.services.copies import NOBODY, Copied, CopyPeople, load_copied
from certtrack.services.guard import list_released, list_told
from certtrack.services.other_days.policies import load_day_policies
from certtrack.services.people import load_holders
from certtrack.services.rulebook import Rulebook
from certtrack.services.sending_hours import known_zone
from certtrack.services.standing import load_standings
from certtrack.services.subject_rows import load_refused
from certtrack.services.told_terms import ToldTerms, list_with_cycle, load_told_by_cycles
from certtrack.services.wide_causes import WideCause

_SILENT = ("suspended", "revoked", "retired")
_ON_ITS_WAY = ("sent", "submitted")


@dataclass(frozen=True, slots=True)
class Looked:
    """One day as of `today` in `office_zone`.

    `holder` is the person, merges followed; `holder_ids` are all their numbers. `policy` has the stages of this kind of
    day; None where none is in force, `is_dropped` where there is one that has none of them. `silence` is the code of
    what, on record of the certification, keeps everybody from being told, None for nothing. `rows` are all its
    reminders, oldest first; `refused` are addresses by the mail that was refused there, `doubtful` the mails of which
    nobody knows whether they arrived. `look_at` is the moment for which the look was asked. `wide` are the causes that
    concern everybody and from which the holder wasn't released; `former` has the policies that those replaced, by the
    cause's number, None where none told of the day. `cause` is the day's own: `is_released` from it by name, `is_told`
    because of it before it was held. `told_until` is the day of the latest stage that the cycle of a provisional term
    has told in its place. `copied` are those who get copies, `same` says whom people were merged into.
    """

    day: OtherDay
    kind: OtherKind
    holder: Person
    holder_ids: frozenset[int]
    office_zone: str
    today: date
    policy: Policy | None
    silence: str | None
    rows: tuple[Reminder, ...]
    refused: dict[int, str]
    doubtful: frozenset[int]
    look_at: datetime | None
    is_dropped: bool = False
    wide: tuple[WideCause, ...] = ()
    former: Mapping[int, Policy | None] = field(default_factory=dict)
    cause: Cause | None = None
    is_released: bool = False
    is_told: bool = False
    told_until: date = date.min
    copied: CopyPeople = field(default_factory=lambda: NOBODY)
    same: Mapping[int, int] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        """The holder's zone, the office's where nobody knows that one any more."""
        return known_zone(self.holder.zone, self.office_zone)

    @property
    def is_to_be_released(self) -> bool:
        """True where an import or an operation on many moved the day, and nobody has released what that set going."""
        return self.cause is not None and self.cause.state != "released" and not self.is_released

    @property
    def is_own_held(self) -> bool:
        """True while the day's own cause keeps the holder from being told."""
        is_held = self.cause is not None and self.cause.state == "held"
        return is_held and not self.is_told and not self.is_released


def lock_due(session: Session, at: datetime, limit: int) -> list[OtherDay]:
    """The days whose moment for a look has come, the longest due first; passed over where locked elsewhere."""
    query = (
        select(OtherDay)
        .where(OtherDay.next_look_at <= at)
        .order_by(OtherDay.next_look_at, OtherDay.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def load_looked(
    session: Session,
    rulebook: Rulebook,
    days: Sequence[OtherDay],
    at: datetime,
    causes: Mapping[int, Cause] | None = None,
    wide: Sequence[WideCause] = (),
) -> list[Looked]:
    """What is known of each of these days, in their order.

    `causes` and `wide` are those that may hold what is told of them: their own, and those that concern everybody.
    """
    if not days:
        return []
    own = causes or {}
    rows, terms = _load_rows(session, days), {day.source_id for day in days if day.kind == "provisional_term"}
    refused, doubtful = _load_mails(session, [row for each in rows.values() for row in each])
    loaded = _Loaded(
        rulebook=rulebook,
        at=at,
        causes=own,
        wide=wide,
        released=list_released(session, {*own, *(one.cause.id for one in wide)}),
        told=list_told(session, [cause.id for cause in own.values() if cause.state == "held"]),
        holders=load_holders(session, {day.person_id for day in days}),
        rows=rows,
        refused=refused,
        doubtful=doubtful,
        told_by_cycles=load_told_by_cycles(session, terms),
        with_cycle=list_with_cycle(session, terms),
        copied=_load_copied(session, days, rows, at),
    )
    return [_make(session, loaded, day) for day in days]


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What is read for many days at once."""

    rulebook: Rulebook
    at: datetime
    causes: Mapping[int, Cause]
    wide: Sequence[WideCause]
    released: set[tuple[int | None, int]]
    told: set[tuple[int | None, int]]
    holders: Mapping[int, Person]
    rows: Mapping[tuple[str, int], Sequence[Reminder]]
    refused: dict[int, str]
    doubtful: frozenset[int]
    told_by_cycles: ToldTerms
    with_cycle: set[int]
    copied: Copied


def _make(session: Session, loaded: _Loaded, day: OtherDay) -> Looked:
    zone = session.get_one(Organization, day.organization_id).zone
    today, holder = loaded.at.astimezone(ZoneInfo(zone)).date(), loaded.holders[day.person_id]
    ids = frozenset({*list_merged(session, holder.id), day.person_id})
    policies = load_day_policies(session, loaded.rulebook, day, loaded.at)
    wide = tuple(one for one in loaded.wide if policies.is_concerned(one))
    wide = tuple(one for one in wide if not {(one.cause.id, number) for number in ids} & loaded.released)
    is_term = day.kind == "provisional_term"
    has_cycle = is_term and day.source_id in loaded.with_cycle
    told_of_term = loaded.told_by_cycles.get(day.source_id, {}) if is_term else {}
    return Looked(
        day=day,
        kind=cast("OtherKind", day.kind),
        holder=holder,
        holder_ids=ids,
        office_zone=zone,
        today=today,
        policy=policies.stages,
        silence=_find_silence(session, loaded.rulebook, day, today),
        rows=tuple(loaded.rows[day.kind, day.id]),
        refused=loaded.refused,
        doubtful=loaded.doubtful,
        look_at=day.next_look_at,
        is_dropped=policies.is_dropped,
        wide=wide,
        former={one.cause.id: policies.find_former(one, has_cycle=has_cycle) for one in wide},
        cause=loaded.causes.get(day.cause_id or 0),
        is_released=any((day.cause_id, number) in loaded.released for number in ids),
        is_told=any((day.cause_id, number) in loaded.told for number in ids),
        told_until=told_of_term.get(day.due_on, date.min),
        copied=loaded.copied.of(day.certification_id) if day.certification_id is not None else NOBODY,
        same=loaded.copied.same,
    )


def find_sitting(session: Session, day: OtherDay) -> ExamSitting | None:
    """The sitting that an exam's day is of; None for a day of another kind."""
    if day.kind != "exam_sitting":
        return None
    registration = session.get_one(ExamRegistration, day.source_id)
    return session.get_one(ExamSitting, registration.sitting_id)


def _find_silence(session: Session, rulebook: Rulebook, day: OtherDay, today: date) -> str | None:
    if day.certification_id is None:
        return None
    standing = load_standings(session, rulebook, [day.certification_id], today).get(day.certification_id)
    if standing is None:
        return None
    if standing.validity in _SILENT:
        return standing.validity
    if any(said.kind == "not_going_on" for said in standing.intentions):
        return "not_going_on"
    is_sent = standing.application == "received" or (standing.application in _ON_ITS_WAY and today <= day.due_on)
    return "application_sent" if day.kind == "provisional_term" and is_sent else None


def _load_copied(
    session: Session,
    days: Sequence[OtherDay],
    rows: Mapping[tuple[str, int], Sequence[Reminder]],
    at: datetime,
) -> Copied:
    """Who gets copies of those of the days that the rules find in a certification; of others nobody does."""
    numbers = {day.certification_id for day in days if day.kind in OF_CERTIFICATIONS}
    if not numbers:
        return Copied({}, {})
    query = select(Certification, Organization.zone).join(
        Organization, Organization.id == Certification.organization_id
    )
    found = session.execute(query.where(Certification.id.in_(numbers))).all()
    today = {one.id: at.astimezone(ZoneInfo(zone)).date() for one, zone in found}
    others = {row.recipient_id for each in rows.values() for row in each if row.audience != "holder"}
    return load_copied(session, today, [one for one, _ in found], others)


def _load_rows(session: Session, days: Iterable[OtherDay]) -> dict[tuple[str, int], list[Reminder]]:
    by_kind: dict[str, list[int]] = defaultdict(list)
    for day in days:
        by_kind[day.kind].append(day.id)
    mine = [and_(Reminder.subject_kind == kind, Reminder.subject_id.in_(ids)) for kind, ids in by_kind.items()]
    query = select(Reminder).where(or_(*mine)).order_by(Reminder.id).execution_options(populate_existing=True)
    found: dict[tuple[str, int], list[Reminder]] = defaultdict(list)
    for row in session.scalars(query):
        found[row.subject_kind, row.subject_id].append(row)
    return found


def _load_mails(session: Session, rows: Sequence[Reminder]) -> tuple[dict[int, str], frozenset[int]]:
    """The addresses that refused a mail, by its number, and the numbers of those of which nobody knows."""
    left = {row.email_id for row in rows if row.state == "superseded" and row.email_id is not None}
    doubtful = select(Email.id).where(Email.id.in_(left), Email.state == "unknown")
    return load_refused(session, rows), frozenset(session.scalars(doubtful) if left else ())
