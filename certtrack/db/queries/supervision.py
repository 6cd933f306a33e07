"""Supervision as it is, or was, on record: sessions with who was there and who signed, service, duties."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CompoundSelect, func, null, select, union_all
from sqlalchemy.orm import Session

from certtrack.db.models import (
    Affiliation,
    Attendance,
    Duty,
    DutyVersion,
    Person,
    Qualification,
    QualificationVersion,
    ServiceSpan,
    ServiceSpanVersion,
    Signature,
    SupervisionSession,
    SupervisionSessionVersion,
)
from certtrack.db.queries.merges import every_last_way, same_people
from certtrack.db.queries.versions import join_known
from certtrack.db.together import AnySelect
from certtrack.rules.facts import ServiceFact
from certtrack.rules.service import DutyFact, SessionFact, SessionKind, Side, Way

_SESSION = ("no", "supervisor_id", "held_on", "minutes", "kind", "way", "topics", "words")


@dataclass(frozen=True, slots=True)
class SignatureRow:
    """One signature of what a session says. `said_by` is None where it was signed here."""

    side: Side
    person_id: int
    said_by: str | None
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session by one version; `people` were there. All people are whom they were merged into."""

    id: int
    organization_id: int
    no: int
    supervisor_id: int
    held_on: date
    minutes: int
    kind: SessionKind
    way: Way | None
    topics: tuple[str, ...]
    words: str | None
    people: frozenset[int]
    signatures: tuple[SignatureRow, ...]

    def find_signature(self, side: Side, person_id: int) -> SignatureRow | None:
        """The signature of that side, None where it is missing."""
        return next((one for one in self.signatures if (one.side, one.person_id) == (side, person_id)), None)

    def signed_for(self, person_id: int) -> frozenset[Side]:
        """The sides that have signed, as far as this person's part goes."""
        sides: tuple[tuple[Side, int], ...] = (("supervisor", self.supervisor_id), ("person", person_id))
        return frozenset(side for side, number in sides if self.find_signature(side, number))


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One affiliation under one pack, on the days of both; `person_id` is whom the person was merged into."""

    id: int
    person_id: int
    organization_id: int
    pack_key: str
    days: DutyFact


def load_sessions(
    session: Session,
    where: ColumnElement[bool],
    *,
    signed_until: datetime | None = None,
    known_at: datetime | None = None,
    most: int | None = None,
) -> list[SessionRow]:
    """The sessions that aren't withdrawn, the latest first, `most` at most; `where`: a condition on the session.

    Two queries, however many they are.

    With `known_at` as they were on record at that moment. What was signed after `signed_until` isn't signed yet.
    """
    source = SupervisionSession if known_at is None else SupervisionSessionVersion
    columns = (getattr(source, name) for name in _SESSION)
    last, supervisor = every_last_way(), source.supervisor_id
    holder = func.coalesce(last.c.into_id, supervisor).label("holder_id")
    query: Any = select(SupervisionSession.id, SupervisionSession.organization_id, *columns, holder)
    if known_at is not None:
        query = join_known(
            query, SupervisionSession.id, SupervisionSessionVersion, SupervisionSessionVersion.session_id, known_at
        )
    query = query.outerjoin(last, last.c.person_id == supervisor)
    query = query.where(where, source.state == "held").order_by(source.held_on.desc(), SupervisionSession.id.desc())
    rows = session.execute(query.limit(most)).all()
    versions = {row.id: row.no for row in rows}
    there, signed = _load_sides(session, where, versions, [moment for moment in (signed_until, known_at) if moment])
    return [
        SessionRow(
            id=row.id,
            organization_id=row.organization_id,
            no=row.no,
            supervisor_id=row.holder_id,
            held_on=row.held_on,
            minutes=row.minutes,
            kind=row.kind,
            way=row.way,
            topics=tuple(row.topics),
            words=row.words,
            people=frozenset(there[row.id]),
            signatures=tuple(signed[row.id]),
        )
        for row in rows
    ]


def load_session_facts(
    session: Session, rows: Sequence[SessionRow], pack_keys: Collection[str], known_at: datetime | None = None
) -> dict[str, dict[int, list[SessionFact]]]:
    """By pack and person what rules ask of these sessions; one query, and none without a pack.

    A supervisor is qualified by a record of the same organization.
    """
    found: dict[str, dict[int, list[SessionFact]]] = {key: defaultdict(list) for key in pack_keys}
    qualified = _load_qualified(session, pack_keys, known_at) if pack_keys else {}
    for key, row in ((key, row) for key in pack_keys for row in rows):
        spans = qualified.get((key, row.supervisor_id, row.organization_id), ())
        is_qualified = any(first <= row.held_on <= (last or date.max) for first, last in spans)
        for number in row.people:
            values = (row.id, row.held_on, row.minutes, row.kind, row.way, row.signed_for(number), is_qualified)
            found[key][number].append(SessionFact(*values))
    return found


def load_service(
    session: Session, organization_id: int, people: Sequence[int], known_at: datetime | None = None
) -> dict[int, list[ServiceFact]]:
    """By person, merges followed, their hours of service there, in the order of their days; one query."""
    source, last = ServiceSpan if known_at is None else ServiceSpanVersion, every_last_way()
    holder = func.coalesce(last.c.into_id, ServiceSpan.person_id)
    query: Any = select(holder, ServiceSpan.id, source.from_on, source.until_on, source.minutes)
    query = query.select_from(ServiceSpan)
    if known_at is not None:
        query = join_known(query, ServiceSpan.id, ServiceSpanVersion, ServiceSpanVersion.span_id, known_at)
    query = (
        query.outerjoin(last, last.c.person_id == ServiceSpan.person_id)
        .where(
            ServiceSpan.organization_id == organization_id,
            ServiceSpan.person_id.in_(same_people(select(Person.id).where(Person.id.in_(people)))),
            source.state == "logged",
        )
        .order_by(source.from_on, ServiceSpan.id)
    )
    found: dict[int, list[ServiceFact]] = defaultdict(list)
    for person_id, *values in session.execute(query):
        found[person_id].append(ServiceFact(*values))
    return found


def select_service(people: CompoundSelect[int], known_at: datetime | None = None) -> AnySelect:
    """Of each of these people's hours of service the organization, and what `ServiceFact` is made of."""
    source = ServiceSpan if known_at is None else ServiceSpanVersion
    columns = (ServiceSpan.id, source.from_on, source.until_on, source.minutes)
    query: Any = select(ServiceSpan.organization_id, *columns)
    if known_at is not None:
        query = join_known(query, ServiceSpan.id, ServiceSpanVersion, ServiceSpanVersion.span_id, known_at)
    wanted: AnySelect = query.where(ServiceSpan.person_id.in_(people), source.state == "logged")
    return wanted


