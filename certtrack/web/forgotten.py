"""A forgotten password: a one-time link by mail, to whoever has an account and an address."""

from certtrack.auth.account_mail import find_reach, make_nobody, queue_reset
from certtrack.db.audit import record_event
from certtrack.services.accounts import find_account
from certtrack.web.edge import parts, writing


def queue_link(name: str) -> None:
    """Queue the mail; where there is no such account, it is closed or has no address, the same work leads nowhere.

    That it was asked for is in the audit either way, so that nobody learns by the clock who has an account here.
    """
    at = parts().clock.now()
    with writing() as session:
        account = find_account(session, name)
        reach = find_reach(session, account) if account is not None and account.is_active else None
        queue_reset(session, parts().settings, reach or make_nobody(session, name), at=at)
        record_event(
            session,
            at=at,
            actor=f"account:{account.id}" if account else "nobody",
            action="account.link_asked",
            subject=("account", account.id if account else None),
            people=[account.person_id] if account and account.person_id else [],
            details={"is_mailed": reach is not None},
        )
