"""What the links in a mail do: who has one says that a reminder was seen, that there is a plan, that it was sent.

Nobody has to sign in, so a link opens one cycle for one act, and shows nothing of it. What was said is taken back on
the person's page, by the person, the supervisor or the office.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, Person, Reminder
from certtrack.db.queries.merges import load_merged
from certtrack.mail.links import STOP, Verb, is_genuine
from certtrack.rules.applications import find_last_plan_day
from certtrack.rules.facts import IntentionKind
from certtrack.rules.standing import Standing
from certtrack.security import Actor
from certtrack.services.actors import link_actor
from certtrack.services.applications import deciding, sending
from certtrack.services.applications.intentions import Seen, find_intention, say
from certtrack.services.applications.rights import is_granted_here, today_by_pack
from certtrack.services.applications.steps import list_steps
from certtrack.services.applications.told import find_told, is_of
from certtrack.services.applications.typed import Sent, read_plan, read_sent, read_until
from certtrack.services.reminders.obstacles import is_over, list_readings
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import load_standings
from certtrack.signing import Signer

State = Literal["open", "done", "sent", "stopped", "newer", "over"]
"""`done`: it is on record; `sent`: an application is; `stopped`: the holder isn't going on; `newer`: a later mail has
gone out; `over`: the cycle is, or its day is another one, or the mail went to somebody who isn't its holder."""

_KINDS: dict[Verb, IntentionKind] = {
    "seen": "seen", "plan": "plan", "more-time": "more_time", "not-going-on": "not_going_on",
}  # fmt: skip
_ASKING: tuple[Verb, ...] = ("plan", "sent", "more-time")
_ENDED = ("revoked", "retired")


@dataclass(frozen=True, slots=True)
class Matter:
    """What a link is about, and how it stands today. `language` is the reader's."""

    reminder: Reminder
    cycle: Cycle
    certification: Certification
    standing: Standing
    verb: Verb
    state: State
    today: date
    language: str


def find_matter(
    session: Session, rulebook: Rulebook, signer: Signer, reminder_id: int, verb: Verb, token: str, at: datetime
) -> Matter | None:
    """What the link is about; None alike for a reminder that isn't there and a token that isn't that link's.

    A link is one only as long as the address that it was sent to is the recipient's, merges followed.
    """
    reminder = session.get(Reminder, reminder_id)
    reader = _find_reader(session, reminder) if reminder else None
    if reminder is None or reader is None or not _is_reader(signer, token, reminder_id, verb, reader):
        return None
    cycle = session.get_one(Cycle, reminder.subject_id)
    certification = session.get_one(Certification, cycle.certification_id)
    today = today_by_pack(rulebook, certification, at)
    standing = load_standings(session, rulebook, [certification.id], today)[certification.id]
    is_theirs = _find_last(session, certification.person_id) == reader.id
    state = _find_state(session, reminder, cycle, standing, verb) if is_theirs and not reader.died_on else "over"
    return Matter(reminder, cycle, certification, standing, verb, state, today, reader.language)


def find_stopper(session: Session, signer: Signer, reminder_id: int, token: str) -> Person | None:
    """Whose mails the one-click address of that reminder's mail is about, merges followed; None where it isn't one."""
    reminder = session.get(Reminder, reminder_id)
    reader = session.get_one(Person, _find_last(session, reminder.recipient_id)) if reminder else None
    return reader if reader is not None and _is_reader(signer, token, reminder_id, STOP, reader) else None


def _is_reader(signer: Signer, token: str, reminder_id: int, verb: str, reader: Person) -> bool:
    """True where the link was made for an address that is this person's now."""
    addresses = [address for address in (reader.private_address, reader.work_address) if address]
    return is_genuine(signer, token, reminder_id, verb, addresses)


def act(session: Session, rulebook: Rulebook, matter: Matter, typed: Mapping[str, str], at: datetime) -> None:
    """Do what the link is for, once: a matter that is over or done meanwhile is left as it is.

    `typed` has `until_on` of a plan or a wish for time, `sent_on` and `way` of what was sent. Raises BadApplication for
    what can't be used.
    """
    session.refresh(matter.cycle, with_for_update=True)
    state = _find_state(session, matter.reminder, matter.cycle, matter.standing, matter.verb)
    if matter.state != "open" or state != "open":
        return
    actor = link_actor(matter.certification)
    if matter.verb == "sent":
        _send(session, rulebook, matter, read_sent(typed, matter.today, ()), actor, at)
    else:
        _say(session, rulebook, matter, typed, actor, at)


def _send(session: Session, rulebook: Rulebook, matter: Matter, sent: Sent, actor: Actor, at: datetime) -> None:
    if is_granted_here(session, matter.certification):
        steps = list_steps(session, matter.cycle.id)
        after = steps[-1].id if steps else 0
        deciding.submit(session, rulebook, matter.certification, sent, after=after, actor=actor, at=at)
    else:
        sending.record_sent(session, rulebook, matter.certification, sent, actor=actor, at=at)


def _say(
    session: Session, rulebook: Rulebook, matter: Matter, typed: Mapping[str, str], actor: Actor, at: datetime
) -> None:
    kind, until_on, seen = _KINDS[matter.verb], None, None
    if kind == "plan" and matter.standing.days is not None:
        until_on = read_plan(typed, find_last_plan_day(matter.standing.days, matter.today), matter.today)
    elif kind == "more_time":
        until_on = read_until(typed, matter.today)
    elif kind == "seen":
        seen = Seen(matter.reminder.stage, matter.reminder.anchor_on)
    said = find_intention(session, matter.cycle.id, kind)
    say(
        session,
        rulebook,
        matter.certification,
        kind,
        until_on=until_on,
        seen=seen,
        expected_no=said.no if said else 0,
        actor=actor,
        at=at,
    )


def _find_state(session: Session, reminder: Reminder, cycle: Cycle, standing: Standing, verb: Verb) -> State:
    if is_over(cycle, standing) or standing.validity in _ENDED or reminder.anchor_on not in list_readings(cycle):
        return "over"
    kind = _KINDS.get(verb)
    said = find_intention(session, cycle.id, kind) if kind else None
    if said is not None and said.state == "said" and (verb != "seen" or is_of(reminder, said)):
        return "done"
    stopped = find_intention(session, cycle.id, "not_going_on")
    if stopped is not None and stopped.state == "said":
        return "stopped"
    steps = list_steps(session, cycle.id)
    if verb in _ASKING and steps and steps[-1].kind != "returned":
        return "sent"
    return "newer" if verb == "seen" and _is_followed(session, reminder, cycle) else "open"


def _is_followed(session: Session, reminder: Reminder, cycle: Cycle) -> bool:
    """True where a later stage was told since."""
    told = find_told(session, cycle)
    if told is None or (told.stage, told.anchor_on) == (reminder.stage, reminder.anchor_on):
        return False
    return told.stage_on > reminder.stage_on


def _find_reader(session: Session, reminder: Reminder) -> Person | None:
    """Whose own reminder it is, merges followed; None for one of which there is nothing to say."""
    if reminder.subject_kind != "cycle" or reminder.audience != "holder":
        return None
    return session.get_one(Person, _find_last(session, reminder.recipient_id))


def _find_last(session: Session, person_id: int) -> int:
    return load_merged(session, {person_id}).get(person_id, person_id)