def load_duties(session: Session, organization_id: int, known_at: datetime | None = None) -> list[DutyRow]:
    """Who is, or was, under a service pack there; of one person and pack the affiliation that lasts longest.

    One query.
    """
    source, last_way = Duty if known_at is None else DutyVersion, every_last_way()
    columns = (source.from_on, source.until_on, Affiliation.from_on, Affiliation.until_on)
    holder = func.coalesce(last_way.c.into_id, Affiliation.person_id)
    query: Any = select(Duty.id, holder, Duty.pack_key, *columns).select_from(Duty)
    query = query.join(Affiliation, Affiliation.id == Duty.affiliation_id)
    query = query.outerjoin(last_way, last_way.c.person_id == Affiliation.person_id)
    if known_at is not None:
        query = join_known(query, Duty.id, DutyVersion, DutyVersion.duty_id, known_at)
    rows = session.execute(query.where(Affiliation.organization_id == organization_id).order_by(Duty.id)).all()
    found: dict[tuple[int, str], DutyRow] = {}
    for number, mine, pack_key, from_on, until_on, since, last in rows:
        days = DutyFact(max(from_on, since or from_on), min((day for day in (until_on, last) if day), default=None))
        known = found.get((mine, pack_key))
        if known is None or (known.days.until_on or date.max) < (days.until_on or date.max):
            found[mine, pack_key] = DutyRow(number, mine, organization_id, pack_key, days)
    return list(found.values())


def attended_by(people: Sequence[int]) -> ColumnElement[bool]:
    """A condition on `supervision_session`: by some version one of these people was there."""
    numbers = same_people(select(Person.id).where(Person.id.in_(people)))
    return SupervisionSession.id.in_(select(Attendance.session_id).where(Attendance.person_id.in_(numbers)))


def _load_sides(
    session: Session, where: ColumnElement[bool], versions: dict[int, int], until: Sequence[datetime]
) -> tuple[dict[int, list[int]], dict[int, list[SignatureRow]]]:
    """Who was there and who signed, by session, of these versions; signatures in the order of their numbers."""
    those, last = select(SupervisionSession.id).where(where), every_last_way()
    signed: Any = select(
        Signature.session_id, Signature.no, func.coalesce(last.c.into_id, Signature.person_id),
        Signature.id, Signature.side, Signature.said_by, Signature.signed_at,
    )  # fmt: skip
    signed = signed.outerjoin(last, last.c.person_id == Signature.person_id).where(Signature.session_id.in_(those))
    for moment in until:
        signed = signed.where(Signature.signed_at <= moment)
    there: Any = select(
        Attendance.session_id, Attendance.no, func.coalesce(last.c.into_id, Attendance.person_id),
        Attendance.id, null(), null(), null(),
    )  # fmt: skip
    there = there.outerjoin(last, last.c.person_id == Attendance.person_id).where(Attendance.session_id.in_(those))
    people: dict[int, list[int]] = defaultdict(list)
    signatures: dict[int, list[SignatureRow]] = defaultdict(list)
    rows = session.execute(union_all(signed, there)).all()
    for session_id, no, person_id, _, side, said_by, signed_at in sorted(rows, key=lambda row: row[3]):
        if versions.get(session_id) != no:
            continue
        if side is None:
            people[session_id].append(person_id)
        else:
            signatures[session_id].append(SignatureRow(cast("Side", side), person_id, said_by, signed_at))
    return people, signatures


def _load_qualified(
    session: Session, pack_keys: Collection[str], known_at: datetime | None
) -> dict[tuple[str, int, int], list[tuple[date, date | None]]]:
    """By pack, supervisor and organization the days on which somebody is qualified."""
    source, last = Qualification if known_at is None else QualificationVersion, every_last_way()
    holder = func.coalesce(last.c.into_id, Qualification.person_id)
    columns = (Qualification.pack_key, holder, Qualification.organization_id, source.from_on, source.until_on)
    query: Any = select(*columns).select_from(Qualification)
    if known_at is not None:
        query = join_known(
            query, Qualification.id, QualificationVersion, QualificationVersion.qualification_id, known_at
        )
    query = query.outerjoin(last, last.c.person_id == Qualification.person_id)
    found: dict[tuple[str, int, int], list[tuple[date, date | None]]] = defaultdict(list)
    for *key, from_on, until_on in session.execute(
        query.where(Qualification.pack_key.in_(list(pack_keys)), source.state == "recorded")
    ):
        found[key[0], key[1], key[2]].append((from_on, until_on))
    return found
