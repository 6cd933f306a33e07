"""Causes that set many mails going at once: what is held because of them, and its release by a person."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import Cause, CauseRelease, Cycle, OtherDay
from certtrack.errors import NotFound
from certtrack.security import Actor
from certtrack.services.people import get_person
from certtrack.services.reminders.guard import list_released, lock_causes
from certtrack.services.reminders.waiting import HeldMail, Waiting, let_go, list_waiting, lock_subjects
from certtrack.services.reminders.wide_causes import is_wide, list_unsettled

__all__ = [
    "HeldCause",
    "HeldMail",
    "HeldPerson",
    "list_held",
    "release_all",
    "release_cause",
    "release_person",
]


@dataclass(frozen=True, slots=True)
class HeldPerson:
    """Somebody whose mails wait. `mails` is empty for one to be released by name for whom nothing is due just now."""

    person_id: int
    name: str
    mails: tuple[HeldMail, ...]


@dataclass(frozen=True, slots=True)
class HeldCause:
    """What waits because of one cause. `key` is `KIND:NUMBER`; empty for people to be released by name without one.

    `people` go out together with `release_cause`; `by_name` were past their day when they were imported, and each of
    them waits for `release_person`. Both are in the order of names. `since` is when the first of it was held.
    """

    key: str
    kind: str
    since: datetime
    people: tuple[HeldPerson, ...]
    by_name: tuple[HeldPerson, ...]

    @property
    def people_count(self) -> int:
        """How many people wait for the release of the cause; those to be released by name are not among them."""
        return len(self.people)


def list_held(session: Session, organization_id: int | None = None) -> list[HeldCause]:
    """What waits for release, oldest cause first; with None in every organization."""
    waits = list_waiting(session, organization_id)
    causes = {
        cause.id: cause for cause in session.scalars(select(Cause).where(Cause.id.in_({w.cause_id for w in waits})))
    }
    by_cause: dict[int | None, list[Waiting]] = defaultdict(list)
    for one in waits:
        by_cause[one.cause_id].append(one)
    found = [_make_held(causes[number] if number is not None else None, each) for number, each in by_cause.items()]
    return sorted(found, key=lambda held: (held.since, held.key))


def release_cause(session: Session, key: str, *, actor: Actor, at: datetime, organization_id: int | None = None) -> int:
    """Release what a cause holds, now and later; how many reminders that were, 0 where nothing waited.

    Of a cause that concerns everybody, one organization releases those of its own who wait, and no others.
    Those to be released by name stay held. Raises NotFound for a key that no cause has.
    """
    number = session.scalar(select(Cause.id).where(Cause.key == key))
    if number is None:
        raise NotFound(f"Nothing has the name {key!r}; `certtrack reminders held` lists what waits.")
    if organization_id is None or not is_wide(key):
        return _release_causes(session, {number}, list_waiting(session), actor, at)
    return _release_from(session, {number}, list_waiting(session, organization_id), actor, at)


def release_person(
    session: Session, person_id: int, *, actor: Actor, at: datetime, organization_id: int | None = None
) -> int:
    """Release one person by name, from every cause, with their later stages; how many reminders waited."""
    holder = get_person(session, person_id)
    waits = [one for one in list_waiting(session, organization_id) if one.person_id == holder.id]
    return _release_people(session, waits, actor, at)


def release_all(session: Session, *, actor: Actor, at: datetime, organization_id: int | None = None) -> int:
    """Release every cause and everybody who waits by name, in one organization or in all; how many reminders waited."""
    waits = list_waiting(session, organization_id)
    by_name = [one for one in waits if one.is_by_name]
    together = [one for one in waits if not one.is_by_name]
    wide = set(list_unsettled(session)) if together else set()
    causes = wide | _list_own(session, together) | {one.cause_id for one in together if one.cause_id is not None}
    shared = wide if organization_id is not None else set()
    released = _release_from(session, shared, waits, actor, at) if shared else 0
    released += _release_causes(session, causes - shared, waits, actor, at)
    return released + _release_people(session, by_name, actor, at)


def _release_causes(session: Session, cause_ids: set[int], waits: Sequence[Waiting], actor: Actor, at: datetime) -> int:
    mine = [one for one in waits if one.cause_id in cause_ids and not one.is_by_name]
    lock_subjects(session, mine)
    for cause in lock_causes(session, cause_ids).values():
        theirs = [one for one in mine if one.cause_id == cause.id]
        if cause.state == "held" or theirs:
            cause.state, cause.released_at, cause.released_by = "released", at, actor.key
            _record(session, "reminders.cause_released", ("cause", cause.id), theirs, actor, at)
    session.flush()
    return let_go(session, mine, at)


def _release_from(session: Session, cause_ids: set[int], waits: Sequence[Waiting], actor: Actor, at: datetime) -> int:
    """Release those who wait for these causes from them, and leave the causes held for everybody else."""
    mine = [one for one in waits if one.cause_id in cause_ids and not one.is_by_name]
    return _let_people_go(session, mine, cause_ids, actor, at)


def _release_people(session: Session, waits: Sequence[Waiting], actor: Actor, at: datetime) -> int:
    return _let_people_go(session, waits, _list_own(session, waits) | set(list_unsettled(session)), actor, at)


def _list_own(session: Session, waits: Sequence[Waiting]) -> set[int]:
    """The causes that the cycles and other days name as theirs: what one cause lets go, another may hold."""
    cycles = {one.subject_id for one in waits if one.is_of_cycle}
    days = {one.subject_id for one in waits if not one.is_of_cycle}
    query = select(Cycle.cause_id).where(Cycle.id.in_(cycles))
    found = session.scalars(query.union(select(OtherDay.cause_id).where(OtherDay.id.in_(days))))
    return {number for number in found if number is not None}


def _let_people_go(session: Session, waits: Sequence[Waiting], cause_ids: set[int], actor: Actor, at: datetime) -> int:
    lock_subjects(session, waits)
    lock_causes(session, cause_ids)
    people = {one.person_id for one in waits}
    pairs = {(cause_id, person_id) for cause_id in cause_ids for person_id in people}
    pairs -= list_released(session, cause_ids)
    for cause_id, person_id in sorted(pairs):
        values = {"cause_id": cause_id, "person_id": person_id, "recorded_at": at, "recorded_by": actor.key}
        session.add(CauseRelease(**values))
    session.flush()
    for person_id in sorted(people):
        theirs = [one for one in waits if one.person_id == person_id]
        _record(session, "reminders.person_released", ("person", person_id), theirs, actor, at)
    return let_go(session, waits, at)


def _record(
    session: Session, action: str, subject: tuple[str, int], waits: Sequence[Waiting], actor: Actor, at: datetime
) -> None:
    reminders = sorted(one.reminder_id for one in waits if one.reminder_id is not None)
    people = {one.person_id for one in waits}
    details = {"reminders": reminders}
    record_event(session, at=at, actor=actor.key, action=action, subject=subject, people=people, details=details)


def _make_held(cause: Cause | None, waits: Sequence[Waiting]) -> HeldCause:
    key = cause.key if cause is not None else ""
    begun = [one.held_at for one in waits if one.held_at is not None]
    return HeldCause(
        key=key,
        kind=key.partition(":")[0] or "by_name",
        since=min(begun, default=max(one.recorded_at for one in waits)),
        people=_list_people([one for one in waits if not one.is_by_name]),
        by_name=_list_people([one for one in waits if one.is_by_name]),
    )


def _list_people(waits: Sequence[Waiting]) -> tuple[HeldPerson, ...]:
    mails: dict[tuple[int, str], list[HeldMail]] = {}
    for one in waits:
        mails.setdefault((one.person_id, one.name), []).extend([one.mail] if one.mail is not None else [])
    return tuple(HeldPerson(number, name, tuple(each)) for (number, name), each in mails.items())
