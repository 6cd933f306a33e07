"""What was planned and is over, logged: the form begins with what the plan says, and the plan becomes the credit."""

from collections.abc import Iterable

from flask import request
from sqlalchemy.orm import Session

from certtrack.db.models import Credit
from certtrack.errors import NotFound
from certtrack.services.credits.records import log_credit
from certtrack.services.credits.typed import NewCredit, TypedCredit
from certtrack.services.offerings.planning import Plan, list_plans, log_planned
from certtrack.services.offerings.prefill import write_amount
from certtrack.web.credit_form import CreditForm
from certtrack.web.edge import actor, parts
from certtrack.web.numbers import read_number


def begin_from_plan(session: Session, person_id: int) -> CreditForm | None:
    """The form as the plan that `?planned=` names would have it; None where none is named. Raises NotFound."""
    number = request.args.get("planned", type=read_number)
    if number is None:
        return None
    plan = next((one for one in list_plans(session, person_id) if one.id == number), None)
    if plan is None:
        raise NotFound("This plan isn't here any more.")
    return CreditForm(_say(plan), planned=plan.id)


def log_form(session: Session, person_id: int, form: CreditForm, new: NewCredit, chosen: Iterable[int]) -> Credit:
    """Put what the form says on record; the plan that it began with is logged by that.

    Raises PlanGone, and nothing is logged, where somebody has logged or dropped that plan meanwhile.
    """
    rulebook, at = parts().rulebook, parts().clock.now()
    if form.planned is None:
        return log_credit(session, rulebook, person_id, new, chosen, actor=actor(), at=at)
    return log_planned(session, rulebook, person_id, form.planned, new, chosen, actor=actor(), at=at)


def _say(plan: Plan) -> TypedCredit:
    amount, unit = write_amount(plan.minutes)
    return TypedCredit(
        title=plan.title,
        provider=plan.provider or "",
        first_on="" if plan.first_on == plan.last_on else plan.first_on.isoformat(),
        last_on=plan.last_on.isoformat(),
        amount=amount,
        unit=unit,
        areas=tuple(dict.fromkeys(area for part in plan.parts for area in part.areas)),
        activity=plan.activity,
        form=plan.form or "",
        role="participant",
        proof="",
    )
