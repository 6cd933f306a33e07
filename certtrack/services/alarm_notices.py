"""What is told of alarms on other ways than the pages: once when raised, again while open, and once when over.

A process takes a notice in hand before it tells it, so that a second one doesn't tell it too, and settles it
afterwards. All times are on the database's clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from certtrack.db.inserting import insert_unless_there
from certtrack.db.models import Alarm, AlarmNotice
from certtrack.db.together import ask_together
from certtrack.db.types import db_now
from certtrack.services.alarms import order_alarms, select_alarms, select_past_alarms

Event = Literal["raised", "open", "over"]

_IN_HAND_S = 120  # longer than any telling takes


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that is to be told on one way, and that this process has in hand."""

    alarm: Alarm
    way: str
    event: Event


def take_notices(session: Session, ways: Sequence[str], every_s: float) -> list[Notice]:
    """Take in hand all that is to be told now on these ways, the oldest alarm first.

    An alarm that is open is told at once, and again every `every_s` seconds; one that is over is told so where it was
    told before.
    """
    found = []
    for alarm in _list_untold(session):
        for way in ways:
            if alarm.cleared_at is None:
                insert_unless_there(session, AlarmNotice, alarm_id=alarm.id, way=way, times=0)
            if (event := _take(session, alarm, way, every_s)) is not None:
                found.append(Notice(alarm, way, event))
    return found


def settle_notice(session: Session, notice: Notice, trouble: str | None) -> None:
    """It was told, or with a `trouble` (a code) it wasn't, and the next look tries again."""
    values: dict[str, object] = {"telling_until": None, "trouble": trouble}
    if trouble is None:
        told = {"over_told_at": db_now()} if notice.event == "over" else {"told_at": db_now()}
        values |= {**told, "times": AlarmNotice.times + 1}
    session.execute(
        update(AlarmNotice)
        .where(AlarmNotice.alarm_id == notice.alarm.id, AlarmNotice.way == notice.way)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


@dataclass(frozen=True, slots=True)
class KnownAlarms:
    """Those that are open, oldest first, those that are over, the latest first, and by number what was told of each."""

    open: list[Alarm]
    past: list[Alarm]
    notices: dict[int, list[AlarmNotice]]


def load_alarms(session: Session, limit: int) -> KnownAlarms:
    """Every alarm that is open, up to `limit` that are over, and what was told of them; one query."""
    queries = select_alarms(), select_past_alarms(limit)
    theirs = (AlarmNotice.alarm_id.in_(select(each.subquery().c.id)) for each in queries)
    raised, past, told = ask_together(session, *queries, select(AlarmNotice).where(or_(*theirs)))
    notices: dict[int, list[AlarmNotice]] = {}
    for notice in sorted(told, key=lambda one: one.way):
        notices.setdefault(notice.alarm_id, []).append(notice)
    return KnownAlarms(order_alarms(raised), order_alarms(past)[::-1], notices)


def _list_untold(session: Session) -> list[Alarm]:
    is_open = Alarm.cleared_at.is_(None)
    was_told = select(AlarmNotice.alarm_id).where(_is_over_untold())
    query = select(Alarm).where(or_(is_open, Alarm.id.in_(was_told))).order_by(Alarm.id)
    return list(session.scalars(query))


def _is_over_untold() -> ColumnElement[bool]:
    return and_(AlarmNotice.told_at.is_not(None), AlarmNotice.over_told_at.is_(None))


def _take(session: Session, alarm: Alarm, way: str, every_s: float) -> Event | None:
    """The event that is taken in hand; None where there is nothing to tell, or another process has it."""
    if alarm.cleared_at is not None:
        return "over" if _claim(session, alarm, way, _is_over_untold()) else None
    if _claim(session, alarm, way, AlarmNotice.told_at.is_(None)):
        return "raised"
    return "open" if _claim(session, alarm, way, AlarmNotice.told_at <= db_now(-every_s)) else None


def _claim(session: Session, alarm: Alarm, way: str, is_to_tell: ColumnElement[bool]) -> bool:
    is_free = or_(AlarmNotice.telling_until.is_(None), AlarmNotice.telling_until <= db_now())
    claimed = session.execute(
        update(AlarmNotice)
        .where(AlarmNotice.alarm_id == alarm.id, AlarmNotice.way == way, is_to_tell, is_free)
        .values(telling_until=db_now(_IN_HAND_S))
        .returning(AlarmNotice.alarm_id)
        .execution_options(synchronize_session=False)
    )
    return claimed.first() is not None
