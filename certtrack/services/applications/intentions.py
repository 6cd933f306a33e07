"""What holders say of going on: that they aren't, need more time, have a plan, or have seen a reminder.

Each can be taken back.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, Intention
from certtrack.errors import NotFound, Refused, StaleRecord
from certtrack.rules.facts import IntentionKind
from certtrack.security import Act, Actor, Relation
from certtrack.services.actors import list_relations
from certtrack.services.applications.rights import check_may, get_cycle_to_end, today_by_pack
from certtrack.services.applications.versions import add_intention_version, look_again
from certtrack.services.cycles import get_cycle
from certtrack.services.locking import lock_current
from certtrack.services.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Seen:
    """A reminder that its holder has seen: its stage, and the due day that this hangs on."""

    stage: str
    anchor_on: date


def say(
    session: Session,
    rulebook: Rulebook,
    certification: Certification,
    kind: IntentionKind,
    *,
    until_on: date | None = None,
    seen: Seen | None = None,
    words: str | None = None,
    expected_no: int = 0,
    actor: Actor,
    at: datetime,
) -> Intention:
    """Put on record, for the open cycle, what its holder says: of more time until when, of a plan for which day.

    `seen` is the reminder that was seen. A plan for another day, and a reminder that was seen later, take the place of
    the one before. `expected_no` is the version that was seen, 0 where there was none. Raises NotAllowed, Refused where
    no cycle is open or it is said already, StaleRecord.
    """
    today = today_by_pack(rulebook, certification, at)
    check_may(session, actor, certification, Act.REPORT_APPLICATION, today)
    cycle = get_cycle_to_end(session, certification)
    said = find_intention(session, cycle.id, kind)
    if (said.no if said else 0) != expected_no:
        raise StaleRecord("Somebody else has changed this meanwhile, so nothing was written. Look at it again.")
    if said is not None and said.state == "said" and not _is_another(said, until_on, seen):
        raise Refused("This is on record already.")
    if said is None:
        said = Intention(cycle_id=cycle.id, kind=kind, no=0, recorded_at=at, recorded_by=actor.key)
    said.said_on, said.until_on, said.words, said.state = today, until_on, words, "said"
    said.stage, said.anchor_on = (seen.stage, seen.anchor_on) if seen else (None, None)
    session.add(said)
    session.flush()
    add_intention_version(session, said, cycle, kind, None, actor=actor, at=at)
    look_again(session, rulebook, cycle, today, at=at)
    return said


def take_back(
    session: Session, rulebook: Rulebook, said: Intention, *, expected_no: int, actor: Actor, at: datetime
) -> None:
    """It is so no longer, and reminders go on. Raises NotAllowed, StaleRecord, Refused where it isn't said any more."""
    _settle(session, rulebook, said, "taken_back", None, expected_no, actor, at)


def answer(
    session: Session,
    rulebook: Rulebook,
    said: Intention,
    words: str,
    *,
    expected_no: int,
    actor: Actor,
    at: datetime,
) -> None:
    """The office has answered a wish for more time, in words that stay on record; reminders go on.

    It moves no day. Raises NotAllowed for the holder, StaleRecord, Refused where it isn't asked any more.
    """
    certification = get_cycle(session, said.cycle_id).certification
    today = today_by_pack(rulebook, certification, at)
    relations = list_relations(session, actor, certification.person_id, today)
    if said.kind != "more_time" or (Relation.HOLDER in relations and not actor.is_command):
        raise Refused("Somebody else than the holder answers this: the supervisor or the office.")
    _settle(session, rulebook, said, "answered", words, expected_no, actor, at)


def answer_wish(session: Session, cycle: Cycle, words: str, *, actor: Actor, at: datetime) -> None:
    """More time was given: a wish for it, where one stands, is answered in these words, and hushes nothing any more."""
    said = find_intention(session, cycle.id, "more_time")
    if said is not None and said.state == "said":
        said.state = "answered"
        add_intention_version(session, said, cycle, "answered", words, actor=actor, at=at)


def _is_another(said: Intention, until_on: date | None, seen: Seen | None) -> bool:
    """True where what is said now differs from what was, and may take its place."""
    if said.kind == "plan":
        return said.until_on != until_on
    return seen is not None and (said.stage, said.anchor_on) != (seen.stage, seen.anchor_on)


def find_intention(session: Session, cycle_id: int, kind: IntentionKind) -> Intention | None:
    """What was said of this cycle, or taken back; None where nothing ever was."""
    return session.scalar(select(Intention).where(Intention.cycle_id == cycle_id, Intention.kind == kind))


def get_intention(session: Session, certification: Certification, intention_id: int) -> Intention:
    """What was said of one of this certification's cycles. Raises NotFound."""
    said = session.get(Intention, intention_id)
    if said is None or get_cycle(session, said.cycle_id).certification_id != certification.id:
        raise NotFound(f"There is no intention with the number {intention_id}.")
    return said


def _settle(
    session: Session,
    rulebook: Rulebook,
    said: Intention,
    state: str,
    reason: str | None,
    expected_no: int,
    actor: Actor,
    at: datetime,
) -> None:
    cycle: Cycle = get_cycle(session, said.cycle_id)
    today = today_by_pack(rulebook, cycle.certification, at)
    check_may(session, actor, cycle.certification, Act.REPORT_APPLICATION, today)
    lock_current(session, cycle)
    lock_current(session, said, expected_no)
    if said.state != "said":
        raise Refused("This isn't said any more, so there is nothing to change.")
    said.state = state
    add_intention_version(session, said, cycle, state, reason, actor=actor, at=at)
    look_again(session, rulebook, cycle, today, at=at)
