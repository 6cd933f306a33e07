"""Supervision as it is, or was, on record: sessions with who was there and who signed, service, duties."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CompoundSelect, Select, select
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
from certtrack.db.queries.merges import load_merged, same_people
from certtrack.db.queries.versions import join_known
from certtrack.db.together import AnySelect, ask_together
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

    With `known_at` as they were on record at that moment. What was signed after `signed_until` isn't signed yet.
    """
    held, there, signed = ask_together(session, *select_sessions(where, known_at, most))
    until = [moment for moment in (signed_until, known_at) if moment]
    return make_sessions(session, held, there, signed, until)


def select_sessions(
    where: ColumnElement[bool], known_at: datetime | None = None, most: int | None = None
) -> tuple[AnySelect, Select[int, int, int], Select[Signature]]:
    """The sessions that aren't withdrawn, as on record now or at that moment, the latest `most` of them.

    With who was there and who has signed any of them, by any version.
    """
    source = SupervisionSession if known_at is None else SupervisionSessionVersion
    columns = (getattr(source, name) for name in _SESSION)
    query: Any = select(SupervisionSession.id, SupervisionSession.organization_id, *columns)
    if known_at is not None:
        query = join_known(
            query, SupervisionSession.id, SupervisionSessionVersion, SupervisionSessionVersion.session_id, known_at
        )
    those = select(SupervisionSession.id).where(where)
    return (
        query.where(where, source.state == "held")
        .order_by(source.held_on.desc(), SupervisionSession.id.desc())
        .limit(most),
        select(Attendance.session_id, Attendance.no, Attendance.person_id).where(Attendance.session_id.in_(those)),
        select(Signature).where(Signature.session_id.in_(those)),
    )


def make_sessions(
    session: Session,
    held: Iterable[tuple[Any, ...]],
    attendance: Iterable[tuple[int, int, int]],
    signatures: Iterable[Signature],
    until: Sequence[datetime] = (),
) -> list[SessionRow]:
    """What `load_sessions` gives, of the rows of `select_sessions`; one query. Signed by each moment of `until`."""
    rows = [dict(zip(("id", "organization_id", *_SESSION), row, strict=True)) for row in held]
    rows.sort(key=lambda row: (row["held_on"], row["id"]), reverse=True)
    versions = {row["id"]: row["no"] for row in rows}
    there: dict[int, list[int]] = defaultdict(list)
    for session_id, no, person_id in attendance:
        if versions.get(session_id) == no:
            there[session_id].append(person_id)
    signed: dict[int, list[Signature]] = defaultdict(list)
    for one in sorted(signatures, key=lambda one: one.id):
        if versions.get(one.session_id) == one.no and all(one.signed_at <= moment for moment in until):
            signed[one.session_id].append(one)
    everybody = {number for found in there.values() for number in found} | {row["supervisor_id"] for row in rows}
    merged = load_merged(session, everybody | {one.person_id for found in signed.values() for one in found})
    return [
        SessionRow(
            **row
            | {
                "supervisor_id": merged.get(row["supervisor_id"], row["supervisor_id"]),
                "topics": tuple(row["topics"]),
                "people": frozenset(merged.get(number, number) for number in there[row["id"]]),
                "signatures": tuple(_make_signature(one, merged) for one in signed[row["id"]]),
            }
        )
        for row in rows
    ]


def load_session_facts(
    session: Session, rows: Iterable[SessionRow], pack_key: str, known_at: datetime | None = None
) -> dict[int, list[SessionFact]]:
    """By person what rules ask of these sessions; a supervisor is qualified by a record of the same organization."""
    found: dict[int, list[SessionFact]] = defaultdict(list)
    qualified = _load_qualified(session, pack_key, known_at)
    for row in rows:
        spans = qualified[row.supervisor_id, row.organization_id]
        is_qualified = any(first <= row.held_on <= (last or date.max) for first, last in spans)
        for number in row.people:
            values = (row.id, row.held_on, row.minutes, row.kind, row.way, row.signed_for(number), is_qualified)
            found[number].append(SessionFact(*values))
    return found


