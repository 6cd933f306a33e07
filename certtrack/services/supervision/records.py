"""Supervision sessions: put on record, amended by versions, withdrawn. What is amended is signed anew."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Attendance, SupervisionSession
from certtrack.db.queries.merges import load_merged, same_person
from certtrack.errors import BadInput, NotFound, Refused
from certtrack.rules.service import SessionKind, Topic, Way
from certtrack.security import Actor
from certtrack.services.locking import lock_current
from certtrack.services.people import get_person
from certtrack.services.supervision.rights import check_can_log_session
from certtrack.services.supervision.versions import add_session_version


@dataclass(frozen=True, slots=True)
class NewSession:
    """What a session is to say. `way` is None where it isn't known; `words` never name anybody who is served."""

    supervisor_id: int
    people: frozenset[int]
    held_on: date
    minutes: int
    kind: SessionKind
    way: Way | None
    topics: tuple[Topic, ...] = ()
    words: str | None = None


def log_session(
    session: Session, organization_id: int, new: NewSession, *, actor: Actor, at: datetime
) -> SupervisionSession:
    """Put a session on record; both sides are to sign it.

    Raises NotFound for anybody who isn't here, NotAllowed where the actor may not log it, Refused where somebody would
    supervise themselves, BadInput where nobody was there, or several at an individual session.
    """
    people = _check(session, new)
    check_can_log_session(session, actor, organization_id, new.supervisor_id, people, at)
    record = SupervisionSession(
        organization_id=organization_id,
        **_values_of(new),
        state="held",
        no=0,
        recorded_at=at,
        recorded_by=actor.key,
    )
    session.add(record)
    session.flush()
    add_session_version(session, record, people, "logged", None, actor=actor, at=at)
    return record


def amend_session(
    session: Session,
    record: SupervisionSession,
    new: NewSession,
    *,
    expected_no: int,
    reason: str | None,
    actor: Actor,
    at: datetime,
) -> bool:
    """Correct a session by a new version, which nobody has signed yet; False where nothing is different.

    Raises as `log_session` does, for who was there before too; StaleRecord where somebody else was first, Refused where
    it is withdrawn.
    """
    people, before = _check(session, new), list_attendees(session, record)
    _open_for_change(session, record, expected_no, [*people, *before], actor, at)
    check_can_log_session(session, actor, record.organization_id, new.supervisor_id, people, at)
    values = _values_of(new)
    changed = sorted(name for name, value in values.items() if getattr(record, name) != value)
    if set(people) != set(before):
        changed.append("people")
    if not changed:
        return False
    for name in values:
        setattr(record, name, values[name])
    add_session_version(session, record, people, "amended", reason, actor=actor, at=at, changed=changed)
    return True


def withdraw_session(
    session: Session, record: SupervisionSession, *, expected_no: int, reason: str | None, actor: Actor, at: datetime
) -> None:
    """Take a session back: it stays on record, and counts for nothing any more. Raises as `amend_session` does."""
    people = list_attendees(session, record)
    _open_for_change(session, record, expected_no, people, actor, at)
    record.state = "withdrawn"
    add_session_version(session, record, people, "withdrawn", reason, actor=actor, at=at)


def get_session(session: Session, session_id: int) -> SupervisionSession:
    """The session, a withdrawn one too. Raises NotFound."""
    record = session.get(SupervisionSession, session_id)
    if record is None:
        raise NotFound(f"There is no supervision session with the number {session_id}.")
    return record


def list_attendees(session: Session, record: SupervisionSession, no: int | None = None) -> list[int]:
    """Who was there by that version, the latest unless said: their numbers now, merges followed, in order."""
    query = select(Attendance.person_id).where(
        Attendance.session_id == record.id, Attendance.no == (record.no if no is None else no)
    )
    numbers = session.scalars(query).all()
    merged = load_merged(session, numbers)
    return sorted({merged.get(number, number) for number in numbers})


def find_same_session(session: Session, organization_id: int, new: NewSession) -> SupervisionSession | None:
    """What is the same on record: supervisor, day, minutes, kind and everybody who was there; None where nothing is."""
    query = select(SupervisionSession).where(
        SupervisionSession.organization_id == organization_id,
        SupervisionSession.supervisor_id.in_(same_person(new.supervisor_id)),
        SupervisionSession.held_on == new.held_on,
        SupervisionSession.minutes == new.minutes,
        SupervisionSession.kind == new.kind,
        SupervisionSession.state == "held",
    )
    people = _follow(session, new.people)
    for record in session.scalars(query.order_by(SupervisionSession.id)):
        if set(list_attendees(session, record)) == set(people):
            return record
    return None


def _check(session: Session, new: NewSession) -> list[int]:
    get_person(session, new.supervisor_id)
    people = _follow(session, new.people)
    if not people:
        raise BadInput("Choose at least one person who was there.")
    if new.kind == "individual" and len(people) > 1:
        raise BadInput("An individual session is with one person; choose group, or one person only.")
    if set(people) & set(session.scalars(same_person(new.supervisor_id))):
        raise Refused("Nobody supervises themselves.")
    return people


def _follow(session: Session, people: Iterable[int]) -> list[int]:
    return sorted({get_person(session, number).id for number in people})


def _open_for_change(
    session: Session,
    record: SupervisionSession,
    expected_no: int,
    people: Iterable[int],
    actor: Actor,
    at: datetime,
) -> None:
    check_can_log_session(session, actor, record.organization_id, record.supervisor_id, set(people), at)
    lock_current(session, record, expected_no)
    if record.state == "withdrawn":
        raise Refused("This session was withdrawn; log it anew if it was held after all.")


def _values_of(new: NewSession) -> dict[str, Any]:
    return {
        "supervisor_id": new.supervisor_id,
        "held_on": new.held_on,
        "minutes": new.minutes,
        "kind": new.kind,
        "way": new.way,
        "topics": sorted(set(new.topics)),
        "words": new.words,
    }
