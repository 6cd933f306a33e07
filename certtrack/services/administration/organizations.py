"""Organizations as administrators keep them: each its own, and everywhere's administrators all of them.

Whoever administers everywhere also makes them, says what they grant, of what they are a part, and when they end: what
an organization grants decides whose word recertifies, and no office says that of itself.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import ColumnElement, Row, Select, func, select, true, tuple_
from sqlalchemy.orm import Session, aliased

from certtrack.db.models import Affiliation, Organization, OrganizationCredential, Person
from certtrack.errors import NotAllowed, NotFound
from certtrack.security import Actor, Task, list_places
from certtrack.services.administration.audit_list import ShownEvent, list_of_organization
from certtrack.services.administration.places import is_everywhere
from certtrack.services.contacts import find_contact
from certtrack.services.locking import lock_current
from certtrack.services.organization_changes import (
    BadOrganization,
    OrganizationFields,
    change_organization,
    find_same_name,
    list_alike,
)
from certtrack.services.organizations import create_organization, set_role
from certtrack.services.people import fold

PAGE = 50
_LONGEST_NUMBER = 9
EVENTS = 20
_NOT_THEIRS = "This page isn't here, or isn't yours to see."
_LONGEST_KEY = 36
GivenRole = Literal["granter", "keeper"]


@dataclass(frozen=True, slots=True)
class ListedOrganization:
    """One of a list: of what it is a part, or None; how many are a part of it; whether it gives a certification."""

    organization: Organization
    parent: Organization | None
    parts: int
    is_program: bool


@dataclass(frozen=True, slots=True)
class OrganizationPage:
    """A page of them by name. `next_after` is the number behind which the next begins; None: there is none.

    `previous_before`: in front of which the page before ends, None where these are the first.
    """

    rows: tuple[ListedOrganization, ...]
    next_after: int | None
    previous_before: int | None


@dataclass(frozen=True, slots=True)
class ShownOrganization:
    """One organization. `people` belong to it today, as the `contact` does; `roles` by credential, if ever said.

    `parts` are those of the reader's that are a part of it, 50 at most; `events` what was done to it, the last first.
    `can_grant`: all of it is the reader's to change, and not only what an office says of itself.
    """

    organization: Organization
    parent: Organization | None
    contact: Person | None
    people: int
    roles: Mapping[str, GivenRole]
    parts: tuple[Organization, ...]
    events: tuple[ShownEvent, ...]
    can_grant: bool


def can_make(actor: Actor) -> bool:
    """True for whoever administers everywhere."""
    return is_everywhere(actor, Task.MANAGE_ORGANIZATIONS)


def check_can_make(actor: Actor) -> None:
    """Raise NotAllowed for everybody but those."""
    if not can_make(actor):
        raise NotAllowed(_NOT_THEIRS)


def list_organizations(
    session: Session,
    actor: Actor,
    words: str = "",
    *,
    within: int | None = None,
    after: int | None = None,
    before: int | None = None,
) -> OrganizationPage:
    """A page of the actor's by name, with `words` in it, and with `within` parts of that one.

    It begins behind `after`, or else ends in front of `before`; a number that nothing has is as none.
    """
    parent, part = aliased(Organization), aliased(Organization)
    place = (func.lower(Organization.name), Organization.id)
    parts = select(func.count(part.id)).where(part.parent_id == Organization.id).correlate(Organization)
    gives = select(OrganizationCredential.id).where(
        OrganizationCredential.organization_id == Organization.id, OrganizationCredential.role == "granter"
    )
    query = select(Organization, parent, parts.scalar_subquery(), gives.exists())
    query = query.outerjoin(parent, parent.id == Organization.parent_id).where(
        _are_theirs(actor), *_fit(session, words)
    )
    if within is not None:
        query = query.where(Organization.parent_id == within)
    is_backwards = after is None and before is not None
    number = before if is_backwards else after
    beside = session.get(Organization, number) if number is not None else None
    if beside is None:
        is_backwards = False
    else:
        name = select(func.lower(Organization.name)).where(Organization.id == beside.id).scalar_subquery()
        mine, there = tuple_(*place), tuple_(name, beside.id)
        query = query.where(mine < there if is_backwards else mine > there)
    order = [column.desc() for column in place] if is_backwards else place
    rows = session.execute(query.order_by(*order).limit(PAGE + 1)).all()
    return _make_page(rows, is_backwards=is_backwards, is_begun=beside is not None)


def _make_page(
    rows: Sequence[Row[Organization, Organization, int, bool]], *, is_backwards: bool, is_begun: bool
) -> OrganizationPage:
    """The page of these rows, one more than it shows where it goes on; there is one on the side it was come from."""
    shown = [ListedOrganization(*row) for row in rows[:PAGE]]
    if is_backwards:
        shown.reverse()
    goes_on = len(rows) > PAGE
    has_next, has_previous = (is_begun, goes_on) if is_backwards else (goes_on, is_begun)
    return OrganizationPage(
        tuple(shown),
        next_after=shown[-1].organization.id if shown and has_next else None,
        previous_before=shown[0].organization.id if shown and has_previous else None,
    )


def get_organization(session: Session, actor: Actor, organization_id: int) -> Organization:
    """One of the actor's. Raises NotFound alike for another one and for none."""
    found = session.scalar(select(Organization).where(Organization.id == organization_id, _are_theirs(actor)))
    if found is None:
        raise NotFound(_NOT_THEIRS)
    return found


