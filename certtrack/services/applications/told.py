"""What answers to a reminder rest on: which one was told last, and which day a plan may name."""

from collections.abc import Iterable
from datetime import date
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, Intention, Reminder
from certtrack.errors import StaleRecord
from certtrack.mail.content import DAY_MOVED
from certtrack.rules import applications
from certtrack.rules.cycles import days_of
from certtrack.rules.facts import CycleFact, DueSource
from certtrack.services.applications.intentions import Seen
from certtrack.services.applications.rights import get_cycle_to_end
from certtrack.services.rulebook import Rulebook

_TOLD = ("in_mail", "sent", "told")
_UNASKED = (DAY_MOVED, "all_set")
"""Stages that ask for nothing, and of which there is nothing to say."""


def find_told(session: Session, cycle: Cycle) -> Reminder | None:
    """The last reminder of the cycle that its holder was told, or is being told; None where there is none."""
    query = select(Reminder).where(
        *(Reminder.subject_kind == "cycle", Reminder.subject_id == cycle.id, Reminder.audience == "holder"),
        *(Reminder.state.in_(_TOLD), Reminder.stage.not_in(_UNASKED)),
    )
    return session.scalar(query.order_by(Reminder.stage_on.desc(), Reminder.id.desc()).limit(1))


def pick_unseen(reminders: Iterable[Reminder], seen: Intention | None) -> int | None:
    """The number of the last reminder that was told, unless it is said that it was seen; None where there is none.

    `reminders` are the holder's of one cycle, the oldest stage first.
    """
    told = [row for row in reminders if row.state in _TOLD and row.stage not in _UNASKED]
    if not told or (seen is not None and seen.state == "said" and is_of(told[-1], seen)):
        return None
    return told[-1].id


def is_of(reminder: Reminder, seen: Intention) -> bool:
    """True where what was seen is this reminder, or an earlier or later time of the same stage."""
    return (seen.stage, seen.anchor_on) == (reminder.stage, reminder.anchor_on)


def find_seen(session: Session, certification: Certification, reminder_id: int) -> Seen:
    """What is seen with the reminder that was told last.

    Raises Refused where no cycle is open, StaleRecord where `reminder_id` is another one.
    """
    told = find_told(session, get_cycle_to_end(session, certification))
    if told is None or told.id != reminder_id:
        raise StaleRecord("Another mail has gone out meanwhile, so nothing was written. Look at it again.")
    return Seen(told.stage, told.anchor_on)


def find_last_plan_day(session: Session, rulebook: Rulebook, certification: Certification, today: date) -> date:
    """The last day that a plan for the open cycle may name. Raises Refused where none is open."""
    cycle = get_cycle_to_end(session, certification)
    pack = rulebook.packs.get(certification.pack_key, on=cycle.due_on)
    source = cast("DueSource", cycle.due_source)
    days = days_of(pack, CycleFact(cycle.id, cycle.start_on, cycle.due_on, source, cycle.computed_due_on))
    return applications.find_last_plan_day(days, today)
