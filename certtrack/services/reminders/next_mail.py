"""The next mail of many certifications, as a list says it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, Reminder
from certtrack.db.queries.among import is_among
from certtrack.rules.cycles import days_of
from certtrack.rules.facts import CycleFact, DueSource
from certtrack.rules.reminders import stage_days
from certtrack.services.ledger.reading import LedgerState
from certtrack.services.reminders.rulings import days_off
from certtrack.services.rulebook import Rulebook

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
    return load_next_mail(session, rulebook, certification_ids, today).mails


@dataclass(frozen=True, slots=True)
class NextMails:
    """The next mail by certification, where there is one, and which of the certifications the reader may see it of."""

    mails: dict[int, NextMail] = field(default_factory=dict)
    open_ids: set[int] = field(default_factory=set)


def load_next_mail(
    session: Session,
    rulebook: Rulebook,
    certification_ids: Sequence[int],
    today: date,
    is_open: ColumnElement[bool] | None = None,
) -> NextMails:
    """The same of those of the certifications that `is_open` is true of; None: of all. One query for each 500."""
    found = NextMails()
    for start in range(0, len(certification_ids), _CHUNK):
        query = _select_both() if is_open is None else _select_both().where(is_open)
        rows = session.execute(query, {"certifications": certification_ids[start : start + _CHUNK]})
        _add_chunk(found, rulebook, rows, today)
    return found


def _add_chunk(found: NextMails, rulebook: Rulebook, rows: Iterable[Any], today: date) -> None:
    newest: dict[int, tuple[Cycle, str]] = {}
    reminders: dict[int, list[Reminder]] = defaultdict(list)
    for number, pack_key, cycle, reminder in rows:
        found.open_ids.add(number)
        if cycle is not None:
            newest[number] = (cycle, pack_key)
        if reminder is not None:
            reminders[cycle.id].append(reminder)
    for number, (cycle, pack_key) in newest.items():
        if (mail := pick_next_mail(rulebook, cycle, pack_key, reminders[cycle.id], today)) is not None:
            found.mails[number] = mail


def pick_next_mail(
    rulebook: Rulebook, cycle: Cycle, pack_key: str, reminders: Iterable[Reminder], today: date
) -> NextMail | None:
    """The same of one open cycle and the holder's reminders of it, the oldest stage first; None: none is to come."""
    reached = [row for row in reminders if row.state not in ("superseded", "expired")]
    if reached and (row := reached[-1]).state not in ("sent", "told"):
        obstacle = row.reason if row.state in ("suppressed", "failed", "held") else None
        return NextMail(cast("LedgerState", row.state), row.stage_on, row.stage, obstacle)
    coming_on = _find_coming(rulebook, cycle, pack_key, today)
    return NextMail("coming", coming_on, None, None) if coming_on is not None else None


@cache
def _select_both() -> Select[int, str, Cycle | None, Reminder | None]:
    """Each with its open cycles, the newest last, and what was decided of these for their holder, the last last."""
    mine = (Cycle.certification_id == Certification.id, Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False))
    own = (Reminder.subject_kind == "cycle", Reminder.audience == "holder", Reminder.subject_id == Cycle.id)
    return (
        select(Certification.id, Certification.pack_key, Cycle, Reminder)
        .select_from(Certification)
        .outerjoin(Cycle, and_(*mine))
        .outerjoin(Reminder, and_(*own, Reminder.state.not_in(("superseded", "expired"))))
        .where(is_among(Certification.id, "certifications"))
        .order_by(Cycle.start_on, Cycle.id, Reminder.stage_on, Reminder.id)
    )


def _find_coming(rulebook: Rulebook, cycle: Cycle, pack_key: str, today: date) -> date | None:
    """The day of the holder's next stage from the planner's next look on; that may be for a copy, or for an act."""
    policy = rulebook.policies.for_pack(pack_key, today)
    if cycle.next_stage_on is None or policy is None:
        return None
    fact = CycleFact(cycle.id, cycle.start_on, cycle.due_on, cast("DueSource", cycle.due_source), cycle.computed_due_on)
    stages = stage_days(policy, days_of(rulebook.packs.get(pack_key, on=cycle.due_on), fact), days_off(policy))
    coming = (stage.stage_on for stage in stages if stage.nominal_on >= cycle.armed_on)
    return min((on for on in coming if on >= cycle.next_stage_on), default=None)
