"""Signatures: each side for itself, or a signed paper that somebody else says is there. Nobody has both sides."""

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import Signature, SupervisionSession
from certtrack.errors import BadInput, NotAllowed, Refused
from certtrack.rules.service import Side
from certtrack.security import Actor
from certtrack.services.actors import find_actor_name, find_actor_person
from certtrack.services.locking import lock_current
from certtrack.services.supervision.records import list_attendees
from certtrack.services.supervision.rights import NOT_THEIRS, is_office, is_same, today_at
from certtrack.services.supervision.seen import is_visible


def find_side(session: Session, record: SupervisionSession, actor: Actor) -> tuple[Side, int] | None:
    """The side that is the actor's own to sign, and their number there; None where they weren't at the session."""
    own_id = find_actor_person(session, actor)
    if is_same(session, own_id, record.supervisor_id):
        return "supervisor", record.supervisor_id
    for number in list_attendees(session, record):
        if is_same(session, own_id, number):
            return "person", number
    return None


def sign_session(
    session: Session, record: SupervisionSession, *, expected_no: int, actor: Actor, at: datetime
) -> Signature:
    """Sign what the session says now, for oneself; it counts from `at`.

    Raises NotAllowed for whoever wasn't there, or may not see it any more, and for a command, which is nobody; Refused
    where they have signed already, or it is withdrawn; StaleRecord where it was amended meanwhile.
    """
    own = find_side(session, record, actor)
    if own is None or actor.is_command or not is_visible(session, record, actor, at):
        raise NotAllowed(NOT_THEIRS)
    _open(session, record, expected_no)
    if own in list_signed(session, record):
        raise Refused("You have signed this already.")
    return _add(session, record, *own, said_by=None, actor=actor, at=at)


def record_paper(
    session: Session,
    record: SupervisionSession,
    signed: Iterable[tuple[Side, int]],
    *,
    expected_no: int,
    actor: Actor,
    at: datetime,
) -> int:
    """Say that these have signed what the session says now on paper; how many hadn't yet.

    It counts from `at`, whenever the paper was signed. Raises NotAllowed for anybody but the office, Refused where the
    actor was at the session, since nobody has both sides, BadInput for somebody who wasn't; else as `sign_session`.
    """
    people = list_attendees(session, record)
    today = today_at(session, record.organization_id, at)
    if not any(is_office(session, actor, number, record.organization_id, today) for number in people):
        raise NotAllowed(NOT_THEIRS)
    if find_side(session, record, actor) is not None:
        raise Refused("You were at this session, so somebody else in the office says what is signed on paper.")
    _open(session, record, expected_no)
    there = {("supervisor", record.supervisor_id), *(("person", number) for number in people)}
    chosen = list(dict.fromkeys(signed))
    if not set(chosen) <= there:
        raise BadInput("Only who was at the session can have signed it.")
    left = [one for one in chosen if one not in list_signed(session, record)]
    name = find_actor_name(session, actor.key) or actor.key
    for side, number in left:
        _add(session, record, side, number, said_by=name, actor=actor, at=at)
    return len(left)


def list_signed(session: Session, record: SupervisionSession) -> set[tuple[Side, int]]:
    """Who has signed what the session says now: side and number, merges followed."""
    query = select(Signature).where(Signature.session_id == record.id, Signature.no == record.no)
    people = list_attendees(session, record)
    found: set[tuple[Side, int]] = set()
    for one in session.scalars(query):
        if one.side == "supervisor":
            found.add(("supervisor", record.supervisor_id))
        else:
            found |= {("person", number) for number in people if is_same(session, one.person_id, number)}
    return found


def _open(session: Session, record: SupervisionSession, expected_no: int) -> None:
    lock_current(session, record, expected_no)
    if record.state == "withdrawn":
        raise Refused("This session was withdrawn, so there is nothing to sign.")


def _add(
    session: Session,
    record: SupervisionSession,
    side: Side,
    person_id: int,
    *,
    said_by: str | None,
    actor: Actor,
    at: datetime,
) -> Signature:
    signature = Signature(
        session_id=record.id,
        no=record.no,
        side=cast("str", side),
        person_id=person_id,
        way="on_paper" if said_by else "here",
        said_by=said_by,
        signed_at=at,
        recorded_at=at,
        recorded_by=actor.key,
    )
    session.add(signature)
    session.flush()
    record_event(
        session,
        at=at,
        actor=actor.key,
        action="session.signed_on_paper" if said_by else "session.signed",
        subject=(record.__tablename__, record.id),
        people=[person_id],
        details={"no": record.no, "side": side, "person": person_id},
    )
    return signature
