"""Reminders of days beside those of cycles, asked once more before they are mailed: what is still true goes out."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from certtrack.db.models import Email, ExamSitting, OtherDay, Person, Reminder
from certtrack.errors import CertTrackError
from certtrack.logs import get_log
from certtrack.mail.content import CALLED_OFF, About, DayItem
from certtrack.rules.other_days import OTHER_KINDS, OtherKind
from certtrack.rules.pack import Text
from certtrack.rules.reminders import CopyTo
from certtrack.services.delivery.pairs import list_telling
from certtrack.services.other_days.judging import find_obstacle, list_own
from certtrack.services.other_days.known import Known, load_known
from certtrack.services.other_days.loading import find_sitting, load_looked
from certtrack.services.other_days.looked import Looked
from certtrack.services.other_days.rulings import was_told
from certtrack.services.reminders.arming import rearm_person
from certtrack.services.reminders.copy_checks import find_copies, find_end, find_start_of, is_copy
from certtrack.services.reminders.obstacles import TOLD_INSTEAD, state_of
from certtrack.services.reminders.ripe import find_own_end, is_ripe, wait_a_while, wait_for_mending, waits_until
from certtrack.services.reminders.rulings import quiet_of
from certtrack.services.reminders.sending_hours import after_quiet, known_zone
from certtrack.services.rulebook import Rulebook


class Unreadable(CertTrackError):
    """The record of a day can't be read, so that nothing can be asked of it."""


@dataclass(frozen=True, slots=True)
class RipeDay:
    """One reminder of such a day that is to be mailed now, and what its mail says of it.

    `zone` is the one by whose clock its days begin and end. `to_both`: it goes to both of the person's addresses.
    `can_switch_off`: the person may do without it.
    """

    reminder: Reminder
    organization_id: int
    item: DayItem
    zone: str
    to_both: bool = False
    can_switch_off: bool = False


def list_ripe_days(
    session: Session, rulebook: Rulebook, people: Sequence[Person], at: datetime
) -> dict[int, list[RipeDay]]:
    """What is still to be told to each of these locked people; what fell away is written down with its reason.

    `rulebook` holds what is confirmed.
    """
    mine = (Reminder.recipient_id.in_([person.id for person in people]), *is_ripe(at))
    by_number = {person.id: person for person in people}
    found: dict[int, list[RipeDay]] = defaultdict(list)
    for reminder, looked in _load(session, rulebook, at, *mine, passes_locked=True):
        try:
            ripe = _take(session, rulebook, reminder, by_number[reminder.recipient_id], looked, at)
        except Exception as error:  # noqa: BLE001  # whatever is wrong with one record, the others are told
            get_log().error("not_asked_for_mail", reminder=reminder.id, kind=type(error).__name__)
            wait_for_mending(reminder)
            continue
        if ripe is not None:
            found[reminder.recipient_id].append(ripe)
    session.flush()
    return found


def _take(
    session: Session, rulebook: Rulebook, reminder: Reminder, person: Person, looked: Looked | None, at: datetime
) -> RipeDay | None:
    """One of them as it is to be mailed now; None where it fell away, or waits. Raises Unreadable."""
    if looked is None:
        raise Unreadable(f"Nothing can be asked of the day {reminder.subject_id}.")
    if _fell_away(session, reminder, person, looked, at):
        return None
    if _waits_for_holder(reminder, looked) or waits_until(reminder, _find_waking(person, looked, at), at):
        return None
    return _make_ripe(session, rulebook, reminder, looked, at)


def list_needed_days(session: Session, rulebook: Rulebook, email: Email, at: datetime) -> list[Reminder]:
    """Those in a mail, which is to go again, that are still to be told; the others are closed with their reason."""
    rows = _load_of(session, rulebook, email, at)
    return [reminder for reminder, looked in rows if not _is_over(session, reminder, looked, at)]


