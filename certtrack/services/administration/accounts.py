"""Accounts as an office administers them: who can sign in, as what and where.

Nobody changes what they may do themselves, nobody gives what lies outside their own organizations, and no organization
is left without an administrator.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import Account, AccountRole, OrganizationCredential, Person
from certtrack.errors import NotAllowed, Refused, StaleRecord
from certtrack.security import Actor, Relation, Role
from certtrack.services.accounts import create_account, give_role
from certtrack.services.actors import list_relations
from certtrack.services.administration.account_list import get_own_account, is_at, is_own
from certtrack.services.people import list_by_address

_NOT_THEIRS = "This page isn't here, or isn't yours to see."
Why = Literal["own", "last", "elsewhere", "no_programme", "no_person", "several"]
WITH_RECORD = frozenset({Role.SPECIALIST, Role.SUPERVISOR})
"""What only somebody with a record of their own can be."""


class BadRole(Refused):
    """What can't be done to an account, by a code.

    It is the actor's `own`; nobody else administers there (`last`); it has roles `elsewhere`; the organization gives no
    certification (`no_programme`); nobody of the actor's has that address (`no_person`), or several have (`several`).
    """

    def __init__(self, code: Why) -> None:
        super().__init__(f"That can't be done to this account: {code}.")
        self.code: Why = code


def add_account(
    session: Session,
    address: str,
    *,
    role: Role,
    organization_id: int,
    language: str,
    until_on: date | None = None,
    today: date,
    actor: Actor,
    at: datetime,
) -> Account:
    """Make an account whose owner signs in with their address, with its first role, at a place of the actor's.

    It is that person's of the actor's office who has the address on record: nobody opens a record by an address that
    isn't on it. Raises what `create_account` does, and BadRole.
    """
    _check_can_give(session, actor, role, organization_id)
    owner = _find_owner(session, actor, address, today)
    if owner is None and role in WITH_RECORD:
        raise BadRole("no_person")
    return create_account(
        session, address, role=role, organization_id=organization_id, person_id=owner.id if owner else None,
        language=language, until_on=until_on, actor=actor, at=at,
    )  # fmt: skip


def _find_owner(session: Session, actor: Actor, address: str, today: date) -> Person | None:
    theirs = [
        person
        for person in list_by_address(session, address)
        if Relation.AGENCY_ADMINISTRATOR in list_relations(session, actor, person.id, today)
    ]
    if len(theirs) > 1:
        raise BadRole("several")
    return theirs[0] if theirs else None


def add_role(
    session: Session,
    account_id: int,
    role: Role,
    organization_id: int,
    *,
    until_on: date | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Give an account a role at a place of the actor's. Raises NotFound, BadRole, BadInput for one without its days."""
    account = _lock(session, actor, account_id)
    _check_is_not_own(actor, account)
    _check_can_give(session, actor, role, organization_id)
    if role in WITH_RECORD and account.person_id is None:
        raise BadRole("no_person")
    give_role(session, account, role, organization_id, until_on=until_on, actor=actor, at=at)


def end_role(session: Session, account_id: int, role_id: int, *, today: date, actor: Actor, at: datetime) -> None:
    """Take a role away, at once; the audit keeps it. Raises NotFound, BadRole, StaleRecord where it is gone already."""
    account = _lock(session, actor, account_id)
    _check_is_not_own(actor, account)
    row = session.get(AccountRole, role_id, populate_existing=True)
    if row is None or row.account_id != account.id:
        raise StaleRecord("Somebody else has taken that role away already.")
    _check_place(actor, row.organization_id)
    _check_is_not_last(session, [row], today)
    session.delete(row)
    session.flush()
    details = {
        "role": row.role,
        "organization_id": row.organization_id,
        "from_on": row.from_on,
        "until_on": row.until_on,
    }
    _record(session, account, "account.role_ended", details, actor, at)


def set_active(
    session: Session, account_id: int, *, is_active: bool, today: date, actor: Actor, at: datetime
) -> Account:
    """Close an account, so that nobody signs in by it, or open it again; its roles stay. Its sessions are over at once.

    Raises NotFound, BadRole, StaleRecord where somebody else was first.
    """
    account = _lock(session, actor, account_id)
    _check_is_not_own(actor, account)
    if account.is_active is is_active:
        raise StaleRecord("Somebody else has done that already.")
    rows = session.scalars(select(AccountRole).where(AccountRole.account_id == account.id)).all()
    if any(not is_at(actor, row.organization_id) for row in rows):
        raise BadRole("elsewhere")
    if not is_active:
        _check_is_not_last(session, rows, today)
    account.is_active = is_active
    session.flush()
    _record(session, account, "account.opened" if is_active else "account.closed", {}, actor, at)
    return account


def list_roles_to_give(session: Session, organization_ids: Sequence[int]) -> list[Role]:
    """What may be given there: a programme's administrator only where an organization gives a certification."""
    is_programme = session.scalar(
        select(OrganizationCredential.id)
        .where(OrganizationCredential.role == "granter", OrganizationCredential.organization_id.in_(organization_ids))
        .limit(1)
    )
    return [role for role in Role if role is not Role.PROGRAMME_ADMINISTRATOR or is_programme is not None]


def _lock(session: Session, actor: Actor, account_id: int) -> Account:
    """The account, and every administrator's role with it: two who take each other's away wait for one another."""
    account = get_own_account(session, actor, account_id)
    administrators = select(AccountRole).where(AccountRole.role == Role.AGENCY_ADMINISTRATOR.value)
    session.scalars(administrators.order_by(AccountRole.id).with_for_update()).all()
    session.refresh(account, with_for_update=True)
    return account


def _check_place(actor: Actor, organization_id: int | None) -> None:
    if not is_at(actor, organization_id):
        raise NotAllowed(_NOT_THEIRS)


def _check_can_give(session: Session, actor: Actor, role: Role, organization_id: int) -> None:
    _check_place(actor, organization_id)
    if role not in list_roles_to_give(session, [organization_id]):
        raise BadRole("no_programme")


def _check_is_not_own(actor: Actor, account: Account) -> None:
    if is_own(actor, account):
        raise BadRole("own")


def _check_is_not_last(session: Session, rows: Sequence[AccountRole], today: date) -> None:
    """Where one of the roles is an administrator's, somebody else has to administer there today."""
    for row in rows:
        if row.role != Role.AGENCY_ADMINISTRATOR.value:
            continue
        there: ColumnElement[bool] = AccountRole.organization_id.is_(None)
        if row.organization_id is not None:
            there = or_(there, AccountRole.organization_id == row.organization_id)
        others = (
            select(AccountRole.id)
            .join(Account, Account.id == AccountRole.account_id)
            .where(
                AccountRole.role == row.role, AccountRole.account_id != row.account_id, Account.is_active, there,
                or_(AccountRole.from_on.is_(None), AccountRole.from_on <= today),
                or_(AccountRole.until_on.is_(None), AccountRole.until_on >= today),
            )
        )  # fmt: skip
        if session.scalar(others.limit(1)) is None:
            raise BadRole("last")


def _record(
    session: Session, account: Account, action: str, details: Mapping[str, Any], actor: Actor, at: datetime
) -> None:
    people = [account.person_id] if account.person_id else []
    subject = ("account", account.id)
    record_event(session, at=at, actor=actor.key, action=action, subject=subject, people=people, details=details)
