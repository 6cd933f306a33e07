"""The week's mail to whoever supervises: how many of their people are where, on Monday, once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.inserting import insert_unless_there
from certtrack.db.models import Assignment, Email, Organization, Person, StandIn, TeamMail
from certtrack.db.types import db_now
from certtrack.language import check_locale
from certtrack.mail.compose import compose_team
from certtrack.mail.content import Envelope
from certtrack.rules.calendar import add_days
from certtrack.rules.reminders import Policy
from certtrack.services.delivery.leasing import Terms
from certtrack.services.delivery.outbox import make_message_id, queue_now
from certtrack.services.locking import lock_mail
from certtrack.services.people import load_holders
from certtrack.services.reminders.sending_hours import QuietHours, after_quiet, at_hour, find_send_after, known_zone
from certtrack.services.rulebook import Rulebook
from certtrack.services.stand_ins import find_stand_in
from certtrack.services.team_counts import count_team, list_packs, supervise

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class TeamRecipient:
    """Somebody who may be due a week's mail, and the organizations whose teams they answer for just now."""

    person_id: int
    organization_ids: frozenset[int]


def list_recipients(session: Session, at: datetime) -> list[TeamRecipient]:
    """Whoever supervises anybody, and whoever stands in for one who is away, by number.

    Left out are those without an address, and those who have the mail of their own week already.
    """
    teams = _find_teams(session, at.date())
    people = load_holders(session, set(teams))
    weeks = {(row.week_on, row.recipient_id) for row in _list_done(session, at)}
    return [
        TeamRecipient(number, frozenset(teams[number]))
        for number in sorted(teams)
        if (person := people.get(number)) is not None
        and person.address is not None
        and person.died_on is None
        and (find_week(at, person.zone), number) not in weeks
    ]


def write_team_mail(session: Session, rulebook: Rulebook, terms: Terms, to: TeamRecipient, at: datetime) -> bool:
    """Queue the mail of the recipient's own week, from the policy's hour on Monday on; True when it was.

    False before that hour, in quiet hours, where another process has written it, and where nobody is theirs. It is
    tried until the week is over; a week that is over is never told.
    """
    person = session.get_one(Person, to.person_id)
    zone = known_zone(person.zone, "UTC")
    week_on, today = find_week(at, zone), at.astimezone(ZoneInfo(zone)).date()
    actor = supervise(person.id, to.organization_ids)
    policy = _find_policy(rulebook, list_packs(session, actor, today), at)
    if policy is None or _find_hour(policy, week_on, zone, at) > at:
        return False
    counts = count_team(session, actor, today=today, at=at)
    if not counts.people or not insert_unless_there(session, TeamMail, week_on=week_on, recipient_id=person.id):
        return False
    message_id = make_message_id("team_mail", week_on, person.id, number=1, mail_from=terms.mail_from)
    envelope = _address(session, terms, person, to.organization_ids, message_id, at)
    email = queue_now(
        session,
        address=envelope.to_address,
        data=compose_team(envelope, called=person.called, counts=counts),
        message_id=message_id,
        person_id=person.id,
        valid_until=at_hour(add_days(week_on, _WEEK.days), time(0), zone),
        at=at,
    )
    session.get_one(TeamMail, (week_on, person.id)).email_id = email.id
    session.flush()
    return True


