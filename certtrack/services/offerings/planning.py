"""What somebody plans of what is offered: counted in advance, and in time logged as a credit, or dropped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import Credit, Offering, PlannedCredit
from certtrack.db.queries.merges import same_person
from certtrack.errors import NotAllowed, NotFound, Refused
from certtrack.rules.facts import Activity, CreditPart, Form
from certtrack.security import Act, Actor, can_act
from certtrack.services.actors import list_relations
from certtrack.services.credits.records import log_credit
from certtrack.services.credits.rights import today_of
from certtrack.services.credits.typed import NewCredit
from certtrack.services.locking import lock_current, lock_people
from certtrack.services.offerings.prefill import fill_typed, write_typed
from certtrack.services.offerings.records import CalledOff
from certtrack.services.people import get_person
from certtrack.services.rulebook import Rulebook

MOST_PLANS = 40
"""So many plans somebody may have at a time."""


@dataclass(frozen=True, slots=True)
class Plan:
    """An activity that is planned. `offering_id` None: one that nobody offers here; `is_called_off`: it isn't held."""

    id: int
    offering_id: int | None
    title: str
    provider: str | None
    first_on: date
    last_on: date
    parts: tuple[CreditPart, ...]
    activity: Activity
    form: Form | None
    is_called_off: bool

    @property
    def minutes(self) -> int:
        """All its minutes."""
        return sum(part.minutes for part in self.parts)

    def asks_for_word(self, today: date) -> bool:
        """True where it is time to log it or to plan it no more: its day has come, or it was called off."""
        return self.is_called_off or self.last_on <= today


class TooManyPlans(Refused):
    """Somebody plans as much as can be planned at a time."""


class PlanGone(Refused):
    """What is to be logged isn't planned any more: somebody has logged or dropped it meanwhile."""


def plan_offering(
    session: Session, person_id: int, offering: Offering, day: date | None = None, *, actor: Actor, at: datetime
) -> PlannedCredit:
    """Put it among what this person plans; planned already, only its day is another.

    `day` is when they plan to do what is offered for any time, and needed there; else the offering's own days go
    before it. Whoever amends it meanwhile waits, or is waited for: the plan says what it says now. Raises NotAllowed
    unless the record is the actor's own; CalledOff; TooManyPlans; Refused for something that is over, or has no day.
    """
    person = get_person(session, person_id)
    _check_can_plan(session, actor, person.id, at)
    lock_current(session, offering)
    if offering.state == "called_off":
        raise CalledOff("This was called off.")
    last_on = offering.last_on or day
    if last_on is None or last_on < today_of(session, person.id, at):
        raise Refused("Only what is still to come can be planned.")
    lock_people(session, [person.id])
    mine = _list_open(session, person.id)
    typed = fill_typed(offering, last_on.isoformat())
    plan = next((one for one in mine if one.offering_id == offering.id), None)
    if plan is None:
        _check_room(mine)
        stamp = {"recorded_at": at, "recorded_by": actor.key}
        plan = PlannedCredit(person_id=person.id, offering_id=offering.id, **stamp)
        session.add(plan)
    plan.typed, plan.state, plan.changed_at = typed, "planned", at
    session.flush()
    _record(session, plan, "planned", actor, at)
    return plan


def plan_activity(session: Session, person_id: int, new: NewCredit, *, actor: Actor, at: datetime) -> PlannedCredit:
    """Put an activity that nobody offers here among what this person plans, as it would be logged.

    Raises NotAllowed unless the record is the actor's own; TooManyPlans.
    """
    person = get_person(session, person_id)
    _check_can_plan(session, actor, person.id, at)
    lock_people(session, [person.id])
    _check_room(_list_open(session, person.id))
    plan = PlannedCredit(person_id=person.id, recorded_at=at, recorded_by=actor.key)
    plan.typed, plan.state, plan.changed_at = write_typed(new), "planned", at
    session.add(plan)
    session.flush()
    _record(session, plan, "planned", actor, at)
    return plan


def drop_plan(session: Session, person_id: int, plan_id: int, *, actor: Actor, at: datetime) -> None:
    """Take it from what is planned. Raises NotAllowed, NotFound where it isn't planned any more."""
    _check_can_plan(session, actor, person_id, at)
    plan = get_plan(session, person_id, plan_id)
    plan.state, plan.changed_at = "dropped", at
    _record(session, plan, "dropped", actor, at)


