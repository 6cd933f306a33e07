"""Provisional terms have a cycle and a day of their own: what one of the two has told, the other doesn't tell again."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from certtrack.db.models import Cycle, OtherDay, Reminder
from certtrack.services.reminders.moves import SPOKEN

ToldTerms = dict[int, dict[date, date]]
"""By certification and last day of the term: the day of the latest stage that its holder was told of."""


def load_told_by_days(session: Session, certification_ids: Collection[int]) -> ToldTerms:
    """What the days of these certifications' provisional terms have told."""
    rows = session.execute(select_told_by_days(certification_ids)) if certification_ids else ()
    return make_told((row[0], row[1], row[2]) for row in rows)


def select_told_by_days(certification_ids: Collection[int]) -> Select[int, date, date]:
    """What they have told, for `make_told`."""
    return (
        select(OtherDay.source_id, Reminder.anchor_on, Reminder.stage_on)
        .join(Reminder, Reminder.subject_id == OtherDay.id)
        .where(OtherDay.kind == "provisional_term", Reminder.subject_kind == OtherDay.kind)
        .where(OtherDay.source_id.in_(certification_ids))
        .where(Reminder.audience == "holder", Reminder.state.in_(SPOKEN))
    )


def select_told_by_cycles(certification_ids: Collection[int]) -> Select[int, date, date]:
    """What the cycles of these certifications have told of their days: for `make_told`."""
    return (
        select(Cycle.certification_id, Reminder.anchor_on, Reminder.stage_on)
        .join(Reminder, Reminder.subject_id == Cycle.id)
        .where(Reminder.subject_kind == "cycle", Cycle.certification_id.in_(certification_ids))
        .where(Reminder.audience == "holder", Reminder.state.in_(SPOKEN))
    )


def select_with_cycle(certification_ids: Collection[int]) -> Select[int]:
    """Those of these certifications that have an open cycle."""
    query = select(Cycle.certification_id).where(Cycle.certification_id.in_(certification_ids))
    return query.where(Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False))


def make_told(rows: Iterable[tuple[int, date, date]]) -> ToldTerms:
    """What was told, of rows of a certification, a last day and the day of a stage."""
    found: ToldTerms = defaultdict(dict)
    for number, anchor_on, stage_on in rows:
        found[number][anchor_on] = max(stage_on, found[number].get(anchor_on, stage_on))
    return found
