"""The audit: every change and every look, sealed in order, with the values of each apart from it."""

import hashlib
import json
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certtrack.db.advisory import take_lock
from certtrack.db.bulk import add_rows, reserve_ids
from certtrack.db.models import AuditEvent, AuditPerson, AuditSeal, AuditValue

FaultKind = Literal["gap", "edited_seal", "edited_values"]

_SEAL_AT_MOST = 5_000
_LOCK = 4_207_316_002  # any number that nobody else uses on this database


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where the audit isn't what was sealed.

    `gap`: between two seals. `edited_seal`: the seal, or an event or person that it covers, was changed or taken away.
    `edited_values`: the event's values are others, or gone. Nothing here can redact values, so that ones which say that
    they were redacted are gone all the same. The events from `first_id` to `last_id` are where to look; `seal_id` is
    None where the event alone tells.
    """

    kind: FaultKind
    first_id: int
    last_id: int
    seal_id: int | None = None


def record_event(
    session: Session,
    *,
    at: datetime,
    actor: str,
    action: str,
    subject: tuple[str, int | None],
    people: Iterable[int] = (),
    details: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Add one event; a list that was looked at is one event with all its people."""
    take_lock(session, _LOCK, is_shared=True)
    value = AuditValue(salt=secrets.token_hex(16), details=dict(details or {}))
    kind, number = subject
    event = AuditEvent(at=at, actor=actor, action=action, subject_kind=kind, subject_id=number, digest="")
    event.digest = _digest_values(value.salt, value.details)
    session.add(event)
    session.flush()
    value.event_id = event.id
    session.add(value)
    add_rows(session, AuditPerson, [{"event_id": event.id, "person_id": person} for person in sorted(set(people))])
    return event


@dataclass(frozen=True, slots=True)
class NewEvent:
    """One event among many that are added at once."""

    action: str
    subject: tuple[str, int | None]
    people: tuple[int, ...]
    details: Mapping[str, Any]


def record_events(session: Session, events: Sequence[NewEvent], *, at: datetime, actor: str) -> None:
    """Add many events, each as `record_event` does it, in a few statements."""
    if not events:
        return
    take_lock(session, _LOCK, is_shared=True)
    rows, values, people = [], [], []
    for number, event in zip(reserve_ids(session, AuditEvent, len(events)), events, strict=True):
        salt, (kind, subject_id) = secrets.token_hex(16), event.subject
        row = {"id": number, "at": at, "actor": actor, "action": event.action, "subject_kind": kind}
        rows.append(row | {"subject_id": subject_id, "digest": _digest_values(salt, event.details)})
        values.append({"event_id": number, "salt": salt, "details": dict(event.details)})
        people += [{"event_id": number, "person_id": person} for person in sorted(set(event.people))]
    add_rows(session, AuditEvent, rows)
    add_rows(session, AuditValue, values)
    add_rows(session, AuditPerson, people)


def seal_events(session: Session, now: datetime) -> int:
    """Seal the events that no seal covers yet, in order; how many they were.

    Waits until no other transaction has an event in hand: an event's number is taken before its transaction ends,
    and one that came to light inside a sealed run would look like a forgery.
    """
    take_lock(session, _LOCK)
    last = session.scalar(select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1))
    start = last.until_id + 1 if last else 1
    query = select(AuditEvent).where(AuditEvent.id >= start).order_by(AuditEvent.id).limit(_SEAL_AT_MOST)
    events = list(session.scalars(query))
    if not events:
        return 0
    until = events[-1].id
    digest = _digest_run(session, last.digest if last else "", start, until, events)
    session.add(AuditSeal(from_id=start, until_id=until, digest=digest, sealed_at=now))
    session.flush()
    return len(events)


def verify(session: Session) -> list[Fault]:
    """Read the whole audit again; every fault found, none when all is as it was sealed."""
    faults: list[Fault] = []
    after: int | None = 0
    while after is not None:
        part = verify_part(session, after)
        faults += part.faults
        after = part.goes_on_after
    return faults


