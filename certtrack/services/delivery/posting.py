"""From ripe reminders to leased mails: one mail a recipient, of fresh facts. It is composed once that is on record."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from certtrack.db.models import Email, Organization, Person
from certtrack.db.types import db_now
from certtrack.language import check_locale
from certtrack.logs import get_log
from certtrack.mail.content import DAY_MOVED, About, Content, DayItem, Envelope, ReminderItem
from certtrack.mail.links import STOP, MailLink, list_verbs, make_link_url
from certtrack.rules.reminders import CopyTo
from certtrack.services.delivery.addressing import Way, list_ways
from certtrack.services.delivery.composing import try_to_compose
from certtrack.services.delivery.leasing import Made, Outgoing, Terms, lease, lease_made, lock_in_doubt
from certtrack.services.delivery.outbox import make_message_id
from certtrack.services.delivery.rechecking import (
    Ripe,
    is_asleep,
    is_still_needed,
    list_again,
    list_ripe,
)
from certtrack.services.delivery.words_end import find_words_end
from certtrack.services.organizations import is_granter
from certtrack.services.other_days.checking import RipeDay, list_days_again, list_ripe_days
from certtrack.services.reminders.first_mail import find_new_to_us
from certtrack.services.reminders.ripe import MENDING, lock_recipients, wait_for_mending
from certtrack.services.rulebook import Rulebook, confirmed_rules


@dataclass
class _Offices:
    """The organizations that the mails of one transaction come from, each asked for once.

    `new_to_us` are the recipients who don't know yet who writes to them.
    """

    session: Session
    new_to_us: frozenset[int] = frozenset()
    known: dict[int, Organization] = field(default_factory=dict)
    granting: dict[tuple[int, str], bool] = field(default_factory=dict)

    def get(self, organization_id: int) -> Organization:
        if organization_id not in self.known:
            self.known[organization_id] = self.session.get_one(Organization, organization_id)
        return self.known[organization_id]

    def grants(self, organization_id: int, credential: str) -> bool:
        key = organization_id, credential
        if key not in self.granting:
            self.granting[key] = is_granter(self.session, *key)
        return self.granting[key]


@dataclass(frozen=True, slots=True)
class _To:
    """To whom a mail goes, and where. `again` tells what is written anew from what the same mail said before.

    `is_paired`: some of it goes to their other address, too.
    """

    person: Person
    address: str
    is_paired: bool
    again: tuple[int, ...] = ()

    @property
    def keys(self) -> tuple[object, ...]:
        """What tells it from the mail to the first address."""
        other = () if self.address == self.person.address else (self.address,)
        return (*other, *self.again)


def lease_in_doubt(
    session: Session, rulebook: Rulebook, terms: Terms, at: datetime, limit: int
) -> tuple[list[Outgoing], int]:
    """Lease up to `limit` mails that may have been taken, and say how many were looked at.

    The same bytes go again, as long as one reminder is true, outside the recipient's quiet hours. What certainly wasn't
    taken, and was told at another address, is composed anew.
    """
    emails, offices = lock_in_doubt(session, limit), _Offices(session)
    true = [email for email in emails if _try_to_ask(offices, rulebook, terms, email, at)]
    return lease(session, true, terms), len(emails)


def _try_to_ask(offices: _Offices, rulebook: Rulebook, terms: Terms, email: Email, at: datetime) -> bool:
    """True where the mail is to go again now; one that can't be asked about or written waits an hour, and is late."""
    try:
        is_to_go = is_still_needed(offices.session, rulebook, email, at)
        if not is_to_go or is_asleep(offices.session, rulebook, email, at):
            return False
        if email.state != "ready" or _renew(offices, rulebook, terms, email, at):
            return True
    except Exception as error:  # noqa: BLE001  # whatever is wrong with one record, the other mails go out
        get_log().error("not_asked_again", mail=email.id, kind=type(error).__name__)
    email.leased_until, email.broken_since = db_now(MENDING.total_seconds()), email.broken_since or at
    offices.session.flush()
    return False


def lease_ripe(
    session: Session, rulebook: Rulebook, terms: Terms, at: datetime, limit: int
) -> tuple[list[Outgoing], int]:
    """Lease the mails of up to `limit` recipients, to be composed, and say how many recipients were looked at.

    What can't be told doesn't stop the rest: its reminders are tried again an hour later.
    """
    people = lock_recipients(session, at, limit)
    rules = confirmed_rules(session, rulebook)
    cycles = list_ripe(session, rules, people, at)
    days = list_ripe_days(session, rules, people, at)
    ripe = {person.id: [*cycles.get(person.id, ()), *days.get(person.id, ())] for person in people}
    offices = _Offices(session, find_new_to_us(session, [one.reminder.id for each in ripe.values() for one in each]))
    ways = list_ways(session, people, ripe, at)
    mails = [_make(offices, terms, person, way, at) for person in people for way in ways.get(person.id, ())]
    return lease_made(session, [mail for mail in mails if mail is not None], terms, at), len(people)


def _make(offices: _Offices, terms: Terms, person: Person, way: Way, at: datetime) -> Made | None:
    content = _try_to_make(offices, terms, _To(person, way.address, way.is_paired), way.told, at)
    if content is None:
        return None
    return Made(
        recipient_id=person.id,
        content=content,
        valid_until=find_words_end(way.told, at),
        reminder_ids=tuple(one.reminder.id for one in way.told),
        is_paired=way.is_paired,
    )