def log_planned(
    session: Session,
    rulebook: Rulebook,
    person_id: int,
    plan_id: int,
    new: NewCredit,
    certification_ids: Iterable[int],
    *,
    actor: Actor,
    at: datetime,
) -> Credit:
    """Log what was planned: the plan becomes that credit, once.

    Raises PlanGone, and nothing is logged, where it isn't planned any more; and what `log_credit` raises.
    """
    try:
        plan = get_plan(session, person_id, plan_id)
    except NotFound as error:
        raise PlanGone("This was logged or dropped meanwhile, so nothing was saved. Look at the record.") from error
    credit = log_credit(session, rulebook, person_id, new, certification_ids, actor=actor, at=at)
    plan.state, plan.changed_at, plan.credit_id = "logged", at, credit.id
    _record(session, plan, "logged", actor, at)
    return credit


def get_plan(session: Session, person_id: int, plan_id: int) -> PlannedCredit:
    """One of this person's open plans, merged people being one, locked for a change. Raises NotFound."""
    query = select(PlannedCredit).where(
        PlannedCredit.id == plan_id,
        PlannedCredit.person_id.in_(same_person(person_id)),
        PlannedCredit.state == "planned",
    )
    plan = session.scalar(query.with_for_update())
    if plan is None:
        raise NotFound("This plan isn't here any more.")
    return plan


def list_plans(session: Session, person_id: int) -> tuple[Plan, ...]:
    """What this person plans, the nearest day first; one statement."""
    return make_plans(session.execute(select_plans(person_id)))


def select_plans(person_id: int) -> Select[PlannedCredit, str | None]:
    """What `make_plans` reads: this person's open plans, each with the state of its offering, None for none."""
    return (
        select(PlannedCredit, Offering.state)
        .outerjoin(Offering, Offering.id == PlannedCredit.offering_id)
        .where(PlannedCredit.person_id.in_(same_person(person_id)), PlannedCredit.state == "planned")
    )


def make_plans(rows: Iterable[Row[PlannedCredit, str | None] | tuple[PlannedCredit, str | None]]) -> tuple[Plan, ...]:
    """The plans of these rows, the nearest day first."""
    plans = [_read(row, state == "called_off") for row, state in rows]
    return tuple(sorted(plans, key=lambda plan: (plan.last_on, plan.id)))


def _list_open(session: Session, person_id: int) -> Sequence[PlannedCredit]:
    mine = (PlannedCredit.person_id.in_(same_person(person_id)), PlannedCredit.state == "planned")
    return session.scalars(select(PlannedCredit).where(*mine).order_by(PlannedCredit.id)).all()


def _read(row: PlannedCredit, is_called_off: bool) -> Plan:
    typed = row.typed
    last_on = date.fromisoformat(typed["last_on"])
    return Plan(
        id=row.id,
        offering_id=row.offering_id,
        title=typed["title"],
        provider=typed["provider"] or None,
        first_on=date.fromisoformat(typed["first_on"]) if typed["first_on"] else last_on,
        last_on=last_on,
        parts=tuple(CreditPart(part["minutes"], tuple(part["areas"])) for part in typed["parts"]),
        activity=cast("Activity", typed["activity"]),
        form=cast("Form | None", typed["form"] or None),
        is_called_off=is_called_off,
    )


def _check_room(mine: Sequence[PlannedCredit]) -> None:
    if len(mine) >= MOST_PLANS:
        raise TooManyPlans(f"{MOST_PLANS} activities are planned already; log or drop one first.")


def _check_can_plan(session: Session, actor: Actor, person_id: int, at: datetime) -> None:
    relations = list_relations(session, actor, person_id, today_of(session, person_id, at))
    if not (actor.is_command or can_act(relations, Act.PLAN_CREDITS)):
        raise NotAllowed("This record isn't here, or isn't yours to change.")


def _record(session: Session, plan: PlannedCredit, what: str, actor: Actor, at: datetime) -> None:
    details = {"offering": plan.offering_id, "last_on": plan.typed["last_on"], "credit": plan.credit_id}
    record_event(
        session, at=at, actor=actor.key, action=f"planned_credit.{what}", subject=("planned_credit", plan.id),
        people=[plan.person_id], details=details,
    )  # fmt: skip
