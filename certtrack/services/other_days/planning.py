"""Planning of what falls due beside cycles, as planning of cycles does it: each decision is a row, made once."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from certtrack.clock import start_of
from certtrack.db.models import OtherDay
from certtrack.logs import get_log
from certtrack.services.other_days.loading import load_looked, lock_due
from certtrack.services.other_days.looked import Looked
from certtrack.services.other_days.rulings import Rulings, list_dropped, rule_day
from certtrack.services.reminders.guard import hold_where_many, lock_causes
from certtrack.services.reminders.planning import PlanCounts, watch_own, watch_wide
from certtrack.services.reminders.rows import Ruling
from certtrack.services.reminders.subjects import is_due
from certtrack.services.reminders.undecided import of_day, tell_undecided
from certtrack.services.reminders.wide_causes import list_unsettled, load_wide
from certtrack.services.reminders.writes import values_of, write_decisions
from certtrack.services.rulebook import Rulebook, confirmed_rules, pin

_AT_ONCE = 60
_LATER = timedelta(days=1)


def plan_other_batch(session: Session, rulebook: Rulebook, *, at: datetime, limit: int = _AT_ONCE) -> PlanCounts:
    """Decide on up to `limit` days whose next stage has come; `looked_at` is 0 when nothing is due any more.

    The most urgent stage reached is planned, held or suppressed, every earlier one that wasn't sent is superseded. A
    day on which no policy says anything, or on whose record nothing can be decided, is looked at again a day later.
    """
    days = lock_due(session, at, limit)
    if not days:
        return PlanCounts()
    rules, counts = confirmed_rules(session, rulebook), Counter[str]()
    causes = lock_causes(session, list_causes(session, days))
    wide = load_wide(session, causes.values())
    found = load_looked(session, rules, days, at, causes, wide)
    decided = set[int]()
    for day in days:
        day.next_look_at = at + _LATER
    for looked in found:
        became = _plan(session, looked, at)
        counts.update(became)
        decided |= set() if became["unreadable"] else {looked.day.id}
    tell_undecided(session, (of_day(day) for day in days), decided, at)
    session.flush()
    own = watch_own(session, ((looked.cause, looked.policy) for looked in found))
    stopped = hold_where_many(session, [*own, *watch_wide(wide, rulebook, at)], is_due(rulebook, at), at)
    return PlanCounts(
        looked_at=len(days),
        unreadable=len(days) - len(decided),
        planned=counts["planned"] - min(stopped, counts["planned"]),
        held=counts["held"] + stopped,
        suppressed=counts["suppressed"],
        superseded=counts["superseded"],
        expired=counts["expired"],
    )


def list_causes(session: Session, days: Iterable[OtherDay]) -> set[int]:
    """The numbers of all causes that may have a say about these days."""
    return {day.cause_id for day in days if day.cause_id is not None} | set(list_unsettled(session))


def _plan(session: Session, looked: Looked, at: datetime) -> Counter[str]:
    day, policy = looked.day, looked.policy
    if policy is None:
        return write_decisions(session, [], [], list_dropped(looked), at)
    try:
        rulings = rule_day(looked, policy, at)
    except Exception as error:  # noqa: BLE001  # whatever is wrong with one record, the others are told
        get_log().error("not_planned", other_day=day.id, kind=type(error).__name__)
        return Counter(unreadable=1)
    pin(session, policy, at)
    day.next_look_at = None if rulings.next_on is None else start_of(rulings.next_on, looked.office_zone)
    return _write(session, looked, rulings, policy.ref, at)


def _write(session: Session, looked: Looked, rulings: Rulings, policy_ref: str, at: datetime) -> Counter[str]:
    added, changed = [], []
    for ruling in rulings.made:
        values = values_of(ruling, policy_ref, ruling.cause_id, at)
        if ruling.row is None:
            added.append(key_of(looked.day, ruling) | values)
        else:
            changed.append({"of": ruling.row.id, "was": ruling.row.state} | values)
    return write_decisions(session, added, changed, rulings.recalled, at)


def key_of(day: OtherDay, ruling: Ruling) -> dict[str, Any]:
    """What tells the reminder that a ruling makes from all others, and as whom its recipient gets it."""
    return {
        "subject_kind": day.kind,
        "subject_id": day.id,
        "anchor_on": ruling.stage.anchor_on,
        "stage": ruling.stage.stage,
        "occurrence": ruling.stage.occurrence,
        "recipient_id": ruling.recipient_id,
        "audience": ruling.audience,
    }
