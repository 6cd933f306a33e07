"""The days that are due for a look, each with all that a decision about its reminders rests on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Cause, ExamRegistration, ExamSitting, OtherDay, Reminder
from certtrack.services.other_days.day_book import Held, load_day_book
from certtrack.services.other_days.day_rows import Holding
from certtrack.services.other_days.looked import Looked
from certtrack.services.reminders.wide_causes import WideCause
from certtrack.services.rulebook import Rulebook


def lock_due(session: Session, at: datetime, limit: int) -> list[OtherDay]:
    """The days whose moment for a look has come, the longest due first; passed over where locked elsewhere."""
    query = (
        select(OtherDay)
        .where(OtherDay.next_look_at <= at)
        .order_by(OtherDay.next_look_at, OtherDay.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def load_looked(
    session: Session,
    rulebook: Rulebook,
    days: Sequence[OtherDay],
    at: datetime,
    causes: Mapping[int, Cause] | None = None,
    wide: Sequence[WideCause] = (),
    facts: Held | None = None,
) -> list[Looked]:
    """What is known of each of these days, in their order; a fixed number of queries, whatever the number of days.

    `causes` and `wide` are those that may hold what is told of them: their own, and those that concern everybody.
    `facts` are rules and facts by certification, where they are known already. Those whose records can't be read are
    left out.
    """
    if not days:
        return []
    own, rows = causes or {}, _load_rows(session, days)
    every_row = [row for each in rows.values() for row in each]
    holding = [cause.id for cause in own.values() if cause.state == "held"]
    released = {*own, *(one.cause.id for one in wide)}
    book = load_day_book(session, rulebook, days, every_row, (at, at), Holding(released, holding), facts)
    looks = (book.try_to_look(day, rows[day.kind, day.id], at, own, wide) for day in days)
    return [looked for looked in looks if looked is not None]


def find_sitting(session: Session, day: OtherDay) -> ExamSitting | None:
    """The sitting that an exam's day is of; None for a day of another kind."""
    if day.kind != "exam_sitting":
        return None
    registration = session.get_one(ExamRegistration, day.source_id)
    return session.get_one(ExamSitting, registration.sitting_id)


def are_of(days: Iterable[OtherDay]) -> ColumnElement[bool]:
    """A condition on `reminder`: those of these days."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for day in days:
        by_kind[day.kind].append(day.id)
    return or_(
        false(), *(and_(Reminder.subject_kind == kind, Reminder.subject_id.in_(ids)) for kind, ids in by_kind.items())
    )


def _load_rows(session: Session, days: Iterable[OtherDay]) -> dict[tuple[str, int], list[Reminder]]:
    """As the session has them: what is decided on one of them while they are gone through shows in the others."""
    query = select(Reminder).where(are_of(days)).order_by(Reminder.id).execution_options(populate_existing=True)
    found: dict[tuple[str, int], list[Reminder]] = defaultdict(list)
    for row in session.scalars(query):
        found[row.subject_kind, row.subject_id].append(row)
    return found
