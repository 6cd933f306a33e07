"""What was decided about the mails of one person's days beside those of cycles, and their stages still to come."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import Session

from certtrack.db.models import OtherDay, Reminder
from certtrack.services.ledger.entries import About, LedgerEntry, by_day, load_decided, make_coming
from certtrack.services.other_days.loading import are_of
from certtrack.services.other_days.looked import Looked
from certtrack.services.other_days.rulings import list_coming
from certtrack.services.reminders.obstacles import NOTHING_COMES


def add_coming_days(looks: Sequence[Looked], decided: Collection[LedgerEntry]) -> list[LedgerEntry]:
    """What was decided about days, in their order, and the stages of those that are looked at, the open ones."""
    own = [entry for entry in decided if entry.audience == "holder"]
    known = {(*entry.subject, entry.anchor_on, entry.stage, entry.occurrence) for entry in own}
    told = {(*entry.subject, entry.anchor_on, entry.stage) for entry in decided if entry.state == "told"}
    coming = [
        entry
        for looked in looks
        for entry in _list_coming(looked)
        if (*entry.subject, entry.anchor_on, entry.stage, entry.occurrence) not in known
        and (*entry.subject, entry.anchor_on, entry.stage) not in told
    ]
    return sorted([*decided, *coming], key=by_day)


def load_day_decisions(
    session: Session, days: Sequence[OtherDay], which: ColumnElement[bool] | None = None
) -> list[LedgerEntry]:
    """What was decided about these days, or of that what `which` is true of; one query."""
    mine = are_of(days)
    return load_decided(session, mine if which is None else and_(mine, which), about_days(days))


def about_days(days: Sequence[OtherDay]) -> About:
    """Of which certification and credential a reminder of one of these days is."""
    by_subject = {(day.kind, day.id): day for day in days}

    def about(reminder: Reminder) -> tuple[int | None, str | None]:
        day = by_subject[reminder.subject_kind, reminder.subject_id]
        return day.certification_id, day.credential

    return about


def _list_coming(looked: Looked) -> Iterator[LedgerEntry]:
    day = looked.day
    for stage, obstacle in list_coming(looked):
        if obstacle in NOTHING_COMES:
            continue
        yield make_coming(
            stage,
            obstacle,
            subject=(day.kind, day.id),
            certification_id=day.certification_id,
            credential=day.credential,
            zone=looked.office_zone,
            recipient_id=looked.holder.id,
        )
