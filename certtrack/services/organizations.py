"""Organizations, affiliations and assignments of supervisors."""

import re
from datetime import date, datetime
from typing import Any, Literal

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from certtrack.clock import check_zone
from certtrack.db.audit import record_event
from certtrack.db.inserting import insert_unless_there
from certtrack.db.models import Affiliation, AffiliationVersion, Assignment, Organization, OrganizationCredential
from certtrack.errors import BadInput, NotFound, Refused
from certtrack.rules.calendar import add_days
from certtrack.security import Actor
from certtrack.services.organization_changes import record_change
from certtrack.services.reminders.arming import earliest_day, rearm_copies, rearm_person

_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_KEY = 40


def create_organization(
    session: Session,
    *,
    key: str,
    name: str,
    zone: str,
    reply_to: str | None = None,
    actor: Actor,
    at: datetime,
) -> Organization:
    """Put an organization on record; `reply_to` None where it has no address of its own.

    Raises BadInput for a key that is hard to type, a blank name, an unknown zone, or a `reply_to` that is no address,
    Refused for a key that is taken.
    """
    _check_names(key, name, reply_to)
    check_zone(zone)
    values = {"name": name, "zone": zone, "reply_to": reply_to, "recorded_at": at, "recorded_by": actor.key}
    if not insert_unless_there(session, Organization, key=key, no=1, names_in_team_mail=False, **values):
        raise Refused(f"There is an organization with the key {key!r} already; choose another key.")
    organization = session.scalars(select(Organization).where(Organization.key == key)).one()
    _record(session, "organization.created", ("organization", organization.id), {"key": key}, actor, at)
    return organization


