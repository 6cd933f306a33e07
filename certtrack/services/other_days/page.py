"""The days beside those of cycles on one person's page, each with its mails, as far as they are the reader's to see."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.clock import Clock, today_in
from certtrack.db.models import Organization, OtherDay, Reminder
from certtrack.db.queries.merges import same_person
from certtrack.rules.other_days import EVENTS, OtherKind
from certtrack.rules.pack import Text
from certtrack.security import Actor, Fields, Task, can_do, can_see
from certtrack.services.actors import list_relations
from certtrack.services.background_checks.records import can_keep, list_check_places
from certtrack.services.ledger import LedgerAttempt, LedgerState, load_attempts
from certtrack.services.other_days.checking import name_credential
from certtrack.services.other_days.known import Known, load_known
from certtrack.services.other_days.loading import find_sitting
from certtrack.services.other_days.rights import visible_days
from certtrack.services.people import get_person
from certtrack.services.person_page import PersonPage
from certtrack.services.rulebook import Rulebook, confirmed_rules


@dataclass(frozen=True, slots=True)
class DayMail:
    """One decision about one stage of such a day, in the terms of the ledger."""

    reminder_id: int
    day: date
    anchor_on: date
    stage: str
    state: LedgerState
    reason: str | None
    send_after: datetime
    sent_at: datetime | None
    attempts: tuple[LedgerAttempt, ...]


@dataclass(frozen=True, slots=True)
class ShownDay:
    """One open day. `credential` is what it is for, None where it is for none; `mails` the latest stage first.

    `begins_at`, `place` (None: online) and `to_bring` are an exam's; None where nobody said. `is_over`: the day has
    passed, and something is still to be done. `known` is what the rules say of a day that they find themselves, None of
    another; its credits are none for whoever may not see them. `sitting_id` is set for whoever arranges exams there,
    `check_id` for whoever keeps the check.
    """

    kind: OtherKind
    due_on: date
    credential: Text | None
    begins_at: time | None
    place: str | None
    to_bring: str | None
    is_over: bool
    sitting_id: int | None
    check_id: int | None
    known: Known | None
    mails: tuple[DayMail, ...]


@dataclass(frozen=True, slots=True)
class OtherDays:
    """What the page shows of them; `can_keep`: the reader may put a background check on record."""

    days: tuple[ShownDay, ...]
    can_keep: bool

    @property
    def is_empty(self) -> bool:
        """True where nothing is to be shown or done."""
        return not (self.days or self.can_keep)


def show_other_days(session: Session, rulebook: Rulebook, actor: Actor, page: PersonPage, clock: Clock) -> OtherDays:
    """What the person's page shows of them: they are of today alone, so that a look back shows none."""
    if page.last_day is not None or page.as_of is not None or page.known_at is not None:
        return OtherDays((), can_keep=False)
    number, today = page.person.id, today_in(clock, page.person.zone)
    keeps = can_keep(session, actor, number, today) and bool(list_check_places(session, actor, number, today))
    return OtherDays(list_shown_days(session, rulebook, actor, number, clock), keeps)


def list_shown_days(
    session: Session, rulebook: Rulebook, actor: Actor, person_id: int, clock: Clock
) -> tuple[ShownDay, ...]:
    """The open days of the person, the next first; an exam is over with its day, and shown no more."""
    person = get_person(session, person_id)
    now = today_in(clock, person.zone)
    relations = list_relations(session, actor, person.id, now)
    query = select(OtherDay).where(
        OtherDay.person_id.in_(same_person(person.id)), OtherDay.closed_on.is_(None), visible_days(actor, now)
    )
    days = [
        (day, today_in(clock, session.get_one(Organization, day.organization_id).zone))
        for day in session.scalars(query.order_by(OtherDay.due_on, OtherDay.id))
    ]
    days = [(day, today) for day, today in days if day.kind not in EVENTS or today <= day.due_on]
    sees_mail = actor.is_command or can_see(relations, Fields.MAIL)
    mails = list_day_mails(session, [day for day, _ in days]) if sees_mail else {}
    known = load_known(session, confirmed_rules(session, rulebook), [day for day, _ in days], clock.now())
    if not (actor.is_command or can_see(relations, Fields.CREDITS)):
        known = {number: replace(one, credits=()) for number, one in known.items()}
    return tuple(
        _show(session, rulebook, actor, day, today, known.get(day.id), mails.get(day.id, ())) for day, today in days
    )


def list_day_mails(session: Session, days: Sequence[OtherDay]) -> dict[int, tuple[DayMail, ...]]:
    """What was decided about the holder's mails of each of these days, by its number; the latest stage first."""
    kinds = {day.id: day.kind for day in days}
    query = select(Reminder).where(Reminder.subject_kind.in_(set(kinds.values())), Reminder.subject_id.in_(kinds))
    query = query.where(Reminder.audience == "holder")
    ordered = query.order_by(Reminder.stage_on.desc(), Reminder.id.desc()).execution_options(populate_existing=True)
    rows = [row for row in session.scalars(ordered) if kinds[row.subject_id] == row.subject_kind]
    attempts = load_attempts(session, rows, None)
    found: dict[int, list[DayMail]] = defaultdict(list)
    for row in rows:
        tries = tuple(attempts[row.id])
        found[row.subject_id].append(
            DayMail(
                reminder_id=row.id,
                day=row.stage_on,
                anchor_on=row.anchor_on,
                stage=row.stage,
                state=cast("LedgerState", row.state),
                reason=row.reason,
                send_after=row.send_after,
                sent_at=next((attempt.at for attempt in tries if attempt.outcome == "accepted"), None),
                attempts=tries,
            )
        )
    return {number: tuple(each) for number, each in found.items()}


def _show(
    session: Session,
    rulebook: Rulebook,
    actor: Actor,
    day: OtherDay,
    today: date,
    known: Known | None,
    mails: tuple[DayMail, ...],
) -> ShownDay:
    sitting = find_sitting(session, day)
    is_kept = day.kind == "background_check" and can_keep(session, actor, day.person_id, today)
    arranges = sitting is not None and can_do(actor, Task.ARRANGE_EXAMS, day.organization_id)
    return ShownDay(
        kind=cast("OtherKind", day.kind),
        due_on=day.due_on,
        credential=name_credential(rulebook, day.credential),
        begins_at=sitting.begins_at if sitting is not None else None,
        place=sitting.place if sitting is not None else None,
        to_bring=sitting.to_bring if sitting is not None else None,
        is_over=day.due_on < today,
        sitting_id=sitting.id if sitting is not None and arranges else None,
        check_id=day.source_id if is_kept else None,
        known=known,
        mails=mails,
    )
