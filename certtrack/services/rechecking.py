"""What is about to be mailed is asked once more: only what is still true, and still to be told, goes out."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, Email, Person, Reminder
from certtrack.db.types import db_now
from certtrack.logs import get_log
from certtrack.rules.cycles import CycleDays, days_of
from certtrack.rules.facts import CycleFact, DueSource
from certtrack.rules.pack import Pack
from certtrack.rules.standing import Standing
from certtrack.services.arming import rearm_person
from certtrack.services.obstacles import FOR_GOOD, find_obstacle, find_sent_on
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.rulings import quiet_of
from certtrack.services.sending_hours import after_quiet, known_zone
from certtrack.services.standing import load_standings
from certtrack.services.subjects import MOVED

MENDING = timedelta(hours=1)
"""How long a reminder waits whose mail can't be made as things are."""

_Row = tuple[Reminder, Cycle, Certification]

_LOOKED_THROUGH = (
    20  # times as many ripe reminders as recipients are wanted, so that those locked elsewhere don't hide others
)


@dataclass(frozen=True, slots=True)
class Ripe:
    """One reminder that is to be mailed now, with the fresh facts that its words rest on.

    `sent_on` is when the application was sent of which nothing is known since; None where there is none such.
    """

    reminder: Reminder
    certification: Certification
    pack: Pack
    days: CycleDays
    sent_on: date | None


