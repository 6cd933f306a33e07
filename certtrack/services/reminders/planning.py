"""Planning: which stages were reached, and who is to be told. Each decision is a row, the one not to send included.

The key of the table makes each decision once, however many planners run; a second planner finds nothing to do.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text, true, update
from sqlalchemy.orm import Session

from certtrack.db.models import Cause, Reminder
from certtrack.rules.reminders import Policy
from certtrack.services.other_days.policies import go_by
from certtrack.services.reminders.arming import rearm_person
from certtrack.services.reminders.guard import Watched, hold_where_many, list_growing, watch_import
from certtrack.services.reminders.rulings import Ruling, Rulings, rule
from certtrack.services.reminders.subject_rows import AnyRow
from certtrack.services.reminders.subjects import Subject, is_due, load_due, put_off
from certtrack.services.reminders.undecided import of_cycle, tell_undecided
from certtrack.services.reminders.wide_causes import WideCause
from certtrack.services.reminders.writes import values_of, write_decisions
from certtrack.services.rulebook import Rulebook, pin

__all__ = [
    "PlanCounts",
    "change_of",
    "expire_batch",
    "insert_of",
    "plan_batch",
    "rearm_person",
    "watch_own",
    "watch_wide",
]

_AT_ONCE = 30  # cycles: SQLite's write lock is to be free again within 100 ms
_WAITING = text("state IN ('planned', 'held')")  # as the index has it


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """What one transaction did: cycles looked at, and reminders by what became of them.

    `unreadable`: cycles on whose records nothing could be decided; they are looked at again on the next day.
    """

    looked_at: int = 0
    unreadable: int = 0
    planned: int = 0
    held: int = 0
    suppressed: int = 0
    superseded: int = 0
    expired: int = 0


def plan_batch(session: Session, rulebook: Rulebook, *, at: datetime, limit: int = _AT_ONCE) -> PlanCounts:
    """Decide on up to `limit` cycles whose next stage has come; `looked_at` is 0 when nothing is due any more.

    The most urgent stage reached is planned, held or suppressed; every earlier one that wasn't sent is superseded. An
    outage of any length is made good at once.
    """
    due = load_due(session, rulebook, at, limit)
    ruled = _rule_all(due.subjects, at)
    subjects = [subject for subject, _ in ruled]
    _pin_policies(session, subjects, at)
    counts = _write(session, ruled, at)
    for subject, rulings in ruled:
        subject.cycle.next_stage_on = rulings.next_stage_on
    tell_undecided(session, (of_cycle(*one) for one in due.found), {subject.cycle.id for subject in subjects}, at)
    session.flush()
    own = watch_own(session, ((subject.cause, subject.policy) for subject in subjects))
    watched = [*own, *(watch_wide(due.wide, rulebook, at) if subjects else ())]
    stopped = hold_where_many(session, watched, is_due(rulebook, at), at)
    return PlanCounts(
        looked_at=len(due.found),
        unreadable=len(due.found) - len(ruled),
        planned=counts["planned"] - min(stopped, counts["planned"]),
        held=counts["held"] + stopped,
        suppressed=counts["suppressed"],
        superseded=counts["superseded"],
        expired=counts["expired"],
    )


def expire_batch(session: Session, *, at: datetime, limit: int = 200) -> int:
    """Expire up to `limit` reminders that waited past their last valid moment; how many, 0 when there is none left.

    One that was held keeps the word that says why. The next stage tells what is true then.
    """
    query = select(Reminder.id).where(_WAITING, Reminder.valid_until < at).order_by(Reminder.valid_until).limit(limit)
    numbers = list(session.scalars(query.with_for_update(skip_locked=True)))
    if numbers:
        session.execute(
            update(Reminder)
            .where(Reminder.id.in_(numbers), _WAITING)
            .values(state="expired", settled_at=at)
            .execution_options(synchronize_session=False)
        )
    return len(numbers)


def _rule_all(subjects: Iterable[Subject], at: datetime) -> list[tuple[Subject, Rulings]]:
    ruled = []
    for subject in subjects:
        try:
            ruled.append((subject, rule(subject, at)))
        except Exception as error:  # noqa: BLE001  # whatever is wrong with one record, the others are told
            put_off(subject.cycle, error, at)
    return ruled


def _pin_policies(session: Session, subjects: Iterable[Subject], at: datetime) -> None:
    for policy in {subject.policy.ref: subject.policy for subject in subjects}.values():
        pin(session, policy, at)


def watch_own(session: Session, owners: Iterable[tuple[Cause | None, Policy | None]]) -> Iterator[Watched]:
    """Watch the locked causes that these name as theirs, each with its own policy."""
    found: dict[Cause, int] = {}
    for cause, policy in owners:
        if cause is not None and policy is not None:
            found[cause] = min(policy.guard_above, found.get(cause, policy.guard_above))
    growing = list_growing(session, {cause.id for cause in found})
    for cause, guard_above in found.items():
        yield watch_import(cause, guard_above, is_whole=cause.id not in growing)


def watch_wide(causes: Iterable[WideCause], rulebook: Rulebook, at: datetime) -> Iterator[Watched]:
    """Watch the locked causes that concern everybody."""
    numbers = {
        pack.key: policy.guard_above
        for pack in rulebook.packs.list()
        if (policy := rulebook.find_policy(pack.key, at)) is not None
    }
    for wide in causes:
        guard_above = min((number for key, number in numbers.items() if wide.concerns(key)), default=0)
        yield Watched(
            wide.cause, guard_above, wide.is_concerned, is_whole=wide.is_whole, can_pass=True,
            days=go_by(rulebook, wide.before.keys()) if wide.kind == "policy" else true(),
        )  # fmt: skip


def _write(session: Session, ruled: Sequence[tuple[Subject, Rulings]], at: datetime) -> Counter[str]:
    added: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for subject, rulings in ruled:
        added += [insert_of(subject, ruling, at) for ruling in rulings.made if ruling.row is None]
        changed += [change_of(subject, ruling, ruling.row, at) for ruling in rulings.made if ruling.row is not None]
    recalled = [each for _, rulings in ruled for each in rulings.recalled]
    return write_decisions(session, added, changed, recalled, at)


def insert_of(subject: Subject, ruling: Ruling, at: datetime) -> dict[str, Any]:
    """The values of the new reminder that a ruling makes."""
    key = {
        "subject_kind": "cycle",
        "subject_id": subject.cycle.id,
        "anchor_on": ruling.stage.anchor_on,
        "stage": ruling.stage.stage,
        "occurrence": ruling.stage.occurrence,
        "recipient_id": ruling.recipient_id,
        "audience": ruling.audience,
    }
    return key | _values_of(subject, ruling, at)


def change_of(subject: Subject, ruling: Ruling, row: AnyRow, at: datetime) -> dict[str, Any]:
    """What a ruling makes of the reminder that is there: `of` this number, while its state `was` this one."""
    return {"of": row.id, "was": row.state} | _values_of(subject, ruling, at)


def _values_of(subject: Subject, ruling: Ruling, at: datetime) -> dict[str, Any]:
    return values_of(ruling, subject.policy.ref, ruling.cause_id, at)
