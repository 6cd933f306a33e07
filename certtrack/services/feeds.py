"""Private calendars: addresses that only their owner knows, under which a calendar program reads the days to come.

One is of one's own days, another of the days of one's team (`certtrack.services.team.feed`); each ends by itself.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from certtrack.clock import Clock, today_in
from certtrack.db.audit import record_event
from certtrack.db.models import Account, CalendarFeed, Certification, Organization, OtherDay, Person
from certtrack.db.queries.merges import same_person
from certtrack.errors import Refused
from certtrack.mail.calendar_file import EntryDay, Writer, find_entry_day
from certtrack.rules.cycles import days_of
from certtrack.rules.facts import CertificationFacts
from certtrack.rules.pack import Pack
from certtrack.rules.standing import find_position, has_ended
from certtrack.security import Actor
from certtrack.services.accounts import office_of
from certtrack.services.people import get_person
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.standing import load_held

FeedKind = Literal["own", "team"]


@dataclass(frozen=True, slots=True)
class Feed:
    """Whose days they are, in the words of whom, and the days themselves, the next first."""

    person_id: int
    writer: Writer
    days: tuple[EntryDay, ...]


def find_feed(session: Session, account_id: int, kind: FeedKind = "own") -> CalendarFeed | None:
    """The account's feed of that kind that lasts; None where it has none."""
    return session.scalar(select(CalendarFeed).where(*_lasting(account_id, kind)))


def make_feed(session: Session, account: Account, kind: FeedKind = "own", *, actor: Actor, at: datetime) -> str:
    """Make a feed in place of the one before, which is over at once; its token, of which only a digest is kept.

    Whether a team is the account's to see is the caller's to ask.

    Raises Refused for an account that is no person's: there are no days to read.
    """
    if account.person_id is None and kind == "own":
        raise Refused("There is no record for this account, so there are no days to read.")
    # of two at once the second waits here, and ends what the first has made
    session.execute(select(Account.id).where(Account.id == account.id).with_for_update())
    is_renewed = bool(_end(session, account.id, at, kind))
    token = secrets.token_urlsafe(32)
    feed = CalendarFeed(account_id=account.id, kind=kind, digest=_digest(token), made_at=at)
    session.add(feed)
    session.flush()
    _record(session, account, "feed.renewed" if is_renewed else "feed.made", feed, actor, at)
    return token


def end_feed(session: Session, account: Account, kind: FeedKind | None = None, *, actor: Actor, at: datetime) -> bool:
    """End the account's feed of that kind at once, with None each of its feeds; False where none lasts."""
    ended = _end(session, account.id, at, kind)
    for feed in ended:
        _record(session, account, "feed.ended", feed, actor, at)
    return bool(ended)


def find_owner(session: Session, token: str, kind: FeedKind) -> Account | None:
    """Whose feed is read under that address; None for one that never was or has ended, and for a closed account."""
    feed = (CalendarFeed.account_id == Account.id, CalendarFeed.digest == _digest(token), CalendarFeed.kind == kind)
    query = select(Account).join(CalendarFeed, and_(*feed, CalendarFeed.ended_at.is_(None)))
    return session.scalar(query.where(Account.is_active))


def load_feed(
    session: Session, rulebook: Rulebook, token: str, *, mail_from: str, base_url: str, clock: Clock
) -> Feed | None:
    """What is read under that address: the person's own days to act by, as the rules and records say today.

    None alike for a token that never was, one that has ended, and one of an account that is closed. Whoever has died
    has no days. It says what a mail's calendar file says: no credential, no number, nobody's name.
    """
    query = (
        select(Account.person_id, Organization)
        .join(CalendarFeed, CalendarFeed.account_id == Account.id)
        .outerjoin(Organization, Organization.id == office_of(Account.id))
        .where(CalendarFeed.digest == _digest(token), CalendarFeed.kind == "own")
        .where(CalendarFeed.ended_at.is_(None), Account.is_active)
    )
    found = session.execute(query).one_or_none()
    if found is None or found[0] is None:
        return None
    person_id, office = int(found[0]), found[1]
    person = get_person(session, person_id)
    writer = Writer(
        office_name=office.name if office else "CertTrack",
        reply_to=office.reply_to if office else None,
        mail_from=mail_from,
        base_url=base_url,
        locale=person.language,
        at=clock.now(),
    )
    days = () if person.died_on else list_days(session, rulebook, person, clock)
    return Feed(person.id, writer, days)


def list_days(session: Session, rulebook: Rulebook, person: Person, clock: Clock) -> tuple[EntryDay, ...]:
    """The days by which the person is to act, of today and to come, the next first: those that mails tell of."""
    rows = same_person(person.id)
    query = (
        select(OtherDay, Organization.zone)
        .join(Organization, Organization.id == OtherDay.organization_id)
        .where(OtherDay.person_id.in_(rows), OtherDay.closed_on.is_(None))
    )
    others = [(day, today_in(clock, zone)) for day, zone in session.execute(query)]
    in_term = {day.source_id for day, _ in others if day.kind == "provisional_term"}
    numbers = session.scalars(select(Certification.id).where(Certification.person_id.in_(rows))).all()
    held = load_held(session, confirmed_rules(session, rulebook), [one for one in numbers if one not in in_term])
    found = [EntryDay(f"{day.kind}:{day.id}", day.due_on) for day, today in others if today <= day.due_on]
    found += [day for pack, facts in held.values() for day in _list_cycle_days(pack, facts, clock)]
    return tuple(sorted(found, key=lambda one: (one.day, one.subject)))


def _list_cycle_days(pack: Pack, facts: CertificationFacts, clock: Clock) -> Iterable[EntryDay]:
    """The day to act by of the cycle that speaks, or of the one that takes over from it."""
    today = today_in(clock, pack.zone)
    if has_ended(facts, today):
        return
    position = find_position(pack, facts, today)
    cycle = position.following or position.cycle
    if cycle is None:
        return
    day = find_entry_day(f"cycle:{cycle.id}", days_of(pack, cycle), today)
    if day is not None:
        yield day


def _end(session: Session, account_id: int, at: datetime, kind: FeedKind | None) -> list[CalendarFeed]:
    feeds = list(session.scalars(select(CalendarFeed).where(*_lasting(account_id, kind)).with_for_update()))
    for feed in feeds:
        feed.ended_at = at
    session.flush()  # a new one of the same kind goes in behind it
    return feeds


def _lasting(account_id: int, kind: FeedKind | None) -> list[ColumnElement[bool]]:
    of_kind = [CalendarFeed.kind == kind] if kind is not None else []
    return [CalendarFeed.account_id == account_id, CalendarFeed.ended_at.is_(None), *of_kind]


def _record(session: Session, account: Account, action: str, feed: CalendarFeed, actor: Actor, at: datetime) -> None:
    people = [account.person_id] if account.person_id else []
    subject = ("calendar_feed", feed.id)
    details = {"kind": feed.kind}
    record_event(session, at=at, actor=actor.key, action=action, subject=subject, people=people, details=details)


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()  # the token has 256 random bits: no salt makes it harder to find
