"""Whom mail doesn't reach: no address, one that is refused, or one from which mail comes back."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Email, Person
from certtrack.security import Act, Actor, Fields
from certtrack.services.actors import open_people, visible_people
from certtrack.services.awaited import Awaited, in_chunks, load_awaited
from certtrack.services.delivery.addressing import load_second_addresses

PAGE = 50
_TRUSTED_AFTER = timedelta(days=5)  # as long as servers try before they report that a mail was given up

Why = Literal["no_address", "refused", "came_back"]


@dataclass(frozen=True, slots=True)
class Unreached:
    """Somebody whom mail doesn't reach, with the days that come, the nearest first.

    `since` is when the first mail to the address wasn't delivered, None where there is no address. `address` is None
    where there is none, or where it isn't the reader's to see. `can_mend`: the reader may enter another one.
    `has_second`: there is another address, which has refused nothing, and late reminders go there, too.
    """

    person: Person
    why: Why
    since: datetime | None
    address: str | None
    awaited: tuple[Awaited, ...]
    can_mend: bool
    has_second: bool = False

    @property
    def since_on(self) -> date | None:
        """The day of that where the person is."""
        return self.since.astimezone(ZoneInfo(self.person.zone)).date() if self.since is not None else None

    @property
    def next_on(self) -> date:
        """The nearest of the days."""
        return self.awaited[0].next_on


@dataclass(frozen=True, slots=True)
class UnreachedPage:
    """One page of the list, whose day is nearest first. `total` counts people, whatever the page; `first` from 1."""

    items: tuple[Unreached, ...]
    total: int
    first: int


@dataclass(frozen=True, slots=True)
class _Trouble:
    why: Why
    since: datetime | None


def list_undeliverable(session: Session, actor: Actor, *, today: date, at: datetime, page: int = 1) -> UnreachedPage:
    """Those whom the actor may tell in another way, and whom mail doesn't reach; `page` counts from 1.

    Only people with a day to act by, or another day that the actor may see: nobody who isn't going on, and no
    certification that is suspended or over.
    """
    troubles = _find_troubles(session, open_people(actor, today, Act.TELL), at)
    awaited = load_awaited(session, actor, troubles, today)
    order = sorted(awaited, key=lambda number: (awaited[number][0].next_on, number))
    first = (max(page, 1) - 1) * PAGE
    shown = order[first : first + PAGE]
    people = {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(shown)))}
    seen = _narrow(session, shown, visible_people(actor, today, Fields.ADDRESSES))
    mendable = _narrow(session, shown, open_people(actor, today, Act.MEND_ADDRESS))
    second = load_second_addresses(session, people.values(), at)
    items = tuple(
        Unreached(
            person=people[number],
            why=troubles[number].why,
            since=troubles[number].since,
            address=people[number].address if number in seen else None,
            awaited=awaited[number],
            can_mend=number in mendable,
            has_second=number in second,
        )
        for number in shown
    )
    return UnreachedPage(items, len(order), first + 1)


def count_undeliverable(session: Session, actor: Actor, *, today: date, at: datetime) -> int:
    """How many people `list_undeliverable` has for the actor."""
    troubles = _find_troubles(session, open_people(actor, today, Act.TELL), at)
    return len(load_awaited(session, actor, troubles, today))


def _find_troubles(session: Session, which: ColumnElement[bool], at: datetime) -> dict[int, _Trouble]:
    """What keeps mail from each of the living people that `which` is true of; nobody whom it reaches."""
    undelivered = _load_undelivered(session, at)
    alive = and_(Person.merged_into_id.is_(None), Person.died_on.is_(None))
    without = select(Person.id).where(alive, Person.private_address.is_(None), Person.work_address.is_(None))
    found = {number: _Trouble("no_address", None) for number in session.scalars(without)}
    for person in _list_by_address(session, undelivered.keys(), alive):
        mails = undelivered.get(person.address or "")
        if mails:  # else mail goes to the other address
            last = max(mails, key=_settled_at)
            since = min(_settled_at(email) for email in mails)
            found[person.id] = _Trouble("came_back" if last.state == "bounced" else "refused", since)
    # whose they are is asked last: it is asked of few, and is costly where an office has many people
    seen = {number for chunk in in_chunks(found) for number in _narrow(session, chunk, which)}
    return {number: trouble for number, trouble in found.items() if number in seen}


def _load_undelivered(session: Session, at: datetime) -> dict[str, list[Email]]:
    """The mails that weren't delivered, by address; none of an address to which a later one went and stayed.

    A link that ran out before it was sent isn't one of them.
    """
    # written out: an index that holds these alone is used only for what the statement itself says
    states: BindParameter[Any] = bindparam(None, ("failed", "bounced"), expanding=True, literal_execute=True)
    is_evidence = or_(Email.state == "bounced", Email.mail_class == "planned")
    mails = list(session.scalars(select(Email).where(Email.state.in_(states), is_evidence).order_by(Email.id)))
    proofs = _load_proofs(session, {email.recipient_id for email in mails if email.recipient_id is not None}, at)
    found: dict[str, list[Email]] = defaultdict(list)
    for email in mails:
        proof = proofs.get(email.address)
        if proof is None or proof < _settled_at(email):
            found[email.address].append(email)
    return found


def _list_by_address(session: Session, addresses: Iterable[str], alive: ColumnElement[bool]) -> Iterator[Person]:
    """Whoever has one of these addresses, private or at work."""
    for chunk in in_chunks(addresses):
        has_one = or_(Person.private_address.in_(chunk), Person.work_address.in_(chunk))
        yield from session.scalars(select(Person).where(has_one, alive))


def _load_proofs(session: Session, people: Iterable[int], at: datetime) -> dict[str, datetime]:
    """When each address last took a mail that hasn't come back for days."""
    found: dict[str, datetime] = {}
    for chunk in in_chunks(people):
        query = (
            select(Email.address, func.max(Email.settled_at).label("taken_at"))
            .where(Email.recipient_id.in_(chunk), Email.state == "sent", Email.settled_at < at - _TRUSTED_AFTER)
            .group_by(Email.address)
        )
        for row in session.execute(query):
            found[row.address] = max(row.taken_at, found.get(row.address, row.taken_at))
    return found


def _settled_at(email: Email) -> datetime:
    """When it was known that the mail isn't delivered."""
    return email.bounced_at or email.settled_at or email.created_at


def _narrow(session: Session, people: Collection[int], which: ColumnElement[bool]) -> set[int]:
    return set(session.scalars(select(Person.id).where(Person.id.in_(people), which)))
