"""What is about to be mailed is asked once more: only what is still true, and still to be told, goes out."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import cast

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, Email, Person, Reminder
from certtrack.db.queries.merges import load_merged
from certtrack.db.types import db_now
from certtrack.logs import get_log
from certtrack.rules.cycles import CycleDays, days_of
from certtrack.rules.facts import CycleFact, DueSource
from certtrack.rules.pack import Pack
from certtrack.rules.reminders import CopyTo
from certtrack.rules.so_far import SoFar
from certtrack.rules.standing import Standing
from certtrack.rules.wishes import find_group
from certtrack.services.delivery.pairs import hand_over, list_telling
from certtrack.services.delivery.send_facts import SendFacts, load_send_facts, track_of
from certtrack.services.other_days.checking import find_days_waking, list_needed_days
from certtrack.services.reminders.arming import rearm_person
from certtrack.services.reminders.copy_checks import Checked, find_copies, is_copy
from certtrack.services.reminders.obstacles import TOLD_INSTEAD, find_obstacle, find_sent_on, state_of
from certtrack.services.reminders.ripe import find_own_end, is_ripe, wait_a_while, wait_for_mending, waits_until
from certtrack.services.reminders.rulings import quiet_of
from certtrack.services.reminders.sending_hours import after_quiet, known_zone
from certtrack.services.rulebook import Rulebook, confirmed_rules

_Row = Checked


@dataclass(frozen=True, slots=True)
class Ripe:
    """One reminder that is to be mailed now, with the fresh facts that its words rest on.

    `sent_on` is when the application was sent of which nothing is known since; None where there is none such. `about`
    is whose certification it is, merges followed, where the reminder is a copy, and `told_at` when they were told; None
    where it is the recipient's own. `copies` say who else is told, from `copy_on` on; None where nobody is.
    `comes_again`: the stage is one that is repeated; `can_switch_off`: one that its holder may do without;
    `to_both`: one that goes to both of their addresses. `so_far` are the hours as the holder is told them; None in a
    copy, and where nothing is said of them.
    """

    reminder: Reminder
    certification: Certification
    pack: Pack
    days: CycleDays
    sent_on: date | None
    about: Person | None = None
    told_at: datetime | None = None
    copies: tuple[CopyTo, ...] = ()
    copy_on: date | None = None
    comes_again: bool = False
    can_switch_off: bool = False
    to_both: bool = False
    so_far: SoFar | None = None

    @property
    def organization_id(self) -> int:
        """The organization that keeps the certification, and that writes."""
        return self.certification.organization_id

    @property
    def zone(self) -> str:
        """By whose clock its days begin and end."""
        return self.pack.zone


def is_still_needed(session: Session, rulebook: Rulebook, email: Email, at: datetime) -> bool:
    """True while a reminder in this mail, which may have arrived, is still to be told by it; else it is closed.

    What fell away is written down with its reason. Where the mail's words are no longer all true, what is still to
    be told is planned again, for a mail of its own.
    """
    rows = _load(session, *list_telling(email), passes_locked=False)
    if all(_has_rules(rulebook, certification) for _, _, certification in rows):
        people = {reminder.recipient_id: session.get_one(Person, reminder.recipient_id) for reminder, _, _ in rows}
        facts = load_send_facts(session, confirmed_rules(session, rulebook), rows, at)
        left = [row[0] for row in rows if not _is_over(session, row, people[row[0].recipient_id], facts, at)]
    else:
        left = [reminder for reminder, _, _ in rows]  # nothing can be asked of them, and the words were true
    left += list_needed_days(session, rulebook, email, at)
    if left and _can_go(session, email, at):
        return True
    for reminder in hand_over(session, email, left):
        reminder.state, reminder.tries, reminder.retry_at = "planned", reminder.tries + 1, None
    email.settled_at = at
    session.flush()
    return False


def _is_over(session: Session, row: _Row, person: Person, facts: SendFacts, at: datetime) -> bool:
    """True where nothing of this is to be told any more; one that was told at the other address stays as it is."""
    if row[0].state == "sent":
        return _judge(row, person, facts, at) is not None
    return _fell_away(session, row, person, facts, at)


def _can_go(session: Session, email: Email, at: datetime) -> bool:
    """True where its words are true, or are written anew, and where its address is still one of the recipient's."""
    person = session.get_one(Person, email.recipient_id)
    if email.address not in (person.private_address, person.work_address):
        return False
    return email.state == "ready" or (email.valid_until > at and email.data is not None)


def is_asleep(session: Session, rulebook: Rulebook, email: Email, at: datetime) -> bool:
    """True in the recipient's quiet hours; then the mail, which may have arrived, waits for their end."""
    rows = _load(session, *list_telling(email), passes_locked=False)
    moments = [_find_waking(rulebook, session.get_one(Person, row.recipient_id), held, at) for row, _, held in rows]
    waits = max([*moments, find_days_waking(session, rulebook, email, at)]) - at
    if waits:
        email.leased_until = db_now(waits.total_seconds())
        session.flush()
    return bool(waits)


def list_ripe(session: Session, rulebook: Rulebook, people: Sequence[Person], at: datetime) -> dict[int, list[Ripe]]:
    """What is still to be told to each of these locked people; what fell away is written down with its reason.

    `rulebook` holds what is confirmed.
    """
    rows = _load(session, Reminder.recipient_id.in_([person.id for person in people]), *is_ripe(at))
    rows = _let_wait_without_rules(rulebook, rows)
    by_number = {person.id: person for person in people}
    facts = load_send_facts(session, rulebook, rows, at)
    found: dict[int, list[Ripe]] = defaultdict(list)
    for row in rows:
        person = by_number[row[0].recipient_id]
        try:
            ripe = _take(session, rulebook, row, person, facts, at)
        except Exception as error:  # noqa: BLE001  # whatever is wrong with one record, the others are told
            get_log().error("not_asked_for_mail", reminder=row[0].id, kind=type(error).__name__)
            wait_for_mending(row[0])
            continue
        if ripe is not None:
            found[person.id].append(ripe)
    session.flush()
    return found


