"""The days beside those of cycles on one person's page, each with its mails, as far as they are the reader's to see."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.clock import Clock, today_in
from certtrack.db.models import ExamRegistration, ExamSitting, Organization, OtherDay, Reminder, ReminderEmail
from certtrack.db.queries.merges import same_person
from certtrack.db.together import AnySelect, ask_together
from certtrack.rules.other_days import EVENTS, OTHER_KINDS, OtherKind
from certtrack.rules.pack import Text
from certtrack.security import Actor, Fields, Task, can_do, can_see
from certtrack.services.actors import list_relations
from certtrack.services.background_checks.records import can_keep, select_check_places
from certtrack.services.ledger.entries import LedgerAttempt, LedgerState, make_attempts, select_attempts
from certtrack.services.other_days.checking import name_credential
from certtrack.services.other_days.known import Known, load_known
from certtrack.services.other_days.rights import visible_days
from certtrack.services.people import get_person
from certtrack.services.record_head import RecordHead
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


def show_other_days(session: Session, rulebook: Rulebook, actor: Actor, page: RecordHead, clock: Clock) -> OtherDays:
    """What the person's page shows of them: they are of today alone, so that a look back shows none."""
    if not page.is_now:
        return OtherDays((), can_keep=False)
    rows = ask_together(session, *select_days(actor, page.person.id, page.today))
    return make_days(session, rulebook, actor, page, rows, clock)


def make_days(
    session: Session, rulebook: Rulebook, actor: Actor, page: RecordHead, rows: Sequence[Sequence[Any]], clock: Clock
) -> OtherDays:
    """What `show_other_days` gives of a record of today, of the rows of `select_days`; at most three queries."""
    *of_days, places = rows
    keeps = can_keep(session, actor, page.person.id, page.today) and bool(places)
    days = _make_shown(session, rulebook, actor, page.person.id, page.today, of_days, clock)
    return OtherDays(days, keeps)


def select_days(actor: Actor, person_id: int, today: date) -> tuple[AnySelect, ...]:
    """What a person's open days are made of: the days, sittings, mails, attempts; and where a check may be kept."""
    mine = OtherDay.person_id.in_(same_person(person_id)), OtherDay.closed_on.is_(None), visible_days(actor, today)
    days = select(OtherDay.id).where(*mine)
    seats = select(OtherDay.source_id).where(*mine, OtherDay.kind == "exam_sitting")
    mails = (
        Reminder.subject_kind.in_(OTHER_KINDS),
        Reminder.subject_id.in_(days),
        Reminder.audience == "holder",
    )
    select(OtherDay, Organization.zone).join(Organization, Organization.id == OtherDay.organization_id)
    sittings = select(ExamRegistration.id, ExamSitting).join(ExamSitting, ExamSitting.id == ExamRegistration.sitting_id)
    return (
        select(OtherDay, Organization.zone)
        .join(Organization, Organization.id == OtherDay.organization_id)
        .where(*mine),
        sittings.where(ExamRegistration.id.in_(seats)),
        select(Reminder).where(*mails),
        select_attempts(ReminderEmail.reminder_id.in_(select(Reminder.id).where(*mails))),
        select_check_places(actor, person_id, today),
    )


def list_shown_days(
    session: Session, rulebook: Rulebook, actor: Actor, person_id: int, clock: Clock
) -> tuple[ShownDay, ...]:
    """The open days of the person, the next first; an exam is over with its day, and shown no more."""
    person = get_person(session, person_id)
    now = today_in(clock, person.zone)
    *rows, _ = ask_together(session, *select_days(actor, person.id, now))
    return _make_shown(session, rulebook, actor, person.id, now, rows, clock)


def _make_shown(
    session: Session,
    rulebook: Rulebook,
    actor: Actor,
    person_id: int,
    now: date,
    rows: Sequence[Sequence[Any]],
    clock: Clock,
) -> tuple[ShownDay, ...]:
    found, sittings, reminders, attempts = rows
    relations = list_relations(session, actor, person_id, now)
    days = [(day, today_in(clock, zone)) for day, zone in sorted(found, key=lambda row: (row[0].due_on, row[0].id))]
    days = [(day, today) for day, today in days if day.kind not in EVENTS or today <= day.due_on]
    sees_mail = actor.is_command or can_see(relations, Fields.MAIL)
    mails = _make_mails([day for day, _ in days], reminders, make_attempts(attempts)) if sees_mail else {}
    known = load_known(session, confirmed_rules(session, rulebook), [day for day, _ in days], clock.now())
    if not (actor.is_command or can_see(relations, Fields.CREDITS)):
        known = {number: replace(one, credits=()) for number, one in known.items()}
    keeps = can_keep(session, actor, person_id, now)
    by_seat = dict(sittings)
    return tuple(
        _show(rulebook, actor, day, today, by_seat, known.get(day.id), mails.get(day.id, ()), keeps=keeps)
        for day, today in days
    )


def _make_mails(
    days: Sequence[OtherDay], reminders: Iterable[Reminder], attempts: Mapping[int, Sequence[LedgerAttempt]]
) -> dict[int, tuple[DayMail, ...]]:
    """What was decided about the holder's mails of each of these days, by its number; the latest stage first."""
    kinds = {day.id: day.kind for day in days}
    found: dict[int, list[DayMail]] = defaultdict(list)
    for row in sorted(reminders, key=lambda one: (one.stage_on, one.id), reverse=True):
        if kinds.get(row.subject_id) != row.subject_kind:
            continue
        tries = tuple(attempts.get(row.id, ()))
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
    rulebook: Rulebook,
    actor: Actor,
    day: OtherDay,
    today: date,
    sittings: Mapping[int, ExamSitting],
    known: Known | None,
    mails: tuple[DayMail, ...],
    *,
    keeps: bool,
) -> ShownDay:
    sitting = sittings.get(day.source_id) if day.kind == "exam_sitting" else None
    is_kept = day.kind == "background_check" and keeps
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
