"""Accounts and their roles; what a sign-in checks is `certtrack.auth`'s."""

import secrets
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from certtrack.db.audit import record_event
from certtrack.db.inserting import insert_unless_there
from certtrack.db.models import Account, AccountRole, Organization
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
    from_on: date | None = None,
    until_on: date | None = None,
    actor: Actor,
    at: datetime,
) -> Account:
    """Make an account without a password yet: its owner chooses one by a link. Raises Refused for a taken name.

    A sign-in name that is an address is also where its mails go. Days, and what is refused of a role: `give_role`.
    """
    name = sign_in_name.strip().lower()
    if not name:
        raise BadInput("An account needs a sign-in name; an address will do.")
    is_new = insert_unless_there(
        session,
        Account,
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
    if not is_new:
        raise Refused(f"There is an account {name} already; choose another sign-in name.")
    account = get_account(session, name)
    give_role(session, account, role, organization_id, from_on=from_on, until_on=until_on, actor=actor, at=at)
    return account


def give_role(
    session: Session,
    account: Account,
    role: Role,
    organization_id: int | None,
    *,
    from_on: date | None = None,
    until_on: date | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Give the account a role within an organization; with None, everywhere. Both days are included, None: no limit.

    One that it has already with these days stays as it is; with other days, it has these from now on. Raises BadInput
    for a role that would end before it begins, and for an auditor's without organization or last day.
    """
    _check_span(role, organization_id, from_on, until_on)
    where = {"account_id": account.id, "role": role.value, "organization_id": organization_id}
    days = {"from_on": from_on, "until_on": until_on}
    if not insert_unless_there(session, AccountRole, **where, **days, recorded_at=at, recorded_by=actor.key):
        row = session.scalars(select(AccountRole).filter_by(**where)).one()
        if (row.from_on, row.until_on) == (from_on, until_on):
            return
        row.from_on, row.until_on = from_on, until_on
        session.flush()
    record_event(
        session,
        at=at,
        actor=actor.key,
        action="account.role",
        subject=("account", account.id),
        people=[account.person_id] if account.person_id else [],
        details={"role": role.value, "organization_id": organization_id, **days},
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


def find_office(session: Session, account_id: int) -> Organization | None:
    """The organization that an account belongs to first, else the first on record; None where there is none."""
    return session.scalar(select(Organization).where(Organization.id == office_of(literal(account_id))))


def office_of(account_id: ColumnElement[int] | InstrumentedAttribute[int]) -> ColumnElement[int]:
    """The number of that organization, within a query that has the account's."""
    own = select(AccountRole.organization_id).where(
        AccountRole.account_id == account_id, AccountRole.organization_id.is_not(None)
    )
    first = select(func.min(Organization.id))
    return func.coalesce(own.order_by(AccountRole.id).limit(1).scalar_subquery(), first.scalar_subquery())


def has_administrator(session: Session) -> bool:
    """True while an active account can administer: before that, the first start hands out a one-time link."""
    query = (
        select(AccountRole.id)
        .join(Account, Account.id == AccountRole.account_id)
        .where(AccountRole.role == Role.AGENCY_ADMINISTRATOR.value, Account.is_active)
    )
    return session.scalar(query.limit(1)) is not None


def _check_span(role: Role, organization_id: int | None, from_on: date | None, until_on: date | None) -> None:
    if from_on is not None and until_on is not None and until_on < from_on:
        raise BadInput(f"A role that begins on {from_on} can't end on {until_on}.")
    if role is Role.AUDITOR and (organization_id is None or until_on is None):
        raise BadInput("An auditor looks at one organization until a day: say which, and the last day.")