def lock_recipients(session: Session, at: datetime, limit: int) -> list[Person]:
    """Up to `limit` people who have ripe reminders, the longest ripe first; nobody whom another process has locked."""
    ripe = (
        select(Reminder.recipient_id, Reminder.send_after)
        .where(*_is_ripe(at))
        .order_by(Reminder.send_after, Reminder.recipient_id)
        .limit(limit * _LOOKED_THROUGH)
        .subquery()
    )
    first = func.min(ripe.c.send_after).label("first")
    waiting = select(ripe.c.recipient_id, first).group_by(ripe.c.recipient_id).subquery()
    query = (
        select(Person)
        .join(waiting, waiting.c.recipient_id == Person.id)
        .order_by(waiting.c.first, Person.id)
        .limit(limit)
        # the weaker lock: a planner that adds a reminder for the same person need not wait
        .with_for_update(of=Person, skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def is_still_needed(session: Session, rulebook: Rulebook, email: Email, at: datetime) -> bool:
    """True while a reminder in this mail, which may have arrived, is still to be told by it; else it is closed.

    What fell away is written down with its reason. Where the mail's words are no longer all true, what is still to
    be told is planned again, for a mail of its own.
    """
    rows = _load(session, Reminder.email_id == email.id, Reminder.state == "in_mail", passes_locked=False)
    if not all(_has_rules(rulebook, certification) for _, _, certification in rows):
        return True  # nothing can be asked, and the words were true
    standings = _load_standings(session, rulebook, [certification for _, _, certification in rows], at)
    people = {reminder.recipient_id: session.get_one(Person, reminder.recipient_id) for reminder, _, _ in rows}
    newest = _load_newest_stages(session, [cycle.id for _, cycle, _ in rows])
    left = [
        reminder
        for reminder, cycle, certification in rows
        if not _fell_away(
            session, reminder, people[reminder.recipient_id], standings[certification.id], cycle, newest, at
        )
    ]
    if left and email.valid_until > at and email.data is not None:
        return True
    for reminder in left:
        reminder.state, reminder.tries, reminder.retry_at = "planned", reminder.tries + 1, None
    email.settled_at = at
    session.flush()
    return False


def is_asleep(session: Session, rulebook: Rulebook, email: Email, at: datetime) -> bool:
    """True in the recipient's quiet hours; then the mail, which may have arrived, waits for their end."""
    rows = _load(session, Reminder.email_id == email.id, Reminder.state == "in_mail", passes_locked=False)
    moments = [_find_waking(rulebook, session.get_one(Person, row.recipient_id), held, at) for row, _, held in rows]
    waits = max(moments, default=at) - at
    if waits:
        email.leased_until = db_now(waits.total_seconds())
        session.flush()
    return bool(waits)


def list_ripe(session: Session, rulebook: Rulebook, people: Sequence[Person], at: datetime) -> dict[int, list[Ripe]]:
    """What is still to be told to each of these locked people; what fell away is written down with its reason."""
    rulebook = confirmed_rules(session, rulebook)
    rows = _load(session, Reminder.recipient_id.in_([person.id for person in people]), *_is_ripe(at))
    rows = _let_wait_without_rules(rulebook, rows)
    by_number = {person.id: person for person in people}
    standings = _load_standings(session, rulebook, [certification for _, _, certification in rows], at)
    newest = _load_newest_stages(session, [cycle.id for _, cycle, _ in rows])
    found: dict[int, list[Ripe]] = defaultdict(list)
    for reminder, cycle, certification in rows:
        person = by_number[reminder.recipient_id]
        standing = standings[certification.id]
        if _fell_away(session, reminder, person, standing, cycle, newest, at):
            continue
        if _waits_for_morning(rulebook, reminder, person, certification, at):
            continue
        pack = rulebook.packs.get(certification.pack_key, on=cycle.due_on)
        days = _days(pack, standing, cycle)
        found[person.id].append(Ripe(reminder, certification, pack, days, find_sent_on(standing)))
    session.flush()
    return found


def _waits_for_morning(
    rulebook: Rulebook, reminder: Reminder, person: Person, certification: Certification, at: datetime
) -> bool:
    """True in the recipient's quiet hours; a reminder that isn't true any more when they end is expired."""
    goes_at = _find_waking(rulebook, person, certification, at)
    if goes_at == at:
        return False
    reminder.send_after = goes_at
    if goes_at > reminder.valid_until:
        reminder.state, reminder.settled_at = "expired", at
    return True


def _find_waking(rulebook: Rulebook, person: Person, certification: Certification, at: datetime) -> datetime:
    pack, policy = rulebook.packs.find(certification.pack_key), rulebook.find_policy(certification.pack_key, at)
    if pack is None or policy is None:
        return at
    return after_quiet(at, quiet_of(policy), known_zone(person.zone, pack.zone))


def _let_wait_without_rules(rulebook: Rulebook, rows: Sequence[_Row]) -> list[_Row]:
    """The rows that this installation has rules for; those of rules that are gone wait an hour, and alone."""
    for reminder, _, certification in rows:
        if not _has_rules(rulebook, certification):
            get_log().error("rules_gone", reminder=reminder.id, pack=certification.pack_key)
            reminder.retry_at = db_now(MENDING.total_seconds())
    return [row for row in rows if _has_rules(rulebook, row[2])]


def _has_rules(rulebook: Rulebook, certification: Certification) -> bool:
    return rulebook.packs.find(certification.pack_key) is not None


def _fell_away(
    session: Session,
    reminder: Reminder,
    person: Person,
    standing: Standing,
    cycle: Cycle,
    newest: dict[int, date],
    at: datetime,
) -> bool:
    """True where the reminder isn't to be mailed any more; then its new state and the reason are written down."""
    judged = _judge(reminder, person, standing, cycle, newest, at)
    if judged is None:
        return False
    reminder.state, reminder.reason = judged
    reminder.settled_at = at
    if reminder.reason == "merged" and person.merged_into_id is not None:
        rearm_person(session, person.merged_into_id, standing.as_of)  # they are to be told instead
    return True


def _judge(
    reminder: Reminder, person: Person, standing: Standing, cycle: Cycle, newest: dict[int, date], at: datetime
) -> tuple[str, str | None] | None:
    """State and reason of a reminder that fell away; None for one that is to be mailed."""
    if person.merged_into_id is not None:
        return "superseded", "merged"
    if reminder.valid_until <= at:
        return "expired", None
    if reminder.stage_on < newest.get(cycle.id, reminder.stage_on):
        return "superseded", "overtaken"
    obstacle = find_obstacle(
        person, standing, cycle, reminder.anchor_on, reminder.stage, occurrence=reminder.occurrence
    )
    if obstacle is None:
        return None
    return ("superseded" if obstacle in FOR_GOOD else "suppressed"), obstacle


def _is_ripe(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Reminder.state == "planned",
        Reminder.send_after <= at,
        or_(Reminder.retry_at.is_(None), Reminder.retry_at <= db_now()),
    )


def _load(session: Session, *which: ColumnElement[bool], passes_locked: bool = True) -> list[_Row]:
    query = (
        select(Reminder, Cycle, Certification)
        .join(Cycle, Cycle.id == Reminder.subject_id)
        .join(Certification, Certification.id == Cycle.certification_id)
        .where(Reminder.subject_kind == "cycle", *which)
        .order_by(Reminder.anchor_on, Reminder.id)
        .with_for_update(of=Reminder, skip_locked=passes_locked)
        .execution_options(populate_existing=True)
    )
    return [(reminder, cycle, certification) for reminder, cycle, certification in session.execute(query)]


def _load_standings(
    session: Session, rulebook: Rulebook, certifications: Sequence[Certification], at: datetime
) -> dict[int, Standing]:
    by_day: dict[date, list[int]] = defaultdict(list)
    for certification in certifications:
        zone = ZoneInfo(rulebook.packs.get(certification.pack_key).zone)
        by_day[at.astimezone(zone).date()].append(certification.id)
    return {
        number: standing
        for day, numbers in by_day.items()
        for number, standing in load_standings(session, rulebook, numbers, day).items()
    }


def _load_newest_stages(session: Session, cycle_ids: Sequence[int]) -> dict[int, date]:
    """The day of the latest stage of each cycle that is told, or about to be: earlier ones are overtaken."""
    query = (
        select(Reminder.subject_id, func.max(Reminder.stage_on).label("newest"))
        .where(Reminder.subject_kind == "cycle", Reminder.subject_id.in_(cycle_ids), Reminder.stage != MOVED)
        .where(Reminder.state.in_(("planned", "held", "in_mail", "sent", "told")))
        .group_by(Reminder.subject_id)
    )
    return {row.subject_id: row.newest for row in session.execute(query)}


def _days(pack: Pack, standing: Standing, cycle: Cycle) -> CycleDays:
    if standing.cycle is not None and standing.cycle.id == cycle.id and standing.days is not None:
        return standing.days
    source = cast("DueSource", cycle.due_source)
    return days_of(pack, CycleFact(cycle.id, cycle.start_on, cycle.due_on, source, cycle.computed_due_on))
