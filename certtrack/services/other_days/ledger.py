"""What was decided about the mails of one person's days beside those of cycles, and their stages still to come."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import OtherDay, Reminder
from certtrack.db.queries.merges import same_person
from certtrack.security import Actor
from certtrack.services.ledger_entries import LedgerEntry, by_day, load_decided, make_coming
from certtrack.services.other_days.loading import Looked, load_looked
from certtrack.services.other_days.rights import visible_days
from certtrack.services.other_days.rulings import list_coming
from certtrack.services.rulebook import Rulebook, confirmed_rules

_NOTHING_COMES = frozenset({"died", "revoked", "retired", "not_going_on"})


def list_day_ledger(
    session: Session, rulebook: Rulebook, actor: Actor, person_id: int, today: date, at: datetime
) -> list[LedgerEntry]:
    """Every decision about those of the person's days that the actor may see on `today`, and the stages after `at`.

    In the order of days; of days that are closed what was decided, and nothing to come.
    """
    query = select(OtherDay).where(OtherDay.person_id.in_(same_person(person_id)), visible_days(actor, today))
    days = session.scalars(query.order_by(OtherDay.id)).all()
    decided = load_day_decisions(session, days)
    own = [entry for entry in decided if entry.audience == "holder"]
    known = {(*entry.subject, entry.anchor_on, entry.stage, entry.occurrence) for entry in own}
    told = {(*entry.subject, entry.anchor_on, entry.stage) for entry in decided if entry.state == "told"}
    open_ = [day for day in days if day.closed_on is None]
    coming = [
        entry
        for looked in load_looked(session, confirmed_rules(session, rulebook), open_, at)
        for entry in _list_coming(looked)
        if (*entry.subject, entry.anchor_on, entry.stage, entry.occurrence) not in known
        and (*entry.subject, entry.anchor_on, entry.stage) not in told
    ]
    return sorted([*decided, *coming], key=by_day)


def load_day_decisions(
    session: Session, days: Sequence[OtherDay], which: ColumnElement[bool] | None = None
) -> list[LedgerEntry]:
    """What was decided about these days, or of that what `which` is true of; a fixed number of queries."""
    by_subject = {(day.kind, day.id): day for day in days}

    def about(reminder: Reminder) -> tuple[int | None, str | None]:
        day = by_subject[reminder.subject_kind, reminder.subject_id]
        return day.certification_id, day.credential

    mine = _are_of(days)
    return load_decided(session, mine if which is None else and_(mine, which), about)


def _are_of(days: Sequence[OtherDay]) -> ColumnElement[bool]:
    kinds = sorted({day.kind for day in days})
    each = {kind: [day.id for day in days if day.kind == kind] for kind in kinds}
    return or_(
        false(),
        *(and_(Reminder.subject_kind == kind, Reminder.subject_id.in_(ids)) for kind, ids in each.items()),
    )


def _list_coming(looked: Looked) -> Iterator[LedgerEntry]:
    day = looked.day
    for stage, obstacle in list_coming(looked):
        if obstacle in _NOTHING_COMES:
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
