"""Accounts as an office sees them: whose they are, as what and where."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from certtrack.db.models import Account, AccountRole, Organization, Person
from certtrack.db.queries.merges import same_person
from certtrack.errors import NotFound
from certtrack.security import Actor, Role, Task, list_places
from certtrack.services.people import fold

PAGE = 50
_NOT_THEIRS = "This page isn't here, or isn't yours to see."


@dataclass(frozen=True, slots=True)
class ShownRole:
    """A role and where it holds; `organization` None: everywhere. `is_theirs`: the reader's to take away."""

    record: AccountRole
    role: Role
    organization: Organization | None
    is_theirs: bool


@dataclass(frozen=True, slots=True)
class ShownAccount:
    """An account, whose it is (None: nobody's with a record) and its roles. `is_own`: it is the reader's."""

    account: Account
    person: Person | None
    roles: tuple[ShownRole, ...]
    is_own: bool

    @property
    def is_elsewhere_too(self) -> bool:
        """True with a role that isn't the reader's: no link, no end and no opening of it is theirs either."""
        return not all(role.is_theirs for role in self.roles)


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One page of accounts by sign-in name; `first` counts from 1."""

    rows: tuple[ShownAccount, ...]
    total: int
    first: int

    @property
    def person_ids(self) -> list[int]:
        """Whose accounts are shown."""
        return sorted({row.person.id for row in self.rows if row.person is not None})


def list_accounts(
    session: Session, actor: Actor, words: str, page: int = 1, *, places: Collection[int] | None = None
) -> AccountPage:
    """Accounts with a role at one of the actor's places, whose name or owner's name has `words` in it.

    `places`: those with a role at one of these organizations alone; None: at whichever.
    """
    first = (max(page, 1) - 1) * PAGE
    wanted = [are_theirs(actor), *_fit(words)]
    if places is not None:
        wanted.append(_have_role_at(places))
    query = select(Account).outerjoin(Person, Person.id == Account.person_id).where(*wanted)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    found = session.scalars(query.order_by(Account.sign_in_name).offset(first).limit(PAGE)).all()
    return AccountPage(_show(session, actor, found), total, first + 1)


def get_shown_account(session: Session, actor: Actor, account_id: int) -> ShownAccount:
    """One of them. Raises NotFound where it isn't there or has no role at a place of the actor's."""
    (shown,) = _show(session, actor, [get_own_account(session, actor, account_id)])
    return shown


def get_own_account(session: Session, actor: Actor, account_id: int) -> Account:
    """The account, where it has a role at a place of the actor's. Raises NotFound."""
    account = session.scalar(select(Account).where(Account.id == account_id, are_theirs(actor)))
    if account is None:
        raise NotFound(_NOT_THEIRS)
    return account


def are_theirs(actor: Actor) -> ColumnElement[bool]:
    """A condition on `account`: it has a role at a place of the actor's."""
    places = list_places(actor, Task.MANAGE_ACCOUNTS)
    if places is None:
        return true()
    return _have_role_at(places)


def _have_role_at(places: Collection[int]) -> ColumnElement[bool]:
    return Account.id.in_(select(AccountRole.account_id).where(AccountRole.organization_id.in_(places)))


def _fit(words: str) -> list[ColumnElement[bool]]:
    return [
        or_(
            Account.sign_in_name.contains(word, autoescape=True),
            Person.folded_name.contains(word, autoescape=True),
        )
        for word in fold(words).replace(",", " ").split()
    ]


def _show(session: Session, actor: Actor, found: Sequence[Account]) -> tuple[ShownAccount, ...]:
    numbers = [account.id for account in found]
    roles: dict[int, list[ShownRole]] = defaultdict(list)
    query = (
        select(AccountRole, Organization)
        .outerjoin(Organization, Organization.id == AccountRole.organization_id)
        .where(AccountRole.account_id.in_(numbers))
        .order_by(AccountRole.id)
    )
    for row, organization in session.execute(query):
        is_theirs = is_at(actor, row.organization_id)
        roles[row.account_id].append(ShownRole(row, Role(row.role), organization, is_theirs))
    owners = {account.person_id for account in found if account.person_id is not None}
    people = {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(owners)))}
    own = _list_own(session, actor, numbers)
    return tuple(
        ShownAccount(account, people.get(account.person_id or 0), tuple(roles[account.id]), account.id in own)
        for account in found
    )


def is_own(session: Session, actor: Actor, account: Account) -> bool:
    """True for the account by which the actor is signed in, and for another one of theirs, merged people being one."""
    return account.id in _list_own(session, actor, [account.id])


def _list_own(session: Session, actor: Actor, numbers: Sequence[int]) -> frozenset[int]:
    mine = Account.id == actor.account_id
    if actor.person_id is not None:
        mine = or_(mine, Account.person_id.in_(same_person(actor.person_id)))
    return frozenset(session.scalars(select(Account.id).where(Account.id.in_(numbers), mine)))


def is_at(actor: Actor, organization_id: int | None) -> bool:
    """True where the actor administers accounts; None: everywhere."""
    places = list_places(actor, Task.MANAGE_ACCOUNTS)
    return places is None or organization_id in places
