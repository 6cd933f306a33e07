"""The due day of an open cycle was put on record wrongly: the office mends it, by what the certificate states."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle
from certtrack.errors import StaleRecord
from certtrack.rules.terms import computed_due_on_near
from certtrack.security import Act, Actor
from certtrack.services.applications.rights import check_is_keepers, check_may, get_cycle_to_end, today_by_pack
from certtrack.services.applications.typed import Reader
from certtrack.services.cycles import list_cycles, move_due_day
from certtrack.services.evidence.records import attach_files, list_attached
from certtrack.services.first_cycles.typed import read_seen
from certtrack.services.record_sources import tell_certificate
from certtrack.services.rulebook import Rulebook
from certtrack.services.stated_days import note_other_day


@dataclass(frozen=True, slots=True)
class MendedDay:
    """The day that the certificate states, why it stood otherwise, and whether whoever mends it has seen that.

    `files` are numbers of files on record.
    """

    due_on: date
    words: str
    is_seen: bool
    files: tuple[int, ...] = ()


def read_mended_day(
    session: Session, typed: Mapping[str, str], cycle: Cycle, today: date, files: tuple[int, ...] = ()
) -> MendedDay:
    """Fields `due_on`, `words`, `seen`. Raises BadApplication with all that is wrong."""
    reader = Reader(typed, today)
    due_on = reader.later_day("due_on", date.min)
    if due_on <= cycle.start_on:
        reader.refuse("due_on", "before_cycle")
    if due_on in {other.due_on for other in list_cycles(session, cycle.certification_id)}:
        reader.refuse("due_on", "same_day")
    words = reader.words("words")
    is_seen = read_seen(reader)
    reader.finish()
    return MendedDay(due_on, words, is_seen, files)


def mend_day(
    session: Session,
    rulebook: Rulebook,
    certification: Certification,
    mended: MendedDay,
    *,
    expected_no: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Let the open cycle be due on that day; its holder is told once. A day that the rule doesn't give is a finding.

    Raises NotAllowed; Refused where the office gives the certification itself, or no cycle is open; StaleRecord; what
    `move_due_day` and `attach_files` do.
    """
    today = check_can_mend(session, rulebook, certification, actor, at)
    cycle = get_cycle_to_end(session, certification)
    if cycle.no != expected_no:
        raise StaleRecord("Somebody else has changed this meanwhile, so nothing was written. Look at it again.")
    computed = computed_due_on_near(rulebook.packs.get(certification.pack_key, on=mended.due_on), mended.due_on)
    move_due_day(
        session,
        rulebook,
        cycle,
        mended.due_on,
        due_source="stated",
        computed_due_on=computed,
        armed_on=today,
        reason=mended.words,
        evidence=tell_certificate(is_seen=mended.is_seen),
        actor=actor,
        at=at,
    )
    kept = tuple(dict.fromkeys((*list_attached(session, ("cycle", cycle.id)), *mended.files)))
    attach_files(
        session, ("cycle", cycle.id), certification.person_id, kept, reason=None, actor=actor, at=at, today=today
    )  # fmt: skip
    if computed != mended.due_on:
        note_other_day(session, certification, mended.due_on, computed, actor=actor, at=at)


def check_can_mend(
    session: Session, rulebook: Rulebook, certification: Certification, actor: Actor, at: datetime
) -> date:
    """Today by the rules, for whoever may mend the day. Raises NotAllowed, Refused as `mend_day` does."""
    today = today_by_pack(rulebook, certification, at)
    check_may(session, actor, certification, Act.RECORD_CERTIFICATE, today)
    check_is_keepers(session, certification)
    return today