def _check_names(key: str, name: str, reply_to: str | None) -> None:
    if not _KEY.fullmatch(key) or len(key) > _LONGEST_KEY:
        raise BadInput(
            f"{key!r} can't be a key. Take small letters, digits and hyphens, {_LONGEST_KEY} at most: lakeside-peers."
        )
    if not name.strip():
        raise BadInput("An organization needs a name, which mails and pages call it by.")
    if reply_to is None:
        return
    try:
        validate_email(reply_to, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise BadInput(f"{reply_to!r} isn't an address that mails can be answered to.") from error


def get_organization(session: Session, key: str | None) -> Organization:
    """The organization with this key; with None the only one there is. Raises NotFound, which says what there is."""
    known = list(session.scalars(select(Organization).order_by(Organization.key)))
    if key is None and len(known) == 1:
        return known[0]
    for organization in known:
        if organization.key == key:
            return organization
    if not known:
        raise NotFound("There is no organization yet; make one with `certtrack organization create`.")
    keys = ", ".join(organization.key for organization in known)
    if key is None:
        raise NotFound(f"There are several organizations ({keys}); say which with --organization KEY.")
    raise NotFound(f"There is no organization {key!r}; there are: {keys}.")


def set_role(
    session: Session,
    organization: Organization,
    credential: str,
    role: Literal["granter", "keeper"],
    *,
    actor: Actor,
    at: datetime,
) -> bool:
    """Say what the organization is for a credential: only a granter's word recertifies anybody. True for a change.

    Who gets its copies of reminders may depend on it: the planner looks again.
    """
    row = session.scalar(
        select(OrganizationCredential).where(
            OrganizationCredential.organization_id == organization.id,
            OrganizationCredential.credential == credential,
        ),
    )
    if row is not None and row.role == role:
        return False
    if row is None:
        row = OrganizationCredential(
            organization_id=organization.id, credential=credential, role=role, recorded_at=at, recorded_by=actor.key
        )
        session.add(row)
    row.role = role
    rearm_copies(session, organization.id, earliest_day(at))
    details = {"credential": credential, "role": role}
    record_change(session, organization, "organization.role", details, actor=actor, at=at)
    return True


def is_granter(session: Session, organization_id: int, credential: str) -> bool:
    """True only where the organization was named as the programme that gives this credential."""
    query = select(OrganizationCredential.role).where(
        OrganizationCredential.organization_id == organization_id,
        OrganizationCredential.credential == credential,
    )
    return session.scalar(query) == "granter"


class OrganizationOver(Refused):
    """Somebody is to join an organization after its last day."""


def affiliate(
    session: Session,
    person_id: int,
    organization_id: int,
    *,
    from_on: date | None,
    actor: Actor,
    at: datetime,
) -> Affiliation:
    """The person's affiliation, made if there is none. `from_on` None: the day isn't known.

    Whoever belongs already on that day, today where it isn't known, is never affiliated a second time; a last day that
    lies ahead then stays as it is. Where the last day of the organization is known, it is theirs, too. The
    caller holds the organization and has a known person locked, so that nobody ends it, or lets them join, meanwhile.
    Raises OrganizationOver where it has ended by that day.
    """
    known = find_affiliation(session, person_id, organization_id, from_on or earliest_day(at))
    if known is not None:
        return known
    organization = _get_lasting(session, organization_id, from_on or earliest_day(at))
    affiliation = Affiliation(
        person_id=person_id,
        organization_id=organization_id,
        from_on=from_on,
        until_on=organization.until_on,
        no=0,
        recorded_at=at,
        recorded_by=actor.key,
    )
    session.add(affiliation)
    session.flush()
    add_version(session, affiliation, None, actor, at)
    return affiliation


def _get_lasting(session: Session, organization_id: int, on: date) -> Organization:
    organization = session.get_one(Organization, organization_id)
    if organization.until_on is not None and organization.until_on < on:
        raise OrganizationOver(f"{organization.name} ended on {organization.until_on}: nobody joins it after that day.")
    return organization


def end_affiliation(
    session: Session, affiliation: Affiliation, until_on: date, *, reason: str | None, actor: Actor, at: datetime
) -> None:
    """The last day of an affiliation, included. Raises BadInput for one before its first."""
    if affiliation.from_on is not None and until_on < affiliation.from_on:
        raise BadInput(f"The affiliation began on {affiliation.from_on}; it can't end on {until_on}.")
    affiliation.until_on = until_on
    add_version(session, affiliation, reason, actor, at)
    rearm_person(session, affiliation.person_id, earliest_day(at))  # who gets copies rests on it


def find_affiliation(
    session: Session, person_id: int, organization_id: int, on: date | None = None
) -> Affiliation | None:
    """The affiliation that lasts, or with `on` hasn't ended before that day; None where there is none such."""
    lasting = Affiliation.until_on.is_(None)
    return session.scalar(
        select(Affiliation)
        .where(
            Affiliation.person_id == person_id,
            Affiliation.organization_id == organization_id,
            lasting if on is None else or_(lasting, Affiliation.until_on >= on),
        )
        .order_by(Affiliation.until_on.is_not(None), Affiliation.id.desc())
        .limit(1),
    )


def assign_supervisor(
    session: Session,
    *,
    person_id: int,
    supervisor_id: int,
    organization_id: int,
    from_on: date,
    actor: Actor,
    at: datetime,
) -> bool:
    """Make `supervisor_id` the person's supervisor here from that day on; an earlier assignment ends the day before.

    Where a later assignment is on record, this one lasts until the day before it: nobody has two at a time here.
    True when anything changed. Raises Refused where somebody would supervise themselves.
    """
    if person_id == supervisor_id:
        raise Refused("Nobody supervises themselves.")
    lasting = find_assignment(session, person_id, organization_id, from_on)
    if lasting is not None and lasting.supervisor_id == supervisor_id:
        return False
    if lasting is not None and lasting.from_on < from_on:
        lasting.until_on = add_days(from_on, -1)
    elif lasting is not None:
        session.delete(lasting)  # began on the same day: it never held, and the audit keeps it
    session.add(
        Assignment(
            person_id=person_id,
            supervisor_id=supervisor_id,
            organization_id=organization_id,
            from_on=from_on,
            until_on=_find_last_day(session, person_id, organization_id, from_on),
            recorded_at=at,
            recorded_by=actor.key,
        ),
    )
    session.flush()
    rearm_person(session, person_id, earliest_day(at))  # another one may be to get the copies now
    details = {"supervisor": supervisor_id, "before": lasting.supervisor_id if lasting else None}
    _record(session, "assignment.made", ("person", person_id), details, actor, at, people=[person_id, supervisor_id])
    return True


def find_assignment(session: Session, person_id: int, organization_id: int, on: date) -> Assignment | None:
    """The person's assignment here on that day, the latest if there are several; None where there is none."""
    return session.scalar(
        select(Assignment)
        .where(
            Assignment.person_id == person_id,
            Assignment.organization_id == organization_id,
            Assignment.from_on <= on,
            or_(Assignment.until_on.is_(None), Assignment.until_on >= on),
        )
        .order_by(Assignment.from_on.desc(), Assignment.id.desc())
        .limit(1),
    )


def _find_last_day(session: Session, person_id: int, organization_id: int, from_on: date) -> date | None:
    """The day before the next assignment here after `from_on`, else the organization's last; None: none is known."""
    next_on = session.scalar(
        select(func.min(Assignment.from_on)).where(
            Assignment.person_id == person_id,
            Assignment.organization_id == organization_id,
            Assignment.from_on > from_on,
        ),
    )
    last_on = session.get_one(Organization, organization_id).until_on
    days = [day for day in (add_days(next_on, -1) if next_on else None, last_on) if day is not None and day >= from_on]
    return min(days, default=None)


def add_version(session: Session, affiliation: Affiliation, reason: str | None, actor: Actor, at: datetime) -> None:
    """Put on record what an affiliation says by now, and write it into the audit."""
    affiliation.no += 1
    session.add(
        AffiliationVersion(
            affiliation_id=affiliation.id,
            no=affiliation.no,
            from_on=affiliation.from_on,
            until_on=affiliation.until_on,
            recorded_at=at,
            recorded_by=actor.key,
            reason=reason,
        ),
    )
    session.flush()
    details = {"from_on": affiliation.from_on, "until_on": affiliation.until_on}
    people = [affiliation.person_id]
    _record(session, "affiliation.recorded", ("affiliation", affiliation.id), details, actor, at, people=people)


def _record(
    session: Session,
    action: str,
    subject: tuple[str, int],
    details: dict[str, Any],
    actor: Actor,
    at: datetime,
    people: list[int] | None = None,
) -> None:
    record_event(session, at=at, actor=actor.key, action=action, subject=subject, people=people or [], details=details)
