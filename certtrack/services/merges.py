"""Two records of one person made one: nothing is rewritten, every query follows the merge, and it can be undone."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import Person, Reminder
from certtrack.db.queries.merges import same_person
from certtrack.errors import BadInput, NotFound, Refused
from certtrack.security import Actor
from certtrack.services.background_checks.records import keep_check_days
from certtrack.services.locking import lock_people
from certtrack.services.people import get_person
from certtrack.services.reminders.arming import earliest_day, rearm_person
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import project_spans_of_person

MERGED = "merged"
"""Why a reminder isn't sent: the record was joined with another one, and that one is told instead."""


def merge_people(
    session: Session, rulebook: Rulebook, person_id: int, into_id: int, *, reason: str, actor: Actor, at: datetime
) -> Person:
    """Let the first be the same person as the second, whose name, address and wishes hold from now on; that person.

    Standings, days and mails of both are looked at anew in this transaction. Raises NotFound, BadInput without a
    reason, Refused where they are one already.
    """
    _check_reason(reason)
    person, into = get_person(session, person_id), get_person(session, into_id)
    lock_people(session, [person.id, into.id])
    session.refresh(person)
    session.refresh(into)
    if person.id == into.id or person.merged_into_id is not None or into.merged_into_id is not None:
        raise Refused("They are one person already.")
    person.merged_into_id = into.id
    session.flush()
    _look_again(session, rulebook, [into.id], at)
    _record(session, "person.merged", person, into, reason, actor, at)
    return into


def undo_merge(
    session: Session, rulebook: Rulebook, person_id: int, *, reason: str, actor: Actor, at: datetime
) -> Person:
    """Let somebody be a person of their own again, with whatever was theirs; what they weren't sent is decided anew.

    `person_id` is the number of the record that was merged. Raises NotFound, BadInput without a reason, Refused for one
    that is its own.
    """
    _check_reason(reason)
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound(f"There is no person with the number {person_id}.")
    into = get_person(session, person.id)
    lock_people(session, [person.id, into.id])
    session.refresh(person)
    if person.merged_into_id is None:
        raise Refused(f"{person.id} is a person of their own.")
    person.merged_into_id = None
    session.flush()
    session.execute(
        update(Reminder)
        .where(Reminder.recipient_id.in_(select(Person.id).where(Person.id.in_(same_person(person.id)))))
        .where(Reminder.state == "superseded", Reminder.reason == MERGED)
        .values(state="suppressed")
        .execution_options(synchronize_session=False)
    )
    _look_again(session, rulebook, [person.id, into.id], at)
    _record(session, "person.merge_undone", person, into, reason, actor, at)
    return person


def _look_again(session: Session, rulebook: Rulebook, people: Sequence[int], at: datetime) -> None:
    for number in people:
        project_spans_of_person(session, rulebook, number, at=at)
        keep_check_days(session, number, at=at)
        rearm_person(session, number, earliest_day(at))


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise BadInput("Say why, in a few words; they stay on record.")


def _record(
    session: Session, action: str, person: Person, into: Person, reason: str, actor: Actor, at: datetime
) -> None:
    details = {"into": into.id, "reason": reason.strip()}
    subject = ("person", person.id)
    people = [person.id, into.id]
    record_event(session, at=at, actor=actor.key, action=action, subject=subject, people=people, details=details)
