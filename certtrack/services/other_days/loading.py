"""The days that are due for a look, each with all that a decision about its reminders rests on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import (
    Cause,
    Email,
    ExamRegistration,
    ExamSitting,
    Organization,
    OrganizationCredential,
    OtherDay,
    Person,
    Reminder,
)
from certtrack.rules.other_days import OtherKind
from certtrack.rules.reminders import Policy
from certtrack.services.arming import list_merged
from certtrack.services.guard import list_released
from certtrack.services.people import load_holders
from certtrack.services.rulebook import Rulebook
from certtrack.services.sending_hours import known_zone
from certtrack.services.standing import load_standings
from certtrack.services.subject_rows import load_refused
from certtrack.services.wide_causes import WideCause, load_wide

_SILENT = ("suspended", "revoked", "retired")
_ON_ITS_WAY = ("sent", "submitted")


@dataclass(frozen=True, slots=True)
class Looked:
    """One day as of `today` in `office_zone`.

    `holder` is the person, merges followed; `holder_ids` are all their numbers. `policy` has the stages of this kind of
    day; None where none is in force. `silence` is the code of what, on record of the certification, keeps everybody
    from being told, None for nothing. `rows` are all its reminders, oldest first; `refused` are addresses by the mail
    that was refused there, `doubtful` the mails of which nobody knows whether they arrived. `look_at` is the moment for
    which the look was asked. `wide` are the causes that may hold its mails, and from which the holder wasn't released.
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
    wide: tuple[WideCause, ...] = ()

    @property
    def zone(self) -> str:
        """The holder's zone, the office's where nobody knows that one any more."""
        return known_zone(self.holder.zone, self.office_zone)


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
) -> list[Looked]:
    """What is known of each of these days, in their order; `causes` are those that may hold what is told of them."""
    if not days:
        return []
    wide = [one for one in load_wide(session, (causes or {}).values()) if one.concerns_days]
    released = list_released(session, {one.cause.id for one in wide})
    holders = load_holders(session, {day.person_id for day in days})
    rows = _load_rows(session, days)
    refused, doubtful = _load_mails(session, [row for each in rows.values() for row in each])
    found = []
    for day in days:
        zone = session.get_one(Organization, day.organization_id).zone
        today = at.astimezone(ZoneInfo(zone)).date()
        kind, holder = cast("OtherKind", day.kind), holders[day.person_id]
        ids = frozenset({*list_merged(session, holder.id), day.person_id})
        found.append(
            Looked(
                day=day,
                kind=kind,
                holder=holder,
                holder_ids=ids,
                office_zone=zone,
                today=today,
                policy=find_day_policy(session, rulebook, day, at),
                silence=_find_silence(session, rulebook, day, today),
                rows=tuple(rows[day.kind, day.id]),
                refused=refused,
                doubtful=doubtful,
                look_at=day.next_look_at,
                wide=tuple(one for one in wide if not {(one.cause.id, number) for number in ids} & released),
            )
        )
    return found


def find_day_policy(session: Session, rulebook: Rulebook, day: OtherDay, at: datetime) -> Policy | None:
    """The policy with the stages of such a day: of its credential's pack, else of what its organization deals with.

    None where none of them says anything of it.
    """
    credentials = {day.credential} if day.credential else _load_credentials(session, day.organization_id)
    keys = sorted({pack.key for pack in rulebook.packs.list() if pack.credential in credentials})
    for key in keys:
        policy = rulebook.find_policy(key, at)
        found = policy.find_for(cast("OtherKind", day.kind)) if policy is not None else None
        if found is not None:
            return found
    return None


def find_sitting(session: Session, day: OtherDay) -> ExamSitting | None:
    """The sitting that an exam's day is of; None for a day of another kind."""
    if day.kind != "exam_sitting":
        return None
    registration = session.get_one(ExamRegistration, day.source_id)
    return session.get_one(ExamSitting, registration.sitting_id)


def _load_credentials(session: Session, organization_id: int) -> set[str]:
    query = select(OrganizationCredential.credential)
    return set(session.scalars(query.where(OrganizationCredential.organization_id == organization_id)))


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
