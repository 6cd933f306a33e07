"""The one mail that says that somebody is all set: after reminders, once a new day is on record."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from certtrack.rules.calendar import add_days
from certtrack.rules.cycles import CycleDays
from certtrack.rules.reminders import ALL_SET, StageDay
from certtrack.services.reminders.arming import UNSENT
from certtrack.services.reminders.judging import Judge
from certtrack.services.reminders.moves import SPOKEN
from certtrack.services.reminders.obstacles import POLICY_CHANGED
from certtrack.services.reminders.rows import Ruling, is_open, recipient_of
from certtrack.services.reminders.subject_rows import AnyRow
from certtrack.services.reminders.subjects import Subject

_NEWS_FOR_DAYS = 14  # after which nobody waits to hear it any more


def rule_all_set(judge: Judge, days: CycleDays, at: datetime) -> Iterator[Ruling]:
    """What becomes of that mail.

    None is made for whoever wasn't reminded of an earlier cycle, after an operation on many, or where the new day has
    moved since: then the mail about the move names it.
    """
    subject = judge.subject
    rows = _list_rows(subject)
    if not _is_wanted(subject, days) or any(row.state in SPOKEN for row in rows):
        return
    stage, holder = _make_stage(subject, days), recipient_of(subject, subject.holder, "holder")
    row = next((row for row in rows if _is_current(subject, days, row)), None)
    if row is not None and not is_open(row):
        return
    if stage.valid_until < subject.today:
        if row is not None:
            yield holder.set_aside(stage, row, None, None)
        return
    yield from holder.decide(stage, row, judge.judge(stage, row), at)


def recall_all_set(subject: Subject, days: CycleDays) -> Iterator[tuple[AnyRow, str]]:
    """Such mails that are unsent, and are none any more."""
    is_wanted = _is_wanted(subject, days)
    for row in _list_rows(subject):
        if row.state in UNSENT and not (is_wanted and _is_current(subject, days, row)):
            if row.recipient_id != subject.holder.id:
                yield row, "merged"
            else:
                yield row, "day_moved" if subject.policy.all_set else POLICY_CHANGED


def _is_wanted(subject: Subject, days: CycleDays) -> bool:
    is_news = subject.policy.all_set and subject.cycle.cause_id is None and subject.move is None
    return is_news and subject.was_reminded and days.due_on >= subject.today


def _make_stage(subject: Subject, days: CycleDays) -> StageDay:
    on = subject.cycle.recorded_at.astimezone(ZoneInfo(subject.pack.zone)).date()
    return StageDay(ALL_SET, days.due_on, on, on, min(add_days(on, _NEWS_FOR_DAYS), days.due_on))


def _list_rows(subject: Subject) -> list[AnyRow]:
    return [row for row in subject.rows if row.stage == ALL_SET and row.audience == "holder"]


def _is_current(subject: Subject, days: CycleDays, row: AnyRow) -> bool:
    return bool(row.recipient_id == subject.holder.id and row.anchor_on == days.due_on)
