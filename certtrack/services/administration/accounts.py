"""Accounts as an office administers them: who can sign in, as what and where.

Nobody changes what they may do themselves, nobody gives what lies outside their own organizations, and no organization
is left without an administrator. A program's administrators are named by the program, or by whoever administers all.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import Account, AccountRole, OrganizationCredential, Person
from certtrack.db.queries.merges import same_person
from certtrack.errors import NotAllowed, Refused, StaleRecord
from certtrack.security import Actor, Relation, Role, Task, can_do
from certtrack.services.accounts import create_account, give_role
from certtrack.services.actors import list_relations, make_actor
from certtrack.services.administration.account_list import get_own_account, is_at, is_own
from certtrack.services.administration.places import is_everywhere
from certtrack.services.feeds import end_feed
from certtrack.services.locking import lock_people
from certtrack.services.people import list_by_address

_NOT_THEIRS = "This page isn't here, or isn't yours to see."
Why = Literal["own", "last", "elsewhere", "no_programme", "not_named_here", "no_person", "several", "has_account"]
WITH_RECORD = frozenset({Role.SPECIALIST, Role.SUPERVISOR})
"""What only somebody with a record of their own can be."""


class BadRole(Refused):
    """What can't be done to an account, by a code.

    It is the actor's `own`; nobody else administers there (`last`); it has roles `elsewhere`; the organization gives no
    certification (`no_programme`), or the actor isn't who names its program's administrators (`not_named_here`); nobody
    of the actor's has that address (`no_person`), several have (`several`), or who has it signs in by another account
    (`has_account`).
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
    isn't on it, and nobody's a second time, whatever address was put on it since. Raises what `create_account` does,
    and BadRole.
    """
    _check_can_give(session, actor, role, organization_id)
    owner = _find_owner(session, actor, address, today)
    if owner is None and role in WITH_RECORD:
        raise BadRole("no_person")
    if owner is not None:
        _check_has_none(session, address, owner)
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


def _check_has_none(session: Session, address: str, owner: Person) -> None:
    lock_people(session, [owner.id])
    names = session.scalars(select(Account.sign_in_name).where(Account.person_id.in_(same_person(owner.id)))).all()
    # with the same name it is `create_account` that says so
    if any(name != address.strip().lower() for name in names):
        raise BadRole("has_account")


def add_role(
    session: Session,
    account_id: int,
    role: Role,
    organization_id: int,
    *,
    until_on: date | None = None,
    today: date,
    actor: Actor,
    at: datetime,
) -> None:
    """Give an account a role at a place of the actor's, or new days to one that it has there.

    A calendar of a team that was there before, and ended by a day, stays ended: a new one is made.

    Raises NotFound, BadRole, BadInput for one without its days.
    """
    account = _lock(session, actor, account_id)
    _check_is_not_own(session, actor, account)
    _check_can_give(session, actor, role, organization_id)
    if role in WITH_RECORD and account.person_id is None:
        raise BadRole("no_person")
    if role is Role.AGENCY_ADMINISTRATOR and until_on is not None:
        _check_may_end(session, account, organization_id, until_on)
    _end_team_feed(session, account, today, actor, at)
    give_role(session, account, role, organization_id, until_on=until_on, actor=actor, at=at)


def end_role(session: Session, account_id: int, role_id: int, *, today: date, actor: Actor, at: datetime) -> None:
    """Take a role away, at once; the audit keeps it. With the last one that has a team its calendar ends for good.

    Raises NotFound, BadRole, StaleRecord where it is gone already.
    """
    account = _lock(session, actor, account_id)
    _check_is_not_own(session, actor, account)
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
    _end_team_feed(session, account, today, actor, at)


def set_active(
    session: Session, account_id: int, *, is_active: bool, today: date, actor: Actor, at: datetime
) -> Account:
    """Close an account, so that nobody signs in by it, or open it again; its roles stay.

    Its sessions are over at once, and its calendar for good: opened again, a new one is made.

    Raises NotFound, BadRole, StaleRecord where somebody else was first.
    """
    account = _lock(session, actor, account_id)
    _check_is_not_own(session, actor, account)
    if account.is_active is is_active:
        raise StaleRecord("Somebody else has done that already.")
    rows = _list_all_here(session, actor, account)
    if not is_active:
        _check_is_not_last(session, rows, today)
        end_feed(session, account, actor=actor, at=at)
    account.is_active = is_active
    session.flush()
    _record(session, account, "account.opened" if is_active else "account.closed", {}, actor, at)
    return account


def get_account_to_write_to(session: Session, actor: Actor, account_id: int) -> Account:
    """The account to whose owner the actor may have a link mailed. Raises NotFound, BadRole with roles elsewhere."""
    account = get_own_account(session, actor, account_id)
    _list_all_here(session, actor, account)
    return account


def list_roles_to_give(session: Session, actor: Actor, organization_ids: Sequence[int]) -> list[Role]:
    """What the actor may give at one of them at least.

    A programme's administrator is made only where an organization gives a certification, by whoever is one there or
    administers everywhere: the role opens records of people whom no office of the actor's keeps.
    """
    named = [number for number in organization_ids if _names_programme(actor, number)]
    is_named = _gives_certification(session, named)
    return [role for role in Role if role is not Role.PROGRAMME_ADMINISTRATOR or is_named]


def _names_programme(actor: Actor, organization_id: int) -> bool:
    is_its_own = actor.has(Role.PROGRAMME_ADMINISTRATOR, organization_id)
    return is_its_own or is_everywhere(actor, Task.MANAGE_ACCOUNTS)


def _gives_certification(session: Session, organization_ids: Sequence[int]) -> bool:
    query = select(OrganizationCredential.id).where(
        OrganizationCredential.role == "granter", OrganizationCredential.organization_id.in_(organization_ids)
    )
    return session.scalar(query.limit(1)) is not None


def _end_team_feed(session: Session, account: Account, today: date, actor: Actor, at: datetime) -> None:
    """Where the account has no team on that day, its calendar of one ends for good."""
    if not can_do(make_actor(session, account, today), Task.SEE_TEAM):
        end_feed(session, account, "team", actor=actor, at=at)


def _list_all_here(session: Session, actor: Actor, account: Account) -> Sequence[AccountRole]:
    """The account's roles. Raises BadRole where one of them is at no place of the actor's."""
    rows = session.scalars(select(AccountRole).where(AccountRole.account_id == account.id)).all()
    if any(not is_at(actor, row.organization_id) for row in rows):
        raise BadRole("elsewhere")
    return rows


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
    if role is not Role.PROGRAMME_ADMINISTRATOR:
        return
    if not _gives_certification(session, [organization_id]):
        raise BadRole("no_programme")
    if not _names_programme(actor, organization_id):
        raise BadRole("not_named_here")


def _check_is_not_own(session: Session, actor: Actor, account: Account) -> None:
    if is_own(session, actor, account):
        raise BadRole("own")


def _check_is_not_last(session: Session, rows: Sequence[AccountRole], today: date) -> None:
    """Where one of the roles is an administrator's, somebody else has to administer there today."""
    lasting = or_(AccountRole.until_on.is_(None), AccountRole.until_on >= today)
    for row in rows:
        if row.role == Role.AGENCY_ADMINISTRATOR.value:
            _check_other(session, row, or_(AccountRole.from_on.is_(None), AccountRole.from_on <= today), lasting)


