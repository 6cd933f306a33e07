"""A forgotten password: a one-time link by mail, to whoever has an account and an address."""

from certtrack.auth.links import VALID_FOR, make_link
from certtrack.db.audit import record_event
from certtrack.db.models import Account, Organization, Person
from certtrack.mail.compose import compose_link
from certtrack.mail.content import Envelope
from certtrack.services.accounts import find_account
from certtrack.services.outbox import make_message_id, queue_now
from certtrack.web.edge import parts, writing
from certtrack.web.viewers import find_office


def queue_link(name: str) -> None:
    """Queue the mail; nothing happens where there is no such account, it is closed, or has no address."""
    settings, at = parts().settings, parts().clock.now()
    with writing() as session:
        account = find_account(session, name)
        if account is None or not account.is_active:
            return
        person = session.get(Person, account.person_id) if account.person_id else None
        address = account.address or (person.address if person else None)
        if address is None:
            return
        link = make_link(settings, account, at=at)
        message_id = make_message_id("password_reset", account.id, link, number=1, mail_from=settings.mail_from)
        office = find_office(session, account.id)
        envelope = _make_envelope(account, person, address, office, message_id)
        data = compose_link(
            envelope,
            "password_reset",
            called=person.called if person else account.sign_in_name,
            link=link,
            valid_until=at + VALID_FOR,
            zone=person.zone if person else office.zone if office else "UTC",
        )
        queue_now(
            session,
            address=address,
            data=data,
            message_id=message_id,
            account_id=account.id,
            person_id=account.person_id,
            valid_until=at + VALID_FOR,
            at=at,
        )
        record_event(
            session,
            at=at,
            actor=f"account:{account.id}",
            action="account.link_asked",
            subject=("account", account.id),
            people=[account.person_id] if account.person_id else [],
        )


def _make_envelope(
    account: Account, person: Person | None, address: str, office: Organization | None, message_id: str
) -> Envelope:
    settings = parts().settings
    return Envelope(
        message_id=message_id,
        sent_at=parts().clock.now(),
        mail_from=settings.mail_from,
        office_name=office.name if office else "CertTrack",
        reply_to=office.reply_to if office else None,
        to_address=address,
        to_name=person.shown_name if person else account.sign_in_name,
        locale=account.language,
        base_url=settings.base_url,
    )
