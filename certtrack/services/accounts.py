"""Accounts and their roles; what a sign-in checks is `certtrack.auth`'s."""

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.inserting import insert_unless_there
from certtrack.db.models import Account, AccountRole
from certtrack.errors import BadInput, NotFound, Refused
from certtrack.language import check_locale
from certtrack.security import Actor, Role


def create_account(
    session: Session,
    sign_in_name: str,
    *,
    role: Role,
    organization_id: int | None,
    person_id: int | None = None,
    language: str = "en",
    actor: Actor,
    at: datetime,
) -> Account:
    """Make an account without a password yet: its owner chooses one by a link. Raises Refused for a taken name.

    A sign-in name that is an address is also where its mails go.
    """
    name = sign_in_name.strip().lower()
    if not name:
        raise BadInput("An account needs a sign-in name; an address will do.")
    if find_account(session, name) is not None:
        raise Refused(f"There is an account {name} already; choose another sign-in name.")
    account = Account(
        sign_in_name=name,
        address=name if "@" in name else None,
        password=None,
        is_active=True,
        fs_uniquifier=secrets.token_hex(32),
        language=check_locale(language),
        person_id=person_id,
        recorded_at=at,
        recorded_by=actor.key,
    )
    session.add(account)
    session.flush()
    give_role(session, account, role, organization_id, actor=actor, at=at)
    return account


def give_role(
    session: Session, account: Account, role: Role, organization_id: int | None, *, actor: Actor, at: datetime
) -> None:
    """Give the account a role within an organization; with None, everywhere. One that it has already stays as it is."""
    values = {"account_id": account.id, "role": role.value, "organization_id": organization_id}
    if not insert_unless_there(session, AccountRole, **values, recorded_at=at, recorded_by=actor.key):
        return
    record_event(
        session,
        at=at,
        actor=actor.key,
        action="account.role",
        subject=("account", account.id),
        people=[account.person_id] if account.person_id else [],
        details={"role": role.value, "organization_id": organization_id},
    )


def link_person(session: Session, account: Account, person_id: int, *, actor: Actor, at: datetime) -> None:
    """Say whose account it is. Raises Refused where it is somebody else's already."""
    if account.person_id not in (None, person_id):
        raise Refused(f"The account {account.sign_in_name} belongs to another person.")
    account.person_id = person_id
    session.flush()
    record_event(
        session,
        at=at,
        actor=actor.key,
        action="account.linked",
        subject=("account", account.id),
        people=[person_id],
    )


def find_account(session: Session, sign_in_name: str) -> Account | None:
    """The account with this sign-in name, whatever its case; None where there is none."""
    return session.scalar(select(Account).where(Account.sign_in_name == sign_in_name.strip().lower()))


def get_account(session: Session, sign_in_name: str) -> Account:
    """The account with this sign-in name. Raises NotFound."""
    account = find_account(session, sign_in_name)
    if account is None:
        raise NotFound(f"There is no account {sign_in_name}.")
    return account


def has_administrator(session: Session) -> bool:
    """True once somebody can administer: before that, the first start hands out a one-time link."""
    query = select(AccountRole.id).where(AccountRole.role == Role.AGENCY_ADMINISTRATOR.value).limit(1)
    return session.scalar(query) is not None
