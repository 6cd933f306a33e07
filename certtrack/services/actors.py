"""Who acts, and how they stand to a person's record: what the table of rights is asked with."""

import getpass
from datetime import date

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from certtrack.db.models import (
    Account,
    AccountRole,
    Affiliation,
    Assignment,
    Certification,
    OrganizationCredential,
    Person,
)
from certtrack.security import RECORD_RIGHTS, Actor, Fields, Relation, Role, RoleGrant


def command_actor(name: str | None = None) -> Actor:
    """The actor of a command: `--as NAME`, else the operating system's user."""
    return Actor(key=name or f"cli:{getpass.getuser()}", is_command=True)


def job_actor(name: str) -> Actor:
    """The actor of a job."""
    return Actor(key=f"job:{name}", is_command=True)


def find_actor(session: Session, account_id: int, today: date) -> Actor | None:
    """The actor that an account is today; None where it isn't there or isn't active."""
    account = session.get(Account, account_id)
    if account is None or not account.is_active:
        return None
    query = select(AccountRole).where(
        AccountRole.account_id == account_id,
        or_(AccountRole.from_on.is_(None), AccountRole.from_on <= today),
        or_(AccountRole.until_on.is_(None), AccountRole.until_on >= today),
    )
    grants = frozenset(RoleGrant(Role(row.role), row.organization_id) for row in session.scalars(query))
    return Actor(key=f"account:{account_id}", account_id=account_id, person_id=account.person_id, grants=grants)


def list_relations(session: Session, actor: Actor, person_id: int, today: date) -> frozenset[Relation]:
    """Every way in which the actor stands to this person's record today; none of them: `Relation.NONE`."""
    found: set[Relation] = set()
    if actor.person_id == person_id:
        found.add(Relation.HOLDER)
    for relation, visible in _ways(actor, today):
        if session.scalar(select(Person.id).where(Person.id == person_id, visible)) is not None:
            found.add(relation)
    return frozenset(found or {Relation.NONE})


def visible_people(actor: Actor, today: date, fields: Fields = Fields.STANDING) -> ColumnElement[bool]:
    """A condition on `person`: those of whom the actor may see `fields` today in a list; their standing unless said."""
    if actor.is_command:
        return true()
    ways = [visible for relation, visible in _ways(actor, today) if fields in RECORD_RIGHTS[relation]]
    own = Person.id == actor.person_id if actor.person_id is not None else false()
    return or_(own, *ways)


def _ways(actor: Actor, today: date) -> list[tuple[Relation, ColumnElement[bool]]]:
    ways = [
        (Relation.AGENCY_ADMINISTRATOR, _affiliated(actor, Role.AGENCY_ADMINISTRATOR, today)),
        (Relation.AUDITOR, _affiliated(actor, Role.AUDITOR, today)),
        (Relation.PROGRAMME_ADMINISTRATOR, _granted(actor)),
    ]
    if organizations := _organizations(actor, Role.SUPERVISOR):
        ways.append((Relation.SUPERVISOR, _assigned(actor.person_id, organizations, today)))
    return ways


def _organizations(actor: Actor, role: Role) -> set[int | None]:
    return {grant.organization_id for grant in actor.grants if grant.role is role}


def _affiliated(actor: Actor, role: Role, today: date) -> ColumnElement[bool]:
    organizations = _organizations(actor, role)
    if not organizations:
        return false()
    lasting = (
        or_(Affiliation.from_on.is_(None), Affiliation.from_on <= today),
        or_(Affiliation.until_on.is_(None), Affiliation.until_on >= today),
    )
    query = select(Affiliation.person_id).where(*lasting)
    if None not in organizations:
        query = query.where(Affiliation.organization_id.in_(organizations))
    return Person.id.in_(query)


def _granted(actor: Actor) -> ColumnElement[bool]:
    organizations = _organizations(actor, Role.PROGRAMME_ADMINISTRATOR)
    if not organizations:
        return false()
    granting = select(OrganizationCredential.credential).where(OrganizationCredential.role == "granter")
    if None not in organizations:
        granting = granting.where(OrganizationCredential.organization_id.in_(organizations))
    return Person.id.in_(select(Certification.person_id).where(Certification.credential.in_(granting)))


def _assigned(supervisor_id: int | None, organizations: set[int | None], today: date) -> ColumnElement[bool]:
    query = select(Assignment.person_id).where(
        Assignment.supervisor_id == supervisor_id,
        Assignment.from_on <= today,
        or_(Assignment.until_on.is_(None), Assignment.until_on >= today),
    )
    if None not in organizations:
        query = query.where(Assignment.organization_id.in_(organizations))
    return Person.id.in_(query)