def let_sleep(session: Session, rulebook: Rulebook, at: datetime) -> int:
    """Have each week's mail that would be tried again in its reader's quiet hours wait for their end; how many do.

    Whatever else is sent at once somebody waits for, at any hour; nobody asked for this one.
    """
    query = (
        select(Email, Person, db_now())
        .join(TeamMail, TeamMail.email_id == Email.id)
        .join(Person, Person.id == TeamMail.recipient_id)
        .where(Email.state.in_(("ready", "unknown")), Email.settled_at.is_(None))
    )
    waiting = [(email, person, now) for email, person, now in session.execute(lock_mail(query, skips_locked=True))]
    teams = _find_teams(session, at.date()) if waiting else {}
    count = 0
    for email, person, now in waiting:
        goes_at = at + max((email.leased_until or now) - now, timedelta(0))
        actor, zone = supervise(person.id, frozenset(teams.get(person.id, ()))), known_zone(person.zone, "UTC")
        policy = _find_policy(rulebook, list_packs(session, actor, at.date()), at)
        wakes_at = after_quiet(goes_at, _quiet_of(policy), zone) if policy is not None else goes_at
        if wakes_at > goes_at:
            email.leased_until = db_now((wakes_at - at).total_seconds())
            count += 1
    session.flush()
    return count


def find_week(at: datetime, zone: str) -> date:
    """The Monday of the week that `at` lies in, in `zone`."""
    today = at.astimezone(ZoneInfo(known_zone(zone, "UTC"))).date()
    return add_days(today, -today.weekday())


def _find_teams(session: Session, today: date) -> dict[int, set[int]]:
    """The organizations in which each of them has a team, merges followed; a stand-in has that of whoever is away."""
    lasting = (Assignment.from_on <= today, (Assignment.until_on.is_(None)) | (Assignment.until_on >= today))
    pairs = session.execute(select(Assignment.supervisor_id, Assignment.organization_id).where(*lasting).distinct())
    found = _by_person(session, [(row.supervisor_id, row.organization_id) for row in pairs])
    away = (StandIn.state == "recorded", StandIn.from_on <= today, StandIn.until_on >= today)
    gone = session.execute(select(StandIn.supervisor_id, StandIn.organization_id).where(*away).distinct())
    teams: dict[int, set[int]] = defaultdict(set, {number: set(places) for number, places in found.items()})
    for supervisor_id, places in _by_person(
        session, [(row.supervisor_id, row.organization_id) for row in gone]
    ).items():
        for place in places & found.get(supervisor_id, set()):
            stand_in = find_stand_in(session, supervisor_id, place, today)
            if stand_in is not None:
                teams[stand_in].add(place)
    return teams


def _by_person(session: Session, pairs: Sequence[tuple[int, int]]) -> dict[int, set[int]]:
    people = load_holders(session, {number for number, _ in pairs})
    found: dict[int, set[int]] = defaultdict(set)
    for number, organization_id in pairs:
        found[people[number].id].add(organization_id)
    return found


def _list_done(session: Session, at: datetime) -> Sequence[TeamMail]:
    # two weeks: in some zone it is Monday already, in another one still Sunday
    return session.scalars(select(TeamMail).where(TeamMail.week_on > at.date() - 2 * _WEEK)).all()


def _find_policy(rulebook: Rulebook, packs: Sequence[str], at: datetime) -> Policy | None:
    """The one by which the team is reminded, the first by its packs' keys; else any: it only says the hours."""
    found = (rulebook.find_policy(key, at) for key in packs)
    return next((policy for policy in (*found, *rulebook.policies.list()) if policy is not None), None)


def _find_hour(policy: Policy, week_on: date, zone: str, at: datetime) -> datetime:
    return find_send_after(week_on, policy.send_at, _quiet_of(policy), zone, at)


def _quiet_of(policy: Policy) -> QuietHours:
    return QuietHours(policy.quiet_from, policy.quiet_until)


def _address(
    session: Session, terms: Terms, person: Person, organization_ids: frozenset[int], message_id: str, at: datetime
) -> Envelope:
    """From the office whose team it is, the first on record where there are several."""
    office = session.get_one(Organization, min(organization_ids))
    return Envelope(
        message_id=message_id,
        sent_at=at,
        mail_from=terms.mail_from,
        office_name=office.name,
        reply_to=office.reply_to,
        to_address=person.address or "",
        to_name=person.shown_name,
        locale=check_locale(person.language),
        base_url=terms.base_url,
    )
