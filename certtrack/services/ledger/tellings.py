"""Notes that somebody was told a stage by letter, by phone or in person: put on record, and taken back by a version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, cast, get_args
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, OtherDay, Person, Reminder, Telling, TellingVersion
from certtrack.db.queries.merges import same_person
from certtrack.errors import BadInput, NotAllowed, NotFound, Refused
from certtrack.rules.reminders import Policy
from certtrack.security import Act, Actor, Relation, can_act
from certtrack.services.actors import list_relations
from certtrack.services.applications.typed import Reader
from certtrack.services.ledger.entries import LedgerEntry
from certtrack.services.ledger.whole import list_whole_ledger
from certtrack.services.locking import lock_current
from certtrack.services.other_days.policies import find_day_policy
from certtrack.services.people import get_person
from certtrack.services.reminders.arming import UNSENT, earliest_day, rearm_person
from certtrack.services.rulebook import Rulebook, pin
from certtrack.services.versions import make_stamp, next_values, record_change

How = Literal["letter", "phone", "in_person"]
Hindrance = Literal["mailed", "on_its_way", "noted", "set_aside", "another_first", "not_read"]
"""Why a stage can't be noted as told: see `find_hindrance`."""

TOLD = "told"
"""Why a repeat or a copy isn't sent: somebody told the stage in another way."""
TAKEN_BACK = "taken_back"
"""A note was taken back, and the stage isn't decided on yet."""

_VALUES = ("how", "told_on", "told_by", "is_withdrawn")
_PUT_BACK = ("suppressed", "failed", "expired")
_HINDRANCES: dict[str, Hindrance] = {
    "sent": "mailed", "in_mail": "on_its_way", "told": "noted", "superseded": "set_aside",
}  # fmt: skip


class NotToBeNoted(Refused):
    """A stage can't be noted as told; `hindrance` says why."""

    def __init__(self, hindrance: Hindrance) -> None:
        super().__init__(f"This stage can't be noted as told as things stand ({hindrance}).")
        self.hindrance = hindrance


@dataclass(frozen=True, slots=True)
class NewTelling:
    """How somebody was told, on which day, and by whom, None for whoever notes it."""

    how: How
    told_on: date
    told_by: str | None = None


def read_telling(typed: Mapping[str, str], today: date) -> NewTelling:
    """Fields `how`, `told_on`, and `told_by`, which may be blank. Raises BadApplication with all that is wrong."""
    reader = Reader(typed, today)
    new = NewTelling(
        how=cast("How", reader.choice("how", get_args(How))),
        told_on=reader.past_day("told_on"),
        told_by=reader.text("told_by"),
    )
    reader.finish()
    return new


def find_hindrance(entry: LedgerEntry, ledger: Sequence[LedgerEntry]) -> Hindrance | None:
    """Why a stage can't be noted as told; None where it can.

    It was `mailed`, is `on_its_way`, is `noted` already, or was `set_aside`: another stage or day holds, the person has
    died, or it is a copy for somebody else. Of those that are still to come only the next one can be told ahead: else
    there is `another_first`.
    """
    if entry.reason == "died" or entry.audience != "holder":
        return "set_aside"
    if entry.state != "coming":
        return _HINDRANCES.get(entry.state)
    before = [one for one in ledger if one.subject == entry.subject and one.state == "coming" and one.day < entry.day]
    return "another_first" if before else None


def can_tell(session: Session, actor: Actor, person_id: int, today: date) -> bool:
    """True where the actor may note that this person was told; nobody does so for themselves."""
    if actor.is_command:
        return True
    relations = list_relations(session, actor, person_id, today)
    return can_act(relations, Act.TELL) and Relation.HOLDER not in relations


def list_to_tell(ledger: Sequence[LedgerEntry]) -> tuple[LedgerEntry, ...]:
    """What can be noted as told, of a person's ledger and in its order."""
    return tuple(entry for entry in ledger if find_hindrance(entry, ledger) is None)