def load_service(
    session: Session, organization_id: int, people: Sequence[int], known_at: datetime | None = None
) -> dict[int, list[ServiceFact]]:
    """By person their hours of service there, in the order of their days."""
    source = ServiceSpan if known_at is None else ServiceSpanVersion
    query: Any = select(ServiceSpan.person_id, ServiceSpan.id, source.from_on, source.until_on, source.minutes)
    if known_at is not None:
        query = join_known(query, ServiceSpan.id, ServiceSpanVersion, ServiceSpanVersion.span_id, known_at)
    query = query.where(
        ServiceSpan.organization_id == organization_id,
        ServiceSpan.person_id.in_(same_people(select(Person.id).where(Person.id.in_(people)))),
        source.state == "logged",
    ).order_by(source.from_on, ServiceSpan.id)
    merged = load_merged(session, people)
    found: dict[int, list[ServiceFact]] = defaultdict(list)
    for person_id, *values in session.execute(query):
        found[merged.get(person_id, person_id)].append(ServiceFact(*values))
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
    """Who is, or was, under a service pack there; of one person and pack the affiliation that lasts longest."""
    source = Duty if known_at is None else DutyVersion
    columns = (source.from_on, source.until_on, Affiliation.from_on, Affiliation.until_on)
    query: Any = select(Duty.id, Affiliation.person_id, Duty.pack_key, *columns).select_from(Duty)
    query = query.join(Affiliation, Affiliation.id == Duty.affiliation_id)
    if known_at is not None:
        query = join_known(query, Duty.id, DutyVersion, DutyVersion.duty_id, known_at)
    rows = session.execute(query.where(Affiliation.organization_id == organization_id).order_by(Duty.id)).all()
    merged = load_merged(session, {row[1] for row in rows})
    found: dict[tuple[int, str], DutyRow] = {}
    for number, person_id, pack_key, from_on, until_on, since, last in rows:
        days = DutyFact(max(from_on, since or from_on), min((day for day in (until_on, last) if day), default=None))
        mine = merged.get(person_id, person_id)
        known = found.get((mine, pack_key))
        if known is None or (known.days.until_on or date.max) < (days.until_on or date.max):
            found[mine, pack_key] = DutyRow(number, mine, organization_id, pack_key, days)
    return list(found.values())


def attended_by(people: Sequence[int]) -> ColumnElement[bool]:
    """A condition on `supervision_session`: by some version one of these people was there."""
    numbers = same_people(select(Person.id).where(Person.id.in_(people)))
    return SupervisionSession.id.in_(select(Attendance.session_id).where(Attendance.person_id.in_(numbers)))


def _make_signature(one: Signature, merged: dict[int, int]) -> SignatureRow:
    person_id = merged.get(one.person_id, one.person_id)
    return SignatureRow(cast("Side", one.side), person_id, one.said_by, one.signed_at)


def _load_qualified(
    session: Session, pack_key: str, known_at: datetime | None
) -> dict[tuple[int, int], list[tuple[date, date | None]]]:
    source = Qualification if known_at is None else QualificationVersion
    query: Any = select(Qualification.person_id, Qualification.organization_id, source.from_on, source.until_on)
    if known_at is not None:
        query = join_known(
            query, Qualification.id, QualificationVersion, QualificationVersion.qualification_id, known_at
        )
    rows = session.execute(query.where(Qualification.pack_key == pack_key, source.state == "recorded")).all()
    merged = load_merged(session, {row.person_id for row in rows})
    found: dict[tuple[int, int], list[tuple[date, date | None]]] = defaultdict(list)
    for person_id, organization_id, from_on, until_on in rows:
        found[merged.get(person_id, person_id), organization_id].append((from_on, until_on))
    return found
