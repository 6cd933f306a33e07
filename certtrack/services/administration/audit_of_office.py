"""Which events of the audit are an office's to read: of its people, of what it keeps, and of who works for it alone."""

from datetime import date
from typing import Any

from sqlalchemy import CompoundSelect, Select, String, cast, literal, or_, select, union

from certtrack.db.models import (
    AccountRole,
    AuditEvent,
    AuditPerson,
    AuditValue,
    ExamSitting,
    GroupAct,
    ImportRun,
    Offering,
    Organization,
    Person,
    Resource,
    Training,
    TrainingSession,
    Wording,
)
from certtrack.security import Actor, Fields
from certtrack.services.actors import visible_people

_KEPT = (ExamSitting, GroupAct, ImportRun, Offering, Resource, Training, Wording)


def select_of_offices(actor: Actor, places: frozenset[int], today: date) -> CompoundSelect[int]:
    """The numbers of the events that are open to whoever reads the audit of these organizations.

    Those about people of whom the reader may know today who has looked; those of an organization itself, and of what
    it keeps; what its accounts did to rules; and what was done to an account that has a role nowhere else.
    """
    people = select(Person.id).where(visible_people(actor, today, Fields.LOOKS))
    sessions = select(TrainingSession.id).join(Training, Training.id == TrainingSession.training_id)
    theirs = AccountRole.organization_id.in_(places)
    here = select(AccountRole.account_id).where(theirs)
    elsewhere = select(AccountRole.account_id).where(or_(AccountRole.organization_id.is_(None), ~theirs))
    return union(
        select(AuditPerson.event_id).where(AuditPerson.person_id.in_(people)),
        _of("organization", select(Organization.id).where(Organization.id.in_(places))),
        *(_of(kept.__tablename__, select(kept.id).where(kept.organization_id.in_(places))) for kept in _KEPT),
        _of(TrainingSession.__tablename__, sessions.where(Training.organization_id.in_(places))),
        _of_files(places),
        select(AuditEvent.id).where(AuditEvent.subject_kind == "rule", AuditEvent.actor.in_(select_keys(here))),
        _of("account", here.except_(elsewhere)),
    )


def select_keys(accounts: Select[int]) -> Select[str]:
    """What the audit calls these accounts by."""
    return select(literal("account:") + cast(accounts.subquery().c[0], String))


def _of(kind: str, numbers: Select[int] | CompoundSelect[int]) -> Select[int]:
    return select(AuditEvent.id).where(AuditEvent.subject_kind == kind, AuditEvent.subject_id.in_(numbers))


def _of_files(places: frozenset[int]) -> Select[int]:
    """Of files that were given to be brought in: they are gone after a while, and their events still say whose."""
    # as text: PostgreSQL may read the values of other events too, whose organizations aren't all numbers
    details: Any = AuditValue.details
    query = select(AuditEvent.id).join(AuditValue, AuditValue.event_id == AuditEvent.id)
    theirs = details["organization"].as_string().in_([str(place) for place in places])
    return query.where(AuditEvent.subject_kind == "import_upload", theirs)
