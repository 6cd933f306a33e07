"""The days that the rules find in what is known of a certification, kept in the transaction that changes it.

They are the last day on which a requirement with a clock of its own is met, and that of a provisional term.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, OtherDay
from certtrack.rules.cycles import find_newest
from certtrack.rules.facts import CertificationFacts
from certtrack.rules.other_days import OF_CERTIFICATIONS, OtherKind
from certtrack.rules.own_clocks import list_clock_days
from certtrack.rules.pack import Pack
from certtrack.rules.provisional import find_provisional_end
from certtrack.rules.standing import has_ended
from certtrack.services.other_days.records import ClosedFor, Owner, Source, close_day, find_today, keep_day
from certtrack.services.reminders.cause_keys import get_cause
from certtrack.services.rulebook import Rulebook

_Key = tuple[OtherKind, str]


@dataclass(frozen=True, slots=True)
class OwnDays:
    """One certification's days, by kind and requirement; and for what one that it hasn't any more is closed."""

    days: tuple[tuple[OtherKind, str, date], ...]
    closed_for: ClosedFor
    term_closed_for: ClosedFor

    def why_closed(self, kind: OtherKind) -> ClosedFor:
        """For what a day of that kind is closed."""
        return self.term_closed_for if kind == "provisional_term" else self.closed_for


@dataclass(frozen=True, slots=True)
class _How:
    """What changes days: at which moment, by no person's own act (`by_many`), and because of which cause."""

    at: datetime
    by_many: bool
    cause_id: int | None


def keep_own_days(
    session: Session,
    rulebook: Rulebook,
    held: Mapping[int, tuple[Pack, CertificationFacts]],
    *,
    at: datetime,
    by_many: bool,
    cause_key: str | None = None,
) -> None:
    """Let the days of these certifications be what their rules and facts say at `at`; part of each change to them.

    `cause_key` names the import or the operation on many that changes them, where one does.

    The planner looks at each of them in its next run: what keeps somebody from being told may be another thing now.
    """
    wanted = {number: days for number, days in find_own_days(rulebook, held, at).items() if days is not None}
    if wanted:
        write_own_days(session, wanted, at=at, by_many=by_many, cause_key=cause_key)


def find_own_days(
    rulebook: Rulebook, held: Mapping[int, tuple[Pack, CertificationFacts]], at: datetime
) -> dict[int, OwnDays | None]:
    """The days of each by its rules, at `at`; None where no version of its pack knows of such days."""
    concerned = {pack.key for pack in rulebook.packs.list() if _has_own_days(pack)}
    return {
        number: _find(pack, facts, at.astimezone(ZoneInfo(pack.zone)).date()) if pack.key in concerned else None
        for number, (pack, facts) in held.items()
    }


def load_kept(session: Session, certification_ids: Iterable[int]) -> dict[int, dict[_Key, OtherDay]]:
    """Every day that is kept of these certifications, closed ones included."""
    query = select(OtherDay).where(
        OtherDay.certification_id.in_(list(certification_ids)), OtherDay.kind.in_(OF_CERTIFICATIONS)
    )
    found: dict[int, dict[_Key, OtherDay]] = {}
    for day in session.scalars(query.order_by(OtherDay.id)):
        found.setdefault(day.source_id, {})[cast("OtherKind", day.kind), day.source_key] = day
    return found


def is_as_kept(wanted: OwnDays, kept: Mapping[_Key, OtherDay]) -> bool:
    """True where these days are the ones that are kept and open."""
    is_open = {key: day.due_on for key, day in kept.items() if day.closed_on is None}
    return is_open == {(kind, key): due_on for kind, key, due_on in wanted.days}


