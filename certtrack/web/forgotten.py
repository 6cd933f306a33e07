"""A forgotten password: a one-time link by mail, to whoever has an account and an address."""

from certtrack.auth.account_mail import find_reach, queue_reset
from certtrack.db.audit import record_event
from certtrack.services.accounts import find_account
from certtrack.web.edge import parts, writing


def queue_link(name: str) -> None:
    """Queue the mail; nothing happens where there is no such account, it is closed, or has no address."""
    settings, at = parts().settings, parts().clock.now()
    with writing() as session:
        account = find_account(session, name)
        reach = find_reach(session, account) if account is not None and account.is_active else None
        if account is None or reach is None:
            return
        queue_reset(session, settings, reach, at=at)
        record_event(
            session,
            at=at,
            actor=f"account:{account.id}",
            action="account.link_asked",
            subject=("account", account.id),
            people=[account.person_id] if account.person_id else [],
        )