@dataclass(frozen=True, slots=True)
class VerifiedPart:
    """What was found up to the event `until_id`; the next part begins after `goes_on_after`, None where it was all."""

    faults: tuple[Fault, ...]
    until_id: int
    goes_on_after: int | None


def verify_part(session: Session, after: int, at_most: int = _SEAL_AT_MOST) -> VerifiedPart:
    """Read again the seals that begin after that event, as many as cover so many events, or one; 0: from the beginning.

    Whatever no seal covers yet belongs to the last part. Of a seal that reaches back before `after` all is read.
    """
    query = select(AuditSeal).where(AuditSeal.until_id > after).order_by(AuditSeal.id)
    earlier = session.scalar(
        select(AuditSeal).where(AuditSeal.until_id <= after).order_by(AuditSeal.id.desc()).limit(1)
    )
    before, expected_from = (earlier.digest, earlier.until_id + 1) if earlier else ("", 1)
    faults: list[Fault] = []
    first, last = expected_from, after
    is_end = True
    for seal in session.scalars(query):
        if last > after and seal.until_id - after > at_most:
            is_end = False
            break
        faults += _list_seal_faults(session, seal, before, expected_from)
        before, expected_from, last = seal.digest, seal.until_id + 1, max(last, seal.until_id)
    until = None if is_end else last
    faults += _list_edited_values(session, first, until)
    return VerifiedPart(tuple(faults), last, until)


def _list_seal_faults(session: Session, seal: AuditSeal, before: str, expected_from: int) -> list[Fault]:
    faults: list[Fault] = []
    if seal.from_id != expected_from:
        first, after = sorted((seal.from_id, expected_from))
        faults.append(Fault("gap", first, after - 1, seal.id))
    query = select(AuditEvent).where(AuditEvent.id.between(seal.from_id, seal.until_id)).order_by(AuditEvent.id)
    events = list(session.scalars(query))
    if _digest_run(session, before, seal.from_id, seal.until_id, events) != seal.digest:
        faults.append(Fault("edited_seal", seal.from_id, seal.until_id, seal.id))
    return faults


def count_unsealed(session: Session) -> int:
    """How many events no seal covers yet: a change of those would not show."""
    sealed = select(func.coalesce(func.max(AuditSeal.until_id), 0)).scalar_subquery()
    return session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.id > sealed)) or 0


def count_events(session: Session) -> int:
    """How many events there are."""
    return session.scalar(select(func.count()).select_from(AuditEvent)) or 0


def _list_edited_values(session: Session, first: int, until: int | None) -> list[Fault]:
    here = AuditEvent.id >= first if until is None else AuditEvent.id.between(first, until)
    rows = session.execute(
        select(AuditEvent.id, AuditEvent.digest, AuditValue.salt, AuditValue.details)
        .outerjoin(AuditValue, AuditValue.event_id == AuditEvent.id)
        .where(here)
        .order_by(AuditEvent.id),
    ).yield_per(1_000)
    return [
        Fault("edited_values", number, number)
        for number, digest, salt, details in rows
        if salt is None or _digest_values(salt, details) != digest
    ]


def _digest_values(salt: str, details: Mapping[str, Any] | None) -> str:
    stored = json.loads(json.dumps(details, default=str))  # as it will be read again: a number as key is a text then
    text = json.dumps(stored, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def _digest_run(session: Session, before: str, start: int, until: int, events: Iterable[AuditEvent]) -> str:
    people = _list_people(session, start, until)
    run = hashlib.sha256(f"{before}\n{start}-{until}\n".encode())
    for event in events:
        at = event.at.astimezone(UTC).isoformat()
        line = (event.id, at, event.actor, event.action, event.subject_kind, event.subject_id, event.digest)
        run.update(json.dumps([*line, people[event.id]]).encode() + b"\n")
    return run.hexdigest()


def _list_people(session: Session, start: int, until: int) -> dict[int, list[int]]:
    query = select(AuditPerson.event_id, AuditPerson.person_id).where(AuditPerson.event_id.between(start, until))
    found: dict[int, list[int]] = defaultdict(list)
    for event_id, person_id in session.execute(query.order_by(AuditPerson.event_id, AuditPerson.person_id)):
        found[event_id].append(person_id)
    return found