def get_entry(ledger: Sequence[LedgerEntry], key: str) -> LedgerEntry:
    """The entry of that key. Raises NotFound."""
    found = next((entry for entry in ledger if entry.key == key), None)
    if found is None:
        raise NotFound(f"There is no reminder {key!r} here.")
    return found


def note_told(
    session: Session, rulebook: Rulebook, person_id: int, key: str, new: NewTelling, *, actor: Actor, at: datetime
) -> Telling:
    """Put on record that somebody was told this stage: no mail goes out for it, nor a repeat or a copy of it.

    Raises NotAllowed; NotFound for a stage that isn't there, or isn't the actor's to see; NotToBeNoted for one that
    can't be noted as it is now; BadInput for a day that is still to come.
    """
    person = get_person(session, person_id)
    today = _find_today(person, at)
    _check_may(session, actor, person, today)
    if new.told_on > today:
        raise BadInput(f"{new.told_on} is still to come; say on which day it was told.")
    seen = get_entry(list_whole_ledger(session, rulebook, actor, person.id, at), key)
    _lock_subject(session, *seen.subject)  # no planner decides on the stage meanwhile
    ledger = list_whole_ledger(session, rulebook, actor, person.id, at)
    entry = next((one for one in ledger if one.key == key), None)
    hindrance = find_hindrance(entry, ledger) if entry is not None else "set_aside"
    if entry is None or hindrance is not None:
        raise NotToBeNoted(hindrance or "set_aside")
    reminder = _get_reminder(session, rulebook, person, entry, at)
    telling = Telling(
        reminder_id=reminder.id, how=new.how, told_on=new.told_on, told_by=new.told_by, is_withdrawn=False,
        former_state=None if entry.state == "coming" else entry.state, former_reason=entry.reason, no=0,
        recorded_at=at, recorded_by=actor.key,
    )  # fmt: skip
    session.add(telling)
    reminder.state, reminder.reason, reminder.settled_at = "told", None, at
    session.flush()
    _set_others_aside(session, reminder, at)
    _add_version(session, telling, person, "noted", None, actor, at)
    rearm_person(session, person.id, earliest_day(at))
    return telling


def take_back_told(
    session: Session, telling: Telling, *, expected_no: int, reason: str, actor: Actor, at: datetime
) -> None:
    """It was a mistake: the stage is decided on anew, as things are now.

    Raises NotAllowed, StaleRecord; Refused where it is taken back already.
    """
    reminder = session.get_one(Reminder, telling.reminder_id)
    person = get_person(session, reminder.recipient_id)
    _check_may(session, actor, person, _find_today(person, at))
    _lock_subject(session, reminder.subject_kind, reminder.subject_id)
    lock_current(session, telling, expected_no)
    if telling.is_withdrawn:
        raise Refused("This was taken back already.")
    telling.is_withdrawn = True
    session.refresh(reminder, with_for_update=True)
    if telling.former_state is not None and telling.former_state in _PUT_BACK:
        reminder.state, reminder.reason = telling.former_state, telling.former_reason
    else:
        reminder.state, reminder.reason = "suppressed", TAKEN_BACK
    reminder.settled_at = at  # whoever sees the record as it stood before doesn't see this
    session.flush()
    _let_others_go(session, reminder)
    _add_version(session, telling, person, "taken_back", reason, actor, at)
    rearm_person(session, person.id, earliest_day(at))


def get_telling(session: Session, person_id: int, telling_id: int) -> Telling:
    """The note, a withdrawn one too. Raises NotFound for one about somebody else."""
    query = select(Telling).join(Reminder, Reminder.id == Telling.reminder_id)
    telling = session.scalar(query.where(Telling.id == telling_id, Reminder.recipient_id.in_(same_person(person_id))))
    if telling is None:
        raise NotFound(f"There is no note with the number {telling_id}.")
    return telling