def _renew(offices: _Offices, rulebook: Rulebook, terms: Terms, email: Email, at: datetime) -> bool:
    """Write a mail that was certainly not taken anew, with what is true now; False where that can't be."""
    person, rules = offices.session.get_one(Person, email.recipient_id), confirmed_rules(offices.session, rulebook)
    cycles = list_again(offices.session, rules, email, at)
    ripe: list[Ripe | RipeDay] = [*cycles, *list_days_again(offices.session, rules, email, at)]
    to = _To(person, email.address, email.is_paired, again=(email.id, email.attempts))
    content = _try_to_make(offices, terms, to, ripe, at) if ripe else None
    data = try_to_compose(content, [one.reminder.id for one in ripe]) if content is not None else None
    if content is None or data is None:
        return False
    email.data, email.message_id, email.valid_until = data, content.envelope.message_id, find_words_end(ripe, at)
    return True


def _try_to_make(
    offices: _Offices, terms: Terms, to: _To, ripe: Sequence[Ripe | RipeDay], at: datetime
) -> Content | None:
    """What the mail is to say; None where its facts are broken: then its reminders wait an hour."""
    try:
        return _make_content(offices, terms, to, ripe, at)
    except Exception as error:  # noqa: BLE001  # whatever is wrong with one mail, the others go out
        get_log().error("mail_not_composed", reminders=[one.reminder.id for one in ripe], kind=type(error).__name__)
    for one in ripe:
        wait_for_mending(one.reminder)
    offices.session.flush()
    return None


def _make_content(offices: _Offices, terms: Terms, to: _To, ripe: Sequence[Ripe | RipeDay], at: datetime) -> Content:
    office, person = offices.get(ripe[0].organization_id), to.person
    envelope = Envelope(
        message_id=_make_message_id(ripe, terms, to),
        sent_at=at,
        mail_from=terms.mail_from,
        office_name=office.name,
        reply_to=office.reply_to,
        to_address=to.address,
        to_name=person.shown_name,
        locale=check_locale(person.language),
        base_url=terms.base_url,
        unsubscribe=_find_stop(terms, ripe, to.address),
        is_to_both=to.is_paired,
    )
    items = [_make_item(offices, terms, one, envelope.to_address, at) for one in ripe]
    if person.id in offices.new_to_us:
        items = [replace(item, is_first=True) for item in items]
    return Content(envelope, person.called, tuple(items))


def _make_item(
    offices: _Offices, terms: Terms, one: Ripe | RipeDay, address: str, at: datetime
) -> ReminderItem | DayItem:
    if isinstance(one, RipeDay):
        return one.item
    return ReminderItem(
        stage=one.reminder.stage,
        pack=one.pack,
        days=one.days,
        anchor_on=one.reminder.anchor_on,
        number=one.certification.number,
        is_granter=offices.grants(one.certification.organization_id, one.certification.credential),
        today=at.astimezone(ZoneInfo(one.pack.zone)).date(),
        sent_on=one.sent_on,
        links=_make_links(terms, one, address),
        subject=f"{one.reminder.subject_kind}:{one.reminder.subject_id}" if one.about is None else None,
        copies=one.copies,
        copy_on=one.copy_on,
        about=_make_about(one),
        comes_again=one.comes_again,
        so_far=one.so_far,
    )


def _make_about(one: Ripe) -> About | None:
    """Of whom a copy speaks: only whoever may see their standing is ever to get one."""
    if one.about is None:
        return None
    told_on = one.told_at.astimezone(ZoneInfo(one.pack.zone)).date() if one.told_at is not None else None
    return About(one.about.shown_name, cast("CopyTo", one.reminder.audience), told_on)


def _find_stop(terms: Terms, ripe: Sequence[Ripe | RipeDay], address: str) -> str | None:
    """Where one click stops what may be switched off; None where nothing in this mail may be, or no TLS is spoken."""
    first = next((one.reminder.id for one in ripe if one.can_switch_off), None)
    if first is None or not terms.base_url.startswith("https:"):
        return None
    return make_link_url(terms.base_url, terms.links, first, STOP, address)


def _make_links(terms: Terms, one: Ripe, address: str) -> tuple[MailLink, ...]:
    """What the holder can answer to their own reminder, in the mail to that address."""
    reminder = one.reminder
    if reminder.audience != "holder" or reminder.subject_kind != "cycle":
        return ()
    verbs = list_verbs(reminder.stage, is_moved=reminder.stage == DAY_MOVED, is_sent=one.sent_on is not None)
    signed = (terms.base_url, terms.links, reminder.id)
    return tuple(MailLink(verb, make_link_url(*signed, verb, address)) for verb in verbs)


def _make_message_id(ripe: Sequence[Ripe | RipeDay], terms: Terms, to: _To) -> str:
    """The same for the same reminders, address and number of tries: a second copy shows as one."""
    keys = [
        f"{r.subject_kind}:{r.subject_id}:{r.anchor_on}:{r.stage}:{r.occurrence}:{r.recipient_id}"
        for r in sorted((one.reminder for one in ripe), key=lambda reminder: reminder.id)
    ]
    tries = max(one.reminder.tries for one in ripe)
    return make_message_id("reminders", *keys, *to.keys, number=tries + 1, mail_from=terms.mail_from)