def list_days_again(session: Session, rulebook: Rulebook, email: Email, at: datetime) -> list[RipeDay]:
    """What is still to be told in a mail that was certainly not taken, with the facts as they are now.

    `rulebook` holds what is confirmed.
    """
    return [
        _make_ripe(session, rulebook, reminder, looked, at)
        for reminder, looked in _load_of(session, rulebook, email, at)
        if not _is_over(session, reminder, looked, at)
    ]


def find_days_waking(session: Session, rulebook: Rulebook, email: Email, at: datetime) -> datetime:
    """When a mail with such reminders may go: `at`, or the end of the recipient's quiet hours."""
    rows = _load_of(session, rulebook, email, at)
    moments = [_find_waking(session.get_one(Person, row.recipient_id), looked, at) for row, looked in rows]
    return max(moments, default=at)


def _load_of(session: Session, rulebook: Rulebook, email: Email, at: datetime) -> list[tuple[Reminder, Looked]]:
    """Those that the mail still has to tell. Raises Unreadable where nothing can be asked of one of their days."""
    rows = _load(session, rulebook, at, *list_telling(email))
    known = [(reminder, looked) for reminder, looked in rows if looked is not None]
    if len(known) < len(rows):
        raise Unreadable(f"Nothing can be asked of a day that the mail {email.id} is about.")
    return known


def _load(
    session: Session, rulebook: Rulebook, at: datetime, *which: ColumnElement[bool], passes_locked: bool = False
) -> list[tuple[Reminder, Looked | None]]:
    query = (
        select(Reminder, OtherDay)
        .join(OtherDay, and_(OtherDay.id == Reminder.subject_id, OtherDay.kind == Reminder.subject_kind))
        .where(Reminder.subject_kind.in_(OTHER_KINDS), *which)
        .order_by(Reminder.anchor_on, Reminder.id)
        .with_for_update(of=Reminder, skip_locked=passes_locked)
        .execution_options(populate_existing=True)
    )
    rows = [(reminder, day) for reminder, day in session.execute(query)]
    if not rows:
        return []
    looked = {one.day.id: one for one in load_looked(session, rulebook, [day for _, day in rows], at)}
    return [(reminder, looked.get(day.id)) for reminder, day in rows]


def _is_over(session: Session, reminder: Reminder, looked: Looked, at: datetime) -> bool:
    """True where it isn't to be told any more; one that was told at the other address stays as it is."""
    person = session.get_one(Person, reminder.recipient_id)
    if reminder.state == "sent":
        return _judge(session, reminder, person, looked, at) is not None
    return _fell_away(session, reminder, person, looked, at)


def _fell_away(session: Session, reminder: Reminder, person: Person, looked: Looked, at: datetime) -> bool:
    judged = _judge(session, reminder, person, looked, at)
    if judged is None:
        return False
    reminder.state, reminder.reason = judged
    reminder.settled_at = at
    if reminder.reason in TOLD_INSTEAD:
        rearm_person(session, looked.holder.id, looked.today)
    return True


def _judge(
    session: Session, reminder: Reminder, person: Person, looked: Looked, at: datetime
) -> tuple[str, str | None] | None:
    """State and reason of a reminder that fell away; None for one that is to be mailed."""
    ended = find_own_end(reminder, person, _find_newest(session, looked.day, reminder), at)
    if ended is not None:
        return ended
    if reminder.stage == CALLED_OFF and not was_told(looked):
        return "superseded", CALLED_OFF
    obstacle = _find_obstacle(looked, reminder, person)
    if obstacle is None:
        return None
    return state_of(obstacle), obstacle


def _find_obstacle(looked: Looked, reminder: Reminder, person: Person) -> str | None:
    if not is_copy(reminder):
        return find_obstacle(looked, person, reminder.anchor_on, reminder.stage)
    ended = find_end(looked.copied, reminder, person)
    return ended or find_obstacle(looked, looked.holder, reminder.anchor_on, reminder.stage, copy_to=person)