def get_shown(session: Session, actor: Actor, organization_id: int, today: date) -> ShownOrganization:
    """One of the actor's with all that is told of it. Raises NotFound."""
    row = session.execute(_select_shown(actor, organization_id, today)).one_or_none()
    if row is None:
        raise NotFound(_NOT_THEIRS)
    said = select(OrganizationCredential.credential, OrganizationCredential.role).where(
        OrganizationCredential.organization_id == organization_id
    )
    parts = select(Organization).where(Organization.parent_id == organization_id, _are_theirs(actor))
    organization, parent, contact, people = row
    return ShownOrganization(
        organization,
        parent,
        find_contact(session, organization, today) if contact is not None else None,
        people,
        roles={credential: "granter" if role == "granter" else "keeper" for credential, role in session.execute(said)},
        parts=tuple(session.scalars(parts.order_by(Organization.name, Organization.id).limit(PAGE))),
        events=list_of_organization(session, actor, organization_id, today, EVENTS),
        can_grant=can_make(actor),
    )


def add_organization(
    session: Session, new: OrganizationFields, *, actor: Actor, at: datetime
) -> Organization:  # fmt: skip
    """Put one on record; its short key is made of its name. Raises NotAllowed, BadOrganization, BadInput."""
    check_can_make(actor)
    if not new.name.strip():
        raise BadOrganization("name", "no_name")
    if find_same_name(session, new.name) is not None:
        raise BadOrganization("name", "name_taken")
    made = create_organization(
        session, key=_make_key(session, new.name), name=new.name, zone=new.zone, reply_to=new.reply_to,
        actor=actor, at=at,
    )  # fmt: skip
    change_organization(session, made, new, actor=actor, at=at)
    return made


def save_organization(
    session: Session, actor: Actor, organization_id: int, new: OrganizationFields, *, seen: int, at: datetime
) -> Organization:
    """Let one of the actor's be as `new` says; of what it is a part and its last day stay as they are for an office.

    Raises NotFound, StaleRecord where it was changed since `seen`, BadOrganization, BadInput.
    """
    found = get_organization(session, actor, organization_id)
    lock_current(session, found, seen)
    if not can_make(actor):
        new = OrganizationFields(new.name, new.zone, new.reply_to, found.parent_id, found.until_on)
    change_organization(session, found, new, actor=actor, at=at)
    return found


def save_roles(
    session: Session, actor: Actor, organization_id: int, roles: Mapping[str, GivenRole], *, seen: int, at: datetime
) -> int:
    """Say of these credentials what the organization is for each; how many of them that changes.

    Raises NotAllowed, NotFound, StaleRecord where it was changed since `seen`.
    """
    check_can_make(actor)
    found = get_organization(session, actor, organization_id)
    lock_current(session, found, seen)
    said = load_roles(session, organization_id)
    new = {credential: role for credential, role in roles.items() if role != said.get(credential, "keeper")}
    return sum(set_role(session, found, credential, role, actor=actor, at=at) for credential, role in new.items())


def load_roles(session: Session, organization_id: int) -> dict[str, str]:
    """What the organization was said to be, by credential; of every other one it is a keeper."""
    query = select(OrganizationCredential.credential, OrganizationCredential.role)
    return dict(session.execute(query.where(OrganizationCredential.organization_id == organization_id)).all())


def find_named(session: Session, actor: Actor, text: str) -> Sequence[Organization]:
    """Those of the actor's that are named by their whole name or their key, whatever the case and the accents."""
    is_it = Organization.id.in_(list_alike(session, text)) | (Organization.key == text.strip().lower())
    return session.scalars(select(Organization).where(_are_theirs(actor), is_it).order_by(Organization.id)).all()


def find_asked(session: Session, actor: Actor, text: str) -> Sequence[Organization]:
    """The same, or the one with that number, as an address names it."""
    if not (text.isascii() and text.isdigit()):
        return find_named(session, actor, text)
    one = select(Organization).where(_are_theirs(actor), Organization.id == int(text[:_LONGEST_NUMBER]))
    return session.scalars(one).all()


def _select_shown(
    actor: Actor, organization_id: int, today: date
) -> Select[Organization, Organization, Person, int]:  # fmt: skip
    parent = aliased(Organization)
    people = select(func.count(Affiliation.person_id.distinct())).where(
        Affiliation.organization_id == organization_id,
        (Affiliation.from_on.is_(None)) | (Affiliation.from_on <= today),
        (Affiliation.until_on.is_(None)) | (Affiliation.until_on >= today),
    )
    return (
        select(Organization, parent, Person, people.scalar_subquery())
        .outerjoin(parent, parent.id == Organization.parent_id)
        .outerjoin(Person, Person.id == Organization.contact_id)
        .where(Organization.id == organization_id, _are_theirs(actor))
    )


def _are_theirs(actor: Actor) -> ColumnElement[bool]:
    places = list_places(actor, Task.MANAGE_ORGANIZATIONS)
    return true() if places is None else Organization.id.in_(places)


def _fit(session: Session, words: str) -> list[ColumnElement[bool]]:
    wanted = fold(words).split()
    if not wanted:
        return []
    names = ((number, fold(name)) for number, name in session.execute(select(Organization.id, Organization.name)))
    return [Organization.id.in_([number for number, name in names if all(word in name for word in wanted)])]


def _make_key(session: Session, name: str) -> str:
    """A short key of that name that no organization has."""
    made = "-".join(re.findall(r"[a-z0-9]+", fold(name)))[:_LONGEST_KEY].strip("-") or "organization"
    taken = set(session.scalars(select(Organization.key).where(Organization.key.startswith(made, autoescape=True))))
    return next(key for key in (made, *(f"{made}-{no}" for no in range(2, 1000))) if key not in taken)