def write_own_days(
    session: Session, wanted: Mapping[int, OwnDays], *, at: datetime, by_many: bool, cause_key: str | None = None
) -> None:
    """Keep these days, and close those of the same certifications that are none any more."""
    session.flush()
    kept = load_kept(session, wanted)
    query = select(Certification).where(Certification.id.in_(wanted.keys())).order_by(Certification.id)
    how = _How(at, by_many, get_cause(session, cause_key, at).id if cause_key else None)
    for certification in session.scalars(query).all():
        _write(session, certification, wanted[certification.id], kept.get(certification.id, {}), how)
    session.flush()


def list_in_term(session: Session, rulebook: Rulebook, certifications: Iterable[Certification]) -> set[int]:
    """Those of them whose provisional term is kept as a day of its own.

    Where the policy has stages for it these tell of the term, and its cycle has nothing to tell beside them.
    """
    numbers = list_provisional(rulebook, certifications)
    if not numbers:
        return set()
    return set(session.scalars(select_terms(numbers)))


def list_provisional(rulebook: Rulebook, certifications: Iterable[Certification]) -> list[int]:
    """Those of these certifications whose rules know of a provisional term."""
    keys = {pack.key for pack in rulebook.packs.list() if pack.provisional is not None}
    return [one.id for one in certifications if one.pack_key in keys]


def select_terms(certification_ids: Collection[int] | Select[int]) -> Select[int]:
    """Those of these certifications of which a provisional term is kept as a day of its own."""
    mine = OtherDay.certification_id.in_(certification_ids)
    return select(OtherDay.source_id).where(mine, OtherDay.kind == "provisional_term", OtherDay.closed_on.is_(None))


def _has_own_days(pack: Pack) -> bool:
    clocks = pack.hours is not None and any(one.every_years is not None for one in pack.hours.minima)
    return clocks or pack.provisional is not None


def _find(pack: Pack, facts: CertificationFacts, today: date) -> OwnDays:
    days: list[tuple[OtherKind, str, date]] = [
        ("requirement", day.minimum.key, day.until_on) for day in list_clock_days(pack, facts, today)
    ]
    if (ends_on := find_provisional_end(pack, facts, today)) is not None:
        days.append(("provisional_term", "", ends_on))
    newest = find_newest(facts)
    if has_ended(facts, today) or (newest is not None and newest.closed_on is not None):
        return OwnDays(tuple(days), "ended", "ended")
    return OwnDays(tuple(days), "withdrawn", "withdrawn" if newest is None else "granted")


def _write(
    session: Session,
    certification: Certification,
    wanted: OwnDays,
    kept: Mapping[_Key, OtherDay],
    how: _How,
) -> None:
    at = how.at
    owner = Owner(certification.person_id, certification.organization_id, certification.id, certification.credential)
    for kind, key, due_on in wanted.days:
        day = kept.get((kind, key))
        if day is not None and day.closed_on is None and day.due_on == due_on:
            day.next_look_at = min(day.next_look_at or at, at)  # an earlier one says since when a mail is owed
            continue
        source = Source(kind, certification.id, key)
        keep_day(session, source, owner, due_on, at=at, by_many=how.by_many, cause_id=how.cause_id, tells_reached=True)
        if kind == "provisional_term":
            _look_at_cycles(session, certification, at)
    still = {(kind, key) for kind, key, _ in wanted.days}
    for (kind, key), day in kept.items():
        if (kind, key) in still:
            continue
        if day.closed_on is not None:
            day.closed_for = wanted.why_closed(kind)  # a cycle is closed first, and the next one opened after that
        else:
            close_day(session, Source(kind, certification.id, key), wanted.why_closed(kind), at=at)
            if kind == "provisional_term":
                _look_at_cycles(session, certification, at)


def _look_at_cycles(session: Session, certification: Certification, at: datetime) -> None:
    """What the term tells its cycle doesn't, and the other way round."""
    today = find_today(session, certification.organization_id, at)
    session.execute(
        update(Cycle)
        .where(Cycle.certification_id == certification.id, Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False))
        .where(or_(Cycle.next_stage_on.is_(None), Cycle.next_stage_on > today))
        .values(next_stage_on=today)
    )
