"""The next mail of many certifications, as a list says it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, Reminder
from certtrack.rules.cycles import days_of
from certtrack.rules.facts import CycleFact, DueSource
from certtrack.rules.reminders import stage_days
from certtrack.services.ledger import LedgerState
from certtrack.services.rulebook import Rulebook
from certtrack.services.rulings import days_off

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class NextMail:
    """What a list says of a certification's next mail.

    `state` is `planned`, `held` or `in_mail`; `suppressed` or `failed` with the `obstacle`'s code, where the last stage
    reached could not be told; else `coming`. `day` is the stage's; `stage` is None where it is still to come.
    """

    state: LedgerState
    day: date
    stage: str | None
    obstacle: str | None


def find_next_mail(
    session: Session, rulebook: Rulebook, certification_ids: Sequence[int], today: date
) -> dict[int, NextMail]:
    """The holder's next mail by certification; one that has none to come, or no open cycle, is left out."""
    found: dict[int, NextMail] = {}
    for start in range(0, len(certification_ids), _CHUNK):
        found |= _find_chunk(session, rulebook, certification_ids[start : start + _CHUNK], today)
    return found


def _find_chunk(
    session: Session, rulebook: Rulebook, certification_ids: Sequence[int], today: date
) -> dict[int, NextMail]:
    query = (
        select(Cycle, Certification.pack_key)
        .join(Certification, Certification.id == Cycle.certification_id)
        .where(Cycle.certification_id.in_(certification_ids))
        .where(Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False))
        .order_by(Cycle.start_on, Cycle.id)
    )
    newest = {row.Cycle.certification_id: (row.Cycle, row.pack_key) for row in session.execute(query)}
    last = _load_last(session, [cycle.id for cycle, _ in newest.values()])
    found = {}
    for number, (cycle, pack_key) in newest.items():
        if (row := last.get(cycle.id)) is not None:
            obstacle = row.reason if row.state in ("suppressed", "failed", "held") else None
            found[number] = NextMail(cast("LedgerState", row.state), row.stage_on, row.stage, obstacle)
        elif (coming_on := _find_coming(rulebook, cycle, pack_key, today)) is not None:
            found[number] = NextMail("coming", coming_on, None, None)
    return found


def _find_coming(rulebook: Rulebook, cycle: Cycle, pack_key: str, today: date) -> date | None:
    """The day of the holder's next stage from the planner's next look on; that may be for a copy, or for an act."""
    policy = rulebook.policies.for_pack(pack_key, today)
    if cycle.next_stage_on is None or policy is None:
        return None
    fact = CycleFact(cycle.id, cycle.start_on, cycle.due_on, cast("DueSource", cycle.due_source), cycle.computed_due_on)
    stages = stage_days(policy, days_of(rulebook.packs.get(pack_key, on=cycle.due_on), fact), days_off(policy))
    coming = (stage.stage_on for stage in stages if stage.nominal_on >= cycle.armed_on)
    return min((on for on in coming if on >= cycle.next_stage_on), default=None)


def _load_last(session: Session, cycle_ids: Sequence[int]) -> dict[int, Reminder]:
    """The last stage reached by cycle, where it wasn't told yet."""
    own = (Reminder.subject_kind == "cycle", Reminder.audience == "holder")
    query = select(Reminder).where(*own, Reminder.subject_id.in_(cycle_ids))
    found: dict[int, Reminder] = {}
    for row in session.scalars(query.order_by(Reminder.stage_on, Reminder.id)):
        if row.state not in ("superseded", "expired"):
            found[row.subject_id] = row
    return {number: row for number, row in found.items() if row.state not in ("sent", "told")}
