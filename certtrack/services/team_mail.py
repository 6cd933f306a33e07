"""The week's mail to whoever supervises: how many of their people are where, on Monday, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.inserting import insert_unless_there
from certtrack.db.models import Email, Organization, Person, TeamMail
from certtrack.db.types import db_now
from certtrack.language import check_locale
from certtrack.mail.compose import compose_team
from certtrack.mail.content import Envelope
from certtrack.services.delivery.leasing import Terms
from certtrack.services.delivery.outbox import make_message_id, queue_now
from certtrack.services.locking import lock_mail
from certtrack.services.reminders.sending_hours import after_quiet, known_zone
from certtrack.services.rulebook import Rulebook
from certtrack.services.team_book import load_team_book
from certtrack.services.team_counts import count_team, list_packs, supervise
from certtrack.services.team_hours import WEEK, end_of_week, find_team_hour, find_team_policy, find_week, quiet_of


@dataclass(frozen=True, slots=True)
class TeamRecipient:
    """Somebody who may be due a week's mail, and the organizations whose teams they answer for just now."""

    person_id: int
    organization_ids: frozenset[int]


def list_recipients(session: Session, at: datetime) -> list[TeamRecipient]:
    """Whoever supervises anybody, and whoever stands in for one who is away, by number.

    Left out are those without an address, and those who have the mail of their own week already.
    """
    book = load_team_book(session, (at.date(), at.date()))
    weeks = {(row.week_on, row.recipient_id) for row in _list_done(session, at)}
    return [
        TeamRecipient(number, places)
        for number, places in sorted(book.find_teams(at.date()).items())
        if (person := book.people[number]).address is not None
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
    policy = find_team_policy(rulebook, list_packs(session, actor, today), at)
    if policy is None or find_team_hour(policy, week_on, zone, at) > at:
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
        valid_until=end_of_week(week_on, zone),
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
    teams = load_team_book(session, (at.date(), at.date())).find_teams(at.date()) if waiting else {}
    count = 0
    for email, person, now in waiting:
        goes_at = at + max((email.leased_until or now) - now, timedelta(0))
        actor, zone = supervise(person.id, teams.get(person.id, frozenset())), known_zone(person.zone, "UTC")
        policy = find_team_policy(rulebook, list_packs(session, actor, at.date()), at)
        wakes_at = after_quiet(goes_at, quiet_of(policy), zone) if policy is not None else goes_at
        if wakes_at > goes_at:
            email.leased_until = db_now((wakes_at - at).total_seconds())
            count += 1
    session.flush()
    return count


def _list_done(session: Session, at: datetime) -> Sequence[TeamMail]:
    # two weeks: in some zone it is Monday already, in another one still Sunday
    return session.scalars(select(TeamMail).where(TeamMail.week_on > at.date() - 2 * WEEK)).all()


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
