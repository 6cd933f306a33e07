"""What is on record of an organization itself is changed: name, zone, address, what it is a part of, its last day."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from certtrack.clock import check_zone
from certtrack.db.audit import record_event
from certtrack.db.models import Affiliation, Organization
from certtrack.errors import BadInput
from certtrack.security import Actor
from certtrack.services.people import fold
from certtrack.services.reminders.arming import earliest_day, rearm_kept

Why = Literal["no_name", "name_taken", "part_of_itself", "still_there"]
_DEEPEST = 50


class BadOrganization(BadInput):
    """One field can't be so: which one, by a code why, and of `still_there` how many people belong on a later day."""

    def __init__(self, field: str, why: Why, count: int = 0) -> None:
        super().__init__(f"{field} can't be so: {why}.")
        self.field, self.why, self.count = field, why, count


@dataclass(frozen=True, slots=True)
class OrganizationFields:
    """All that is said of an organization itself. `until_on` is its last day; None while it lasts."""

    name: str
    zone: str
    reply_to: str | None = None
    parent_id: int | None = None
    until_on: date | None = None


def read_fields(organization: Organization) -> OrganizationFields:
    """What is on record of it now."""
    its = organization
    return OrganizationFields(its.name, its.zone, its.reply_to, its.parent_id, its.until_on)


def change_organization(
    session: Session, organization: Organization, new: OrganizationFields, *, actor: Actor, at: datetime
) -> bool:
    """Let it be as `new` says; True where anything is different.

    Another zone has the planner look again at all that the organization keeps, whose days and hours it says. Raises
    BadOrganization: without a name or with another one's, a part of itself, or said to end while
    people belong to it later.
    """
    old, said = asdict(read_fields(organization)), asdict(new)
    changed = {name: [old[name], said[name]] for name in said if old[name] != said[name]}
    if not changed:
        return False
    _check(session, organization, new, changed)
    for name in changed:
        setattr(organization, name, said[name])
    if "parent_id" in changed:
        changed["parent"] = [_find_key(session, number) for number in changed.pop("parent_id")]
    if "zone" in changed:
        rearm_kept(session, organization.id, earliest_day(at))
    record_change(session, organization, "organization.changed", changed, actor=actor, at=at)
    return True


def find_same_name(session: Session, name: str, besides: int | None = None) -> Organization | None:
    """Another one that is called so, whatever its case and its accents; None where there is none."""
    alike = [number for number in list_alike(session, name) if number != besides]
    return session.get(Organization, alike[0]) if alike else None


def list_alike(session: Session, name: str) -> list[int]:
    """The numbers of those that are called so, whatever the case and the accents.

    It is asked of all names: a database folds only some letters.
    """
    wanted = fold(name)
    rows = session.execute(select(Organization.id, Organization.name).order_by(Organization.id))
    return [number for number, known in rows if fold(known) == wanted]


def count_later(session: Session, organization_id: int, last_on: date) -> int:
    """How many people belong there on a day after that one."""
    later = or_(Affiliation.until_on.is_(None), Affiliation.until_on > last_on)
    query = select(func.count(Affiliation.person_id.distinct()))
    return session.scalar(query.where(Affiliation.organization_id == organization_id, later)) or 0


def record_change(
    session: Session,
    organization: Organization,
    action: str,
    details: Mapping[str, Any],
    *,
    actor: Actor,
    at: datetime,
    people: Iterable[int] = (),
) -> None:
    """Number the change of an organization and write it into the audit."""
    organization.no += 1
    session.flush()
    subject = ("organization", organization.id)
    record_event(
        session, at=at, actor=actor.key, action=action, subject=subject, people=people, details=details
    )  # fmt: skip


def _check(
    session: Session, organization: Organization, new: OrganizationFields, changed: dict[str, list[Any]]
) -> None:
    if not new.name.strip():
        raise BadOrganization("name", "no_name")
    if "name" in changed and find_same_name(session, new.name, organization.id) is not None:
        raise BadOrganization("name", "name_taken")
    check_zone(new.zone)
    if new.parent_id is not None and _is_within(session, new.parent_id, organization.id):
        raise BadOrganization("parent", "part_of_itself")
    last_on = new.until_on if "until_on" in changed else None  # one that stays is no reason to refuse another name
    if last_on is not None and (count := count_later(session, organization.id, last_on)):
        raise BadOrganization("until_on", "still_there", count)


def _find_key(session: Session, organization_id: int | None) -> str | None:
    return session.get_one(Organization, organization_id).key if organization_id is not None else None


def _is_within(session: Session, organization_id: int, other_id: int) -> bool:
    """True where the first is the other one, or a part of it by whatever way."""
    at: int | None = organization_id
    for _step in range(_DEEPEST):
        if at is None or at == other_id:
            return at == other_id
        at = session.scalar(select(Organization.parent_id).where(Organization.id == at))
    return True  # a ring that is on record already: nothing more is hung on it
