"""Which reminder goes to which of a recipient's addresses: nearly every one to the first, a late one to both."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, bindparam, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Affiliation, Email, Person, ReminderEmail
from certtrack.db.queries.merges import load_merged
from certtrack.errors import CertTrackError
from certtrack.services.delivery.rechecking import Ripe
from certtrack.services.other_days.checking import RipeDay
from certtrack.services.reminders.arming import earliest_day

_REMEMBERED = timedelta(days=90)  # an address that was refused longer ago may be mended, and is tried again
_DONE_WITH = ("sent", "failed", "bounced")
_MAY_ARRIVE = ("ready", "leased", "unknown")


@dataclass(frozen=True, slots=True)
class Way:
    """What is told in one mail to one address. `is_paired`: some of it is told, or was, at the other address, too."""

    address: str
    told: tuple[Ripe | RipeDay, ...]
    is_paired: bool = False


class NoAddress(CertTrackError):
    """A mail was about to be made for somebody without an address."""


def list_ways(
    session: Session, people: Iterable[Person], ripe: Mapping[int, Sequence[Ripe | RipeDay]], at: datetime
) -> dict[int, tuple[Way, ...]]:
    """The mails of each of these people who has something to be told, that to the first address first.

    A reminder that goes to both isn't told again at an address that took it, may have taken it, or refused it. Nothing
    is asked for people with one address, nor for reminders that go to the first one alone.
    """
    concerned = [one for one in people if ripe[one.id] and any(each.to_both for each in ripe[one.id])]
    second = load_second_addresses(session, concerned, at)
    told = [each for number in second for each in ripe[number] if each.to_both]
    done = _load_done(session, [each.reminder.id for each in told if each.reminder.email_id is not None])
    return {
        person.id: _make_ways(_address_of(person), second.get(person.id), ripe[person.id], done)
        for person in people
        if ripe[person.id]
    }


def load_second_addresses(session: Session, people: Iterable[Person], at: datetime) -> dict[int, str]:
    """The other address of each of these people, by their number; nobody who has only one that is of use.

    One at work is of use while they belong to an organization, or where nothing is known of any. One that refused mail
    in the last 90 days, or sent it back, isn't, unless it has taken a later one.
    """
    found = {person.id: other for person in people if (other := find_other_address(person)) is not None}
    at_work = [person.id for person in people if person.id in found and found[person.id] == person.work_address]
    gone = _list_gone(session, at_work, at)
    refused = _load_refused(session, {other for number, other in found.items() if number not in gone}, at)
    return {number: other for number, other in found.items() if number not in gone and other not in refused}


def find_other_address(person: Person) -> str | None:
    """The address that isn't where their mail goes first; None where there is none that differs."""
    both = (person.private_address, person.work_address)
    first = (person.address or "").casefold()
    return next((address for address in both if address and address.casefold() != first), None)


def _make_ways(
    first: str, second: str | None, ripe: Sequence[Ripe | RipeDay], done: Mapping[int, frozenset[str]]
) -> tuple[Way, ...]:
    if second is None:
        return (Way(first, tuple(ripe)),)
    wanted = {each.reminder.id: _choose(first, second, each, done) for each in ripe}
    told = {address: tuple(each for each in ripe if address in wanted[each.reminder.id]) for address in (first, second)}
    both = {number for number, addresses in wanted.items() if len(addresses) > 1}
    return tuple(
        Way(address, each, is_paired=address == second or any(one.reminder.id in both for one in each))
        for address, each in told.items()
        if each
    )


def _choose(first: str, second: str, one: Ripe | RipeDay, done: Mapping[int, frozenset[str]]) -> tuple[str, ...]:
    """Where this one is told: where nothing is left that could take it, the first address is tried once more."""
    if not one.to_both:
        return (first,)
    over = done.get(one.reminder.id, frozenset())
    return tuple(address for address in (first, second) if address not in over) or (first,)


def _load_done(session: Session, reminder_ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """The addresses where each of these reminders isn't to be told again, whatever became of it elsewhere."""
    if not reminder_ids:
        return {}
    is_open = Email.state.in_(_MAY_ARRIVE) & Email.settled_at.is_(None)
    query = (
        select(ReminderEmail.reminder_id, Email.address)
        .join(Email, Email.id == ReminderEmail.email_id)
        .where(ReminderEmail.reminder_id.in_(reminder_ids), Email.is_paired, Email.state.in_(_DONE_WITH) | is_open)
    )
    found: dict[int, set[str]] = defaultdict(set)
    for reminder_id, address in session.execute(query):
        found[reminder_id].add(address)
    return {number: frozenset(addresses) for number, addresses in found.items()}


def _list_gone(session: Session, people: Sequence[int], at: datetime) -> set[int]:
    """Those of these people, merges followed, who belong to no organization any more, though they did."""
    if not people:
        return set()
    same = load_merged(session, people)
    lasts = or_(Affiliation.until_on.is_(None), Affiliation.until_on >= earliest_day(at))
    query = select(Affiliation.person_id, lasts).where(Affiliation.person_id.in_({*people, *same}))
    known = [(same.get(person_id, person_id), is_there) for person_id, is_there in session.execute(query)]
    return {person_id for person_id, _ in known} - {person_id for person_id, is_there in known if is_there}


def _load_refused(session: Session, addresses: set[str], at: datetime) -> set[str]:
    """Those of these addresses of which the last that is known is that a mail wasn't delivered there."""
    if not addresses:
        return set()
    # written out: an index that holds these alone is used only for what the statement itself says
    states: BindParameter[Any] = bindparam(None, ("failed", "bounced"), expanding=True, literal_execute=True)
    is_evidence = or_(Email.state == "bounced", Email.mail_class == "planned")
    refused = select(Email.address, Email.id, Email.recipient_id).where(
        Email.state.in_(states), Email.address.in_(addresses), is_evidence, Email.settled_at > at - _REMEMBERED
    )
    last: dict[str, tuple[int, int | None]] = {}
    for address, number, recipient_id in session.execute(refused.order_by(Email.id)):
        last[address] = number, recipient_id
    return {address for address, (number, person_id) in last.items() if not _took(session, address, number, person_id)}


def _took(session: Session, address: str, after: int, recipient_id: int | None) -> bool:
    """True where that recipient's address took a later mail."""
    query = select(Email.id).where(Email.recipient_id == recipient_id, Email.address == address, Email.id > after)
    return session.scalar(query.where(Email.state == "sent").limit(1)) is not None


def _address_of(person: Person) -> str:
    if person.address is None:
        raise NoAddress(f"The person {person.id} has no address.")
    return person.address