def _find_newest(session: Session, day: OtherDay, reminder: Reminder) -> date:
    """The day of the latest stage that the same reader is told, or about to be: earlier ones are overtaken."""
    same = Reminder.recipient_id == reminder.recipient_id if is_copy(reminder) else Reminder.audience == "holder"
    query = select(func.max(Reminder.stage_on)).where(
        Reminder.subject_kind == day.kind,
        Reminder.subject_id == day.id,
        Reminder.anchor_on == reminder.anchor_on,
        same,
        Reminder.state.in_(("planned", "in_mail", "sent", "told")),
    )
    return session.scalar(query) or reminder.stage_on


def _waits_for_holder(reminder: Reminder, looked: Looked) -> bool:
    """True for a copy whose holder is still to be told: mail may have been stopped since it was planned."""
    waits = is_copy(reminder) and find_start_of(reminder, list_own(looked)).is_waiting
    if waits:
        wait_a_while(reminder)
    return waits


def _find_waking(person: Person, looked: Looked, at: datetime) -> datetime:
    if looked.policy is None:
        return at
    return after_quiet(at, quiet_of(looked.policy), known_zone(person.zone, looked.office_zone))


def _make_ripe(session: Session, rulebook: Rulebook, reminder: Reminder, looked: Looked, at: datetime) -> RipeDay:
    item, place = make_day_item(session, rulebook, looked, reminder.stage, at), looked.day.organization_id
    ripe = RipeDay(reminder, place, item, looked.office_zone)
    if is_copy(reminder):
        return replace(ripe, item=replace(item, subject=None, about=_make_about(reminder, looked)))
    policy = looked.policy
    stage = policy.find_stage(reminder.stage) if policy is not None else None
    if policy is None or stage is None:
        return ripe
    copies, copy_on = find_copies(reminder, stage, looked.copied, policy.copy_after_days, looked.office_zone, at)
    item = replace(item, copies=copies, copy_on=copy_on, comes_again=stage.repeats > 0)
    return replace(ripe, item=item, to_both=stage.both_addresses, can_switch_off=stage.can_switch_off)


def _make_about(copy: Reminder, looked: Looked) -> About:
    """Of whom a copy speaks: only whoever may see their standing is ever to get one."""
    told_at = find_start_of(copy, list_own(looked)).told_at
    told_on = told_at.astimezone(ZoneInfo(looked.office_zone)).date() if told_at is not None else None
    return About(looked.holder.shown_name, cast("CopyTo", copy.audience), told_on)


def make_day_item(session: Session, rulebook: Rulebook, looked: Looked, stage: str, at: datetime) -> DayItem:
    """What a mail about that stage of the day says of it at `at`. `rulebook` holds what is confirmed."""
    sitting, known = find_sitting(session, looked.day), load_known(session, rulebook, [looked.day], at)
    return tell_day(rulebook, looked, stage, sitting, known.get(looked.day.id))


def tell_day(
    rulebook: Rulebook, looked: Looked, stage: str, sitting: ExamSitting | None, known: Known | None
) -> DayItem:
    """What a mail or a letter says of the day; `sitting` is an exam's, `known` what the rules say of it."""
    day = looked.day
    return DayItem(
        kind=cast("OtherKind", day.kind),
        stage=stage,
        due_on=day.due_on,
        today=looked.today,
        subject=f"{day.kind}:{day.id}",
        credential=name_credential(rulebook, day.credential),
        begins_at=sitting.begins_at if sitting is not None else None,
        place=sitting.place if sitting is not None else None,
        to_bring=sitting.to_bring if sitting is not None else None,
        pack=known.pack if known is not None else None,
        clock=known.clock if known is not None else None,
        asked=known.asked if known is not None else (),
        may_be_longer=known is not None and known.may_be_longer,
    )


def name_credential(rulebook: Rulebook, credential: str | None) -> Text | None:
    """What a credential is called where it is named first; None for none, and for one that no pack has any more."""
    named = (pack.name_at_first_use for pack in rulebook.packs.list() if pack.credential == credential)
    return next(named, None)
