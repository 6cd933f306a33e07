"""Mail about an account, to its owner: a link to choose a password, and word of what was done to it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.auth.links import VALID_FOR, make_link
from certtrack.db.audit import record_event
from certtrack.db.models import Account, Organization, Person
from certtrack.db.queries.merges import same_person
from certtrack.mail.compose import compose_link, compose_notice
from certtrack.mail.content import Envelope, LinkKind, NoticeKind
from certtrack.services.accounts import find_office
from certtrack.services.delivery.outbox import make_message_id, queue_now
from certtrack.services.people import get_person
from certtrack.settings import Settings

_NOTICE_TRIED_FOR = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Reach:
    """How an account's owner is written to. `person` and `office` are None where none is on record.

    `is_former`: mail went to the address once, and goes elsewhere now.
    """

    account: Account
    address: str
    person: Person | None
    office: Organization | None
    is_former: bool = False

    @property
    def recipient_id(self) -> int | None:
        """Whose mail it is; None of a former address: that it takes none is nothing to find out about somebody."""
        return None if self.is_former else self.account.person_id

    @property
    def called(self) -> str:
        """As whom they are greeted."""
        return self.person.called if self.person else self.account.sign_in_name

    @property
    def zone(self) -> str:
        """The zone in which moments are said to them."""
        return self.person.zone if self.person else self.office.zone if self.office else "UTC"

    def make_envelope(self, settings: Settings, message_id: str, at: datetime) -> Envelope:
        """Who writes to whom, of a mail that is composed now."""
        return Envelope(
            message_id=message_id,
            sent_at=at,
            mail_from=settings.mail_from,
            office_name=self.office.name if self.office else "CertTrack",
            reply_to=self.office.reply_to if self.office else None,
            to_address=self.address,
            to_name=self.person.shown_name if self.person else self.account.sign_in_name,
            locale=self.account.language,
            base_url=settings.base_url.rstrip("/"),
        )


def find_reach(session: Session, account: Account) -> Reach | None:
    """How the owner is written to; None where the account has no address."""
    person = session.get(Person, account.person_id) if account.person_id else None
    address = account.address or (person.address if person else None)
    return Reach(account, address, person, find_office(session, account.id)) if address else None


def make_nobody(session: Session, name: str) -> Reach:
    """How somebody who has no account here would be written to: for the work that is done for them all the same."""
    nobody = Account(id=0, sign_in_name=name[:255], fs_uniquifier="", language="en")
    return Reach(nobody, "nobody@localhost", None, find_office(session, 0))


def queue_reset(session: Session, settings: Settings, reach: Reach, *, at: datetime) -> None:
    """Queue a mail with a one-time link to choose a password; to nobody it is composed, and goes nowhere."""
    _queue_link(session, settings, reach, "password_reset", at)


def queue_invitation(session: Session, settings: Settings, account: Account, *, actor: str, at: datetime) -> bool:
    """Queue the first mail to an account's owner, with such a link; False where the account has no address."""
    reach = find_reach(session, account)
    if reach is None:
        return False
    _queue_link(session, settings, reach, "account_link", at)
    people = [account.person_id] if account.person_id else []
    subject = ("account", account.id)
    record_event(session, at=at, actor=actor, action="account.link_made", subject=subject, people=people)
    return True


def _queue_link(session: Session, settings: Settings, reach: Reach, kind: LinkKind, at: datetime) -> None:
    link = make_link(settings, reach.account, at=at)
    message_id = make_message_id(kind, reach.account.id, link, number=1, mail_from=settings.mail_from)
    data = compose_link(
        reach.make_envelope(settings, message_id, at),
        kind,
        called=reach.called,
        link=link,
        valid_until=at + VALID_FOR,
        zone=reach.zone,
    )
    if reach.account.id:
        _queue(session, reach, data, message_id, at, VALID_FOR)


def queue_notice(session: Session, settings: Settings, account: Account, kind: NoticeKind, *, at: datetime) -> None:
    """Queue word of what was done to the account; nothing where it has no address."""
    reach = find_reach(session, account)
    if reach is not None:
        _queue_notice(session, settings, reach, kind, at)


def queue_word_of_addresses(
    session: Session, settings: Settings, person: Person, before: Iterable[str | None], *, at: datetime
) -> None:
    """Queue word that somebody's office changed where their mail goes, to where it went `before` and goes no more.

    It is about an account, so that nothing goes to whoever has none; nor does it where they have died.
    """
    accounts = select(Account).where(Account.person_id.in_(same_person(person.id)), Account.is_active)
    former = {address for address in before if address} - {person.private_address, person.work_address}
    if person.died_on is not None:
        return
    for account in session.scalars(accounts.order_by(Account.id)):
        for address in sorted(former):
            reach = Reach(account, address, person, find_office(session, account.id), is_former=True)
            _queue_notice(session, settings, reach, "addresses_changed", at)


def make_word_of_addresses(settings: Settings, now: Callable[[], datetime]) -> Callable[[Session, int, str], None]:
    """What queues that word for a person by number and the address until then, as an import tells of them."""

    def tell(session: Session, person_id: int, address: str) -> None:
        queue_word_of_addresses(session, settings, get_person(session, person_id), [address], at=now())

    return tell


def _queue_notice(session: Session, settings: Settings, reach: Reach, kind: NoticeKind, at: datetime) -> None:
    keys = (kind, reach.account.id, reach.address, at.isoformat())
    message_id = make_message_id(*keys, number=1, mail_from=settings.mail_from)
    envelope = reach.make_envelope(settings, message_id, at)
    data = compose_notice(envelope, kind, called=reach.called, zone=reach.zone)
    _queue(session, reach, data, message_id, at, _NOTICE_TRIED_FOR)


def _queue(session: Session, reach: Reach, data: bytes, message_id: str, at: datetime, tried_for: timedelta) -> None:
    queue_now(
        session,
        address=reach.address,
        data=data,
        message_id=message_id,
        account_id=reach.account.id,
        person_id=reach.recipient_id,
        valid_until=at + tried_for,
        at=at,
    )
