"""Keeping the days beside those of cycles as their records say them, in the transaction of each change."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from certtrack.db.models import Organization, OtherDay, Reminder
from certtrack.mail.content import CALLED_OFF
from certtrack.rules.other_days import OtherKind
from certtrack.services.reminders.arming import UNSENT

CLOSED = "day_closed"
"""Why a reminder that wasn't sent is none any more: nothing is due on the day it was about."""

ClosedFor = Literal["withdrawn", "called_off", "renewed", "granted", "ended"]


@dataclass(frozen=True, slots=True)
class Source:
    """The record that says a day, and which of its days it is: `key` is empty where it has but one."""

    kind: OtherKind
    id: int
    key: str = ""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose day it is, in which organization, and what for; None: for no certification, or for none on record yet."""

    person_id: int
    organization_id: int
    certification_id: int | None = None
    credential: str | None = None


def keep_day(
    session: Session,
    source: Source,
    owner: Owner,
    due_on: date,
    *,
    at: datetime,
    by_many: bool = False,
    cause_id: int | None = None,
    tells_reached: bool = False,
) -> OtherDay:
    """Let the day be what its record says now; the planner looks at it in its next run.

    Stages that lie before today are not told of a day that is new; of one that has moved a mail says so. Where
    no person's own act moved it (`by_many`) that mail waits until somebody releases its cause, and without one there is
    none. A day that was closed is open again. With `tells_reached` the stage that has
    been reached is told, too, of a day that a person's own act brings nearer, and of one that is due again as it was.
    """
    today = find_today(session, owner.organization_id, at)
    day = _find(session, source)
    if day is None:
        day = OtherDay(kind=source.kind, source_id=source.id, source_key=source.key, due_on=due_on, armed_on=today)
        session.add(day)
    elif day.due_on == due_on and day.closed_on is None:
        return day
    is_nearer = day.closed_on is None and due_on < day.due_on and not by_many
    if not (tells_reached and (is_nearer or due_on == day.due_on)):
        day.armed_on = today
    day.person_id, day.organization_id = owner.person_id, owner.organization_id
    day.certification_id, day.credential = owner.certification_id, owner.credential
    day.due_on, day.moved_by_many, day.next_look_at = due_on, by_many, at
    day.cause_id = cause_id if by_many else None
    day.closed_on = day.closed_for = None
    session.flush()
    return day


def close_day(session: Session, source: Source, reason: ClosedFor, *, at: datetime) -> None:
    """Nothing is due on the day any more; what was decided and not sent is none any more. Closed or unknown: nothing.

    What is under way is looked at when it is sent. Whoever was told of a day that is called off now is told that, too.
    """
    day = _find(session, source)
    if day is None or day.closed_on is not None:
        return
    day.closed_on, day.closed_for = find_today(session, day.organization_id, at), reason
    day.next_look_at = at if reason == CALLED_OFF else None
    session.flush()
    session.execute(
        update(Reminder)
        .where(Reminder.subject_kind == day.kind, Reminder.subject_id == day.id, Reminder.state.in_(UNSENT))
        .values(state="superseded", reason=word_of(day), settled_at=at)
        .execution_options(synchronize_session="fetch")
    )


def word_of(day: OtherDay) -> str:
    """The code of why nothing is told of a closed day."""
    return CALLED_OFF if day.closed_for == CALLED_OFF else CLOSED


def find_today(session: Session, organization_id: int, at: datetime) -> date:
    """The day that it is where the organization is: by its clock these days begin and end."""
    return at.astimezone(ZoneInfo(session.get_one(Organization, organization_id).zone)).date()


def _find(session: Session, source: Source) -> OtherDay | None:
    session.flush()
    query = select(OtherDay).where(
        OtherDay.kind == source.kind, OtherDay.source_id == source.id, OtherDay.source_key == source.key
    )
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))
