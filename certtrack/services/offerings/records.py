"""Offerings that an organization keeps: put on record, amended by versions, called off. Everybody may find them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from certtrack.db.models import Offering, OfferingVersion, PlannedCredit
from certtrack.errors import NotFound, Refused
from certtrack.rules.facts import Activity, CreditPart, Form
from certtrack.security import Actor, Task, can_do, check_can_do
from certtrack.services.locking import lock_current
from certtrack.services.offerings.prefill import fill_typed
from certtrack.services.people import fold
from certtrack.services.versions import make_stamp, next_values, record_change

VALUES = (
    *("title", "provider", "first_on", "last_on", "parts", "activity", "form", "place", "link", "words"),
    "state",
)


@dataclass(frozen=True, slots=True)
class NewOffering:
    """What an offering is to say. Both days are None where it can be done at any time; what nobody said is None."""

    title: str
    provider: str | None
    first_on: date | None
    last_on: date | None
    parts: tuple[CreditPart, ...]
    activity: Activity
    form: Form | None
    place: str | None = None
    link: str | None = None
    words: str | None = None


class CalledOff(Refused):
    """The offering was called off, and nothing can be done with it any more."""


def add_offering(session: Session, organization_id: int, new: NewOffering, *, actor: Actor, at: datetime) -> Offering:
    """Put an offering on record. Raises NotAllowed where the actor keeps no offerings of that organization."""
    check_can_do(actor, Task.KEEP_OFFERINGS, organization_id)
    offering = Offering(
        organization_id=organization_id,
        **_values_of(new),
        folded_words=_fold_words(new),
        state="offered",
        no=0,
        recorded_at=at,
        recorded_by=actor.key,
    )
    session.add(offering)
    session.flush()
    _add_version(session, offering, "added", None, (), actor, at)
    return offering


def amend_offering(
    session: Session, offering: Offering, new: NewOffering, *, expected_no: int, actor: Actor, at: datetime
) -> bool:
    """Correct an offering by a new version; False, and none written, where nothing is different.

    Whoever plans it has the new days and hours in the plan. Raises NotAllowed; StaleRecord where somebody else was
    first; CalledOff.
    """
    _open_for_change(session, offering, expected_no, actor)
    values = _values_of(new)
    if all(getattr(offering, name) == value for name, value in values.items()):
        return False
    for name, value in values.items():
        setattr(offering, name, value)
    offering.folded_words = _fold_words(new)
    _add_version(session, offering, "amended", None, _renew_plans(session, offering, at), actor, at)
    return True


def call_off_offering(
    session: Session, offering: Offering, reason: str, *, expected_no: int, actor: Actor, at: datetime
) -> None:
    """Say that it isn't held. Plans of it stay, marked so, and count no more. Raises as `amend_offering` does."""
    _open_for_change(session, offering, expected_no, actor)
    offering.state = "called_off"
    people = [plan.person_id for plan in session.scalars(_select_open_plans(offering))]
    _add_version(session, offering, "called_off", reason or None, people, actor, at)


def get_offering(session: Session, offering_id: int) -> Offering:
    """The offering, one that was called off too. Raises NotFound."""
    offering = session.get(Offering, offering_id)
    if offering is None:
        raise NotFound(f"There is no offering with the number {offering_id}.")
    return offering


def get_kept_offering(session: Session, actor: Actor, offering_id: int) -> Offering:
    """One that is the actor's to keep. Raises NotFound alike for none and for another organization's."""
    offering = get_offering(session, offering_id)
    if not can_do(actor, Task.KEEP_OFFERINGS, offering.organization_id):
        raise NotFound(f"There is no offering with the number {offering_id}.")
    return offering


def list_parts(offering: Offering) -> tuple[CreditPart, ...]:
    """Its minutes by the areas that they fit."""
    return tuple(CreditPart(part["minutes"], tuple(part["areas"])) for part in offering.parts)


def count_minutes(offering: Offering) -> int:
    """All its minutes."""
    return sum(part.minutes for part in list_parts(offering))


def _values_of(new: NewOffering) -> dict[str, Any]:
    parts = [{"minutes": part.minutes, "areas": list(part.areas)} for part in new.parts]
    names = [name for name in VALUES if name not in ("parts", "state")]
    return {name: getattr(new, name) for name in names} | {"parts": parts}


def _fold_words(new: NewOffering) -> str:
    return fold(f"{new.title} {new.provider or ''}")


def _open_for_change(session: Session, offering: Offering, expected_no: int, actor: Actor) -> None:
    check_can_do(actor, Task.KEEP_OFFERINGS, offering.organization_id)
    lock_current(session, offering, expected_no)
    if offering.state == "called_off":
        raise CalledOff("This was called off already.")


def _select_open_plans(offering: Offering) -> Select[PlannedCredit]:
    query = select(PlannedCredit).where(PlannedCredit.offering_id == offering.id, PlannedCredit.state == "planned")
    return query.order_by(PlannedCredit.id)


def _renew_plans(session: Session, offering: Offering, at: datetime) -> list[int]:
    """Let the plans of it say what it says now; whose they are. The day of a plan for any time stays."""
    plans = session.scalars(_select_open_plans(offering).with_for_update()).all()
    for plan in plans:
        plan.typed, plan.changed_at = fill_typed(offering, plan.typed["last_on"]), at
    return [plan.person_id for plan in plans]


def _add_version(
    session: Session,
    offering: Offering,
    what: str,
    reason: str | None,
    people: Iterable[int],
    actor: Actor,
    at: datetime,
) -> None:
    values = next_values(offering, VALUES)
    session.add(OfferingVersion(offering_id=offering.id, **make_stamp(offering, reason, actor, at), **values))
    record_change(session, f"offering.{what}", offering, people, values | {"reason": reason}, actor=actor, at=at)