def find_telling(session: Session, reminder_id: int) -> Telling | None:
    """The note by which a reminder is told now; None without one."""
    query = select(Telling).where(Telling.reminder_id == reminder_id, Telling.is_withdrawn.is_(False))
    return session.scalars(query.order_by(Telling.id.desc())).first()


def _find_today(person: Person, at: datetime) -> date:
    return at.astimezone(ZoneInfo(person.zone)).date()


def _check_may(session: Session, actor: Actor, person: Person, today: date) -> None:
    if not can_tell(session, actor, person.id, today):
        raise NotAllowed("This record isn't here, or isn't yours to change.")


def _lock_subject(session: Session, kind: str, number: int) -> None:
    """Lock what falls due, as its planner does."""
    session.refresh(session.get_one(Cycle if kind == "cycle" else OtherDay, number), with_for_update=True)


def _find_policy(session: Session, rulebook: Rulebook, entry: LedgerEntry, at: datetime) -> Policy | None:
    if entry.subject_kind != "cycle":
        return find_day_policy(session, rulebook, session.get_one(OtherDay, entry.subject_id), at)
    return rulebook.find_policy(session.get_one(Certification, entry.certification_id).pack_key, at)


def _get_reminder(session: Session, rulebook: Rulebook, person: Person, entry: LedgerEntry, at: datetime) -> Reminder:
    """The entry's reminder, locked; one that is still to come is put on record."""
    if entry.reminder_id is not None:
        reminder = session.get_one(Reminder, entry.reminder_id)
        session.refresh(reminder, with_for_update=True)
        if hindrance := _HINDRANCES.get(reminder.state):  # a deliverer was faster
            raise NotToBeNoted(hindrance)
        return reminder
    policy = _find_policy(session, rulebook, entry, at)
    if policy is None or entry.true_until is None:
        raise NotToBeNoted("set_aside")
    pin(session, policy, at)
    reminder = Reminder(
        subject_kind=entry.subject_kind, subject_id=entry.subject_id, anchor_on=entry.anchor_on, stage=entry.stage,
        occurrence=entry.occurrence,
        recipient_id=person.id, state="told", stage_on=entry.day, send_after=at, valid_until=entry.true_until,
        policy_ref=policy.ref, planned_at=at, settled_at=at,
    )  # fmt: skip
    session.add(reminder)
    session.flush()
    return reminder


def _set_others_aside(session: Session, told: Reminder, at: datetime) -> None:
    session.execute(
        update(Reminder)
        .where(*_others_of(told), Reminder.state.in_(UNSENT))
        .values(state="superseded", reason=TOLD, settled_at=at)
        .execution_options(synchronize_session="fetch")
    )


def _let_others_go(session: Session, told: Reminder) -> None:
    session.execute(
        update(Reminder)
        .where(*_others_of(told), Reminder.state == "superseded", Reminder.reason == TOLD)
        .values(state="suppressed", reason=TAKEN_BACK)
        .execution_options(synchronize_session="fetch")
    )


def _others_of(told: Reminder) -> tuple[ColumnElement[bool], ...]:
    """Repeats and copies of the same stage of the same day."""
    return (
        Reminder.subject_kind == told.subject_kind,
        Reminder.subject_id == told.subject_id,
        Reminder.anchor_on == told.anchor_on,
        Reminder.stage == told.stage,
        Reminder.id != told.id,
    )


def _add_version(
    session: Session, telling: Telling, person: Person, what: str, reason: str | None, actor: Actor, at: datetime
) -> None:
    values = next_values(telling, _VALUES)
    session.add(TellingVersion(telling_id=telling.id, **make_stamp(telling, reason, actor, at), **values))
    kept = {"how": telling.how, "told_on": telling.told_on, "told_by": telling.told_by, "reason": reason}
    told = kept | {"reminder": telling.reminder_id, "is_withdrawn": telling.is_withdrawn}
    record_change(session, f"telling.{what}", telling, [person.id], told, actor=actor, at=at)