def _take(
    session: Session, rulebook: Rulebook, row: _Row, person: Person, facts: SendFacts, at: datetime
) -> Ripe | None:
    """One of them as it is to be mailed now; None where it fell away, or waits."""
    reminder, _, certification = row
    if _fell_away(session, row, person, facts, at):
        return None
    goes_at = _find_waking(rulebook, person, certification, at)
    if _waits_for_holder(reminder, facts) or waits_until(reminder, goes_at, at):
        return None
    return _make_ripe(rulebook, row, facts, at)


def list_again(session: Session, rulebook: Rulebook, email: Email, at: datetime) -> list[Ripe]:
    """What is still to be told in a mail that was certainly not taken, with the facts as they are now.

    `rulebook` holds what is confirmed.
    """
    rows = [row for row in _load(session, *list_telling(email), passes_locked=False) if _has_rules(rulebook, row[2])]
    facts = load_send_facts(session, rulebook, rows, at)
    person = session.get_one(Person, email.recipient_id)
    return [_make_ripe(rulebook, row, facts, at) for row in rows if _judge(row, person, facts, at) is None]


def _make_ripe(rulebook: Rulebook, row: _Row, facts: SendFacts, at: datetime) -> Ripe:
    reminder, cycle, certification = row
    standing, pack = facts.standings[certification.id], rulebook.packs.get(certification.pack_key, on=cycle.due_on)
    days, so_far = _days(pack, standing, cycle), facts.find_so_far(row, pack)
    ripe = Ripe(reminder, certification, pack, days, find_sent_on(standing), so_far=so_far)
    return _add_copies(rulebook, ripe, facts, at)


def _add_copies(rulebook: Rulebook, ripe: Ripe, facts: SendFacts, at: datetime) -> Ripe:
    """What a copy says of its holder, and what the holder's own mail says of its copies."""
    reminder, certification = ripe.reminder, ripe.certification
    if is_copy(reminder):
        told_at = facts.copies.find_start(reminder).told_at
        return replace(ripe, about=facts.copies.holders[certification.id], told_at=told_at)
    policy = rulebook.find_policy(certification.pack_key, at)
    ripe = replace(ripe, can_switch_off=find_group(reminder.stage, policy) is not None)
    stage = policy.find_stage(reminder.stage) if policy is not None else None
    if policy is None or stage is None:
        return ripe
    chosen = facts.copies.copied.of(certification.id)
    copies, copy_on = find_copies(reminder, stage, chosen, policy.copy_after_days, ripe.pack.zone, at)
    return replace(
        ripe,
        copies=copies,
        copy_on=copy_on,
        comes_again=stage.repeats > 0,
        to_both=stage.both_addresses,
    )


def _waits_for_holder(reminder: Reminder, facts: SendFacts) -> bool:
    """True for a copy whose holder is still to be told: mail may have been stopped since it was planned."""
    waits = is_copy(reminder) and facts.copies.find_start(reminder).is_waiting
    if waits:
        wait_a_while(reminder)
    return waits


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
            wait_for_mending(reminder)
    return [row for row in rows if _has_rules(rulebook, row[2])]


def _has_rules(rulebook: Rulebook, certification: Certification) -> bool:
    return rulebook.packs.find(certification.pack_key) is not None


def _fell_away(session: Session, row: _Row, person: Person, facts: SendFacts, at: datetime) -> bool:
    """True where the reminder isn't to be mailed any more; then its new state and the reason are written down."""
    reminder, _, certification = row
    judged = _judge(row, person, facts, at)
    if judged is None:
        return False
    reminder.state, reminder.reason = judged
    reminder.settled_at = at
    if reminder.reason in TOLD_INSTEAD:
        told = certification.person_id if is_copy(reminder) else reminder.recipient_id
        rearm_person(session, _find_last(session, told), facts.standings[certification.id].as_of)
    return True


def _find_last(session: Session, person_id: int) -> int:
    return load_merged(session, {person_id}).get(person_id, person_id)


def _judge(row: _Row, person: Person, facts: SendFacts, at: datetime) -> tuple[str, str | None] | None:
    """State and reason of a reminder that fell away; None for one that is to be mailed."""
    reminder, cycle, certification = row
    standing = facts.standings[certification.id]
    ended = find_own_end(reminder, person, facts.newest.get(track_of(reminder), reminder.stage_on), at)
    if ended is not None:
        return ended
    if is_copy(reminder):
        obstacle = facts.copies.find_obstacle(reminder, person, standing, row)
    else:
        obstacle = find_obstacle(
            *(person, standing, cycle, reminder.anchor_on, reminder.stage),
            occurrence=reminder.occurrence,
            policy=facts.policies[certification.id],
        )
    if obstacle is None:
        return None
    return state_of(obstacle), obstacle


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


def _days(pack: Pack, standing: Standing, cycle: Cycle) -> CycleDays:
    if standing.cycle is not None and standing.cycle.id == cycle.id and standing.days is not None:
        return standing.days
    source = cast("DueSource", cycle.due_source)
    return days_of(pack, CycleFact(cycle.id, cycle.start_on, cycle.due_on, source, cycle.computed_due_on))