def _check_may_end(session: Session, account: Account, organization_id: int, until_on: date) -> None:
    """An administrator's role that is to end earlier than it would: somebody else's there has no end."""
    row = session.scalar(
        select(AccountRole).where(
            AccountRole.account_id == account.id,
            AccountRole.role == Role.AGENCY_ADMINISTRATOR.value,
            AccountRole.organization_id == organization_id,
        )
    )
    if row is not None and (row.until_on is None or until_on < row.until_on):
        has_begun = or_(AccountRole.from_on.is_(None), AccountRole.from_on <= until_on)
        _check_other(session, row, has_begun, AccountRole.until_on.is_(None))


def _check_other(session: Session, row: AccountRole, *wanted: ColumnElement[bool]) -> None:
    there: ColumnElement[bool] = AccountRole.organization_id.is_(None)
    if row.organization_id is not None:
        there = or_(there, AccountRole.organization_id == row.organization_id)
    is_another = (AccountRole.role == row.role, AccountRole.account_id != row.account_id, Account.is_active)
    others = select(AccountRole.id).join(Account, Account.id == AccountRole.account_id)
    if session.scalar(others.where(*is_another, there, *wanted).limit(1)) is None:
        raise BadRole("last")


def _record(
    session: Session, account: Account, action: str, details: Mapping[str, Any], actor: Actor, at: datetime
) -> None:
    people = [account.person_id] if account.person_id else []
    subject = ("account", account.id)
    record_event(session, at=at, actor=actor.key, action=action, subject=subject, people=people, details=details)
