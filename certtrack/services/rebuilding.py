"""The spans and own days of everybody made anew: after a new version of the rules or of the program.

They are read and computed aside, so that nobody waits for it, and those that differ are written in short transactions.
One whose certification was projected meanwhile is not written: it would rest on what isn't so any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import Certification, StandingSpan
from certtrack.rules.spans import Span, SpanMaker
from certtrack.security import Actor
from certtrack.services.own_days import OwnDays, find_own_days, is_as_kept, load_kept, write_own_days
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.standing import load_held, lock_certifications, replace_spans

Written = tuple[date, date, str, str, str, date | None]
"""A span as it is on record: first and last day, validity, hours, application, the next day to act by."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The spans that a certification should have, where they or its own days are others than those on record.

    `projected_no` is how often it was projected by then; `days` are None where its rules know of none.
    """

    certification_id: int
    projected_no: int
    spans: tuple[Span, ...]
    days: OwnDays | None


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many certifications were looked at, and of how many the spans were written. `is_whole`: nothing is left."""

    looked_at: int
    written: int
    is_whole: bool


def count_certifications(session: Session) -> int:
    """How many there are."""
    return session.scalar(select(func.count()).select_from(Certification)) or 0


def find_range(session: Session, after: int, size: int) -> tuple[int, int] | None:
    """First and last number, both included, of the `size` certifications that come after that number.

    Fewer at the end; None where none comes after it.
    """
    numbers = select(Certification.id).where(Certification.id > after).order_by(Certification.id).limit(size).subquery()
    first, last = session.execute(select(func.min(numbers.c.id), func.max(numbers.c.id))).one()
    return None if first is None else (first, last)


def plan_rebuilt(
    session: Session, rulebook: Rulebook, first: int, last: int, *, at: datetime
) -> tuple[int, list[Planned]]:
    """How many certifications this range holds, and what those of them should have that have something else on record.

    One snapshot of the database is read, and nothing written.
    """
    query = select(Certification.id, Certification.projected_no).where(Certification.id.between(first, last))
    numbers = {row.id: row.projected_no for row in session.execute(query)}
    return len(numbers), _plan(session, rulebook, numbers, at)


def write_rebuilt(session: Session, planned: Sequence[Planned], *, at: datetime) -> list[int]:
    """Write what is planned; the numbers of those that are left alone, since they were projected meanwhile."""
    locked = lock_certifications(session, [one.certification_id for one in planned])
    fresh = [one for one in planned if locked.get(one.certification_id) == one.projected_no]
    _write(session, fresh, at)
    kept = {one.certification_id for one in fresh}
    return [one.certification_id for one in planned if one.certification_id not in kept]


def rebuild_at_once(session: Session, rulebook: Rulebook, certification_ids: Sequence[int], *, at: datetime) -> int:
    """Read, compute and write in one transaction; how many of them differed. For a few: others wait meanwhile."""
    planned = _plan(session, rulebook, lock_certifications(session, certification_ids), at)
    _write(session, planned, at)
    return len(planned)


def record_rebuilt(session: Session, rebuilt: Rebuilt, *, actor: Actor, at: datetime) -> None:
    """Put into the audit that spans were made anew, and of how many certifications."""
    subject: tuple[str, None] = ("rule", None)
    record_event(session, at=at, actor=actor.key, action="rules.rebuilt", subject=subject, details=asdict(rebuilt))


def load_written(session: Session, certification_ids: Sequence[int]) -> Mapping[int, list[Written]]:
    """The spans on record, by certification and in the order of days; one that has none is left out."""
    columns = (
        *(StandingSpan.certification_id, StandingSpan.from_on, StandingSpan.until_on),
        *(StandingSpan.validity, StandingSpan.hours, StandingSpan.application, StandingSpan.next_on),
    )
    query = select(*columns).where(StandingSpan.certification_id.in_(certification_ids))
    rows = session.connection().execute(query.order_by(StandingSpan.certification_id, StandingSpan.from_on))
    return {number: [row[1:] for row in group] for number, group in groupby(rows, key=lambda row: row[0])}


def _plan(session: Session, rulebook: Rulebook, numbers: Mapping[int, int], at: datetime) -> list[Planned]:
    """`numbers`: by certification how often it was projected."""
    held = load_held(session, confirmed_rules(session, rulebook), list(numbers))
    written, days = load_written(session, list(numbers)), find_own_days(rulebook, held, at)
    kept = load_kept(session, [number for number, own in days.items() if own is not None])
    makers = {pack.ref: SpanMaker(pack) for pack, _ in held.values()}
    planned = []
    for number, (pack, facts) in held.items():
        found, own = makers[pack.ref].make(facts), days[number]
        is_kept = own is None or is_as_kept(own, kept.get(number, {}))
        if not is_kept or written.get(number) != [_columns(one) for one in found]:
            planned.append(Planned(number, numbers[number], found, own))
    return planned


def _write(session: Session, planned: Sequence[Planned], at: datetime) -> None:
    replace_spans(session, {one.certification_id: one.spans for one in planned})
    days = {one.certification_id: one.days for one in planned if one.days is not None}
    if days:
        write_own_days(session, days, at=at, by_many=True)


def _columns(span: Span) -> Written:
    return (span.from_on, span.until_on, span.validity, span.hours, span.application, span.next_on)
