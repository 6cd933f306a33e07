"""What an offering, or what is planned, would count for somebody: by the rules of each of their certifications."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.clock import Clock, today_in
from certtrack.db.models import Certification, Offering, Person
from certtrack.db.queries.merges import same_person
from certtrack.rules.facts import CreditPart
from certtrack.rules.what_if import Least
from certtrack.services.credits.page import describe_hours
from certtrack.services.credits.typed import NewCredit
from certtrack.services.credits.what_if import Forecast, Planning, forecast
from certtrack.services.offerings.planning import Plan
from certtrack.services.offerings.records import list_parts
from certtrack.services.people import fold
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.standing import load_held


@dataclass(frozen=True, slots=True)
class Outlook:
    """One certification of the reader: what it rests on, and its hours with what they plan. `least` is still to do."""

    planning: Planning
    forecast: Forecast

    @property
    def least(self) -> Least:
        """The least that would still be needed with all that is planned."""
        return self.forecast.least

    @property
    def can_earn(self) -> bool:
        """False where nothing can be earned for it any more."""
        return self.forecast.found.by is not None


def load_plannings(session: Session, rulebook: Rulebook, person: Person, clock: Clock) -> list[Planning]:
    """What plans rest on for each certification of the reader whose rules ask for hours; six statements in all."""
    query = select(Certification).where(Certification.person_id.in_(same_person(person.id)))
    certifications = session.scalars(query.order_by(Certification.id)).all()
    held = load_held(session, confirmed_rules(session, rulebook), [one.id for one in certifications])
    found = []
    for one in certifications:
        pack, facts = held[one.id]
        if pack.hours is None:
            continue
        areas, ceu_minutes, ceu_sure = describe_hours([pack])
        day = today_in(clock, pack.zone)
        found.append(
            Planning(person, one, pack, facts, day, areas, ceu_minutes, ceu_sure, can_log=True, is_holder=True)
        )  # fmt: skip
    return found


def look_out(planning: Planning, plans: Sequence[Plan], more: Plan | None = None) -> Outlook:
    """The hours of one certification with all of these plans that count in advance, and `more` as the last of them."""
    counted = [*list_counted(planning, plans), *([more] if more else [])]
    return Outlook(planning, forecast(planning, [suppose(plan, planning) for plan in counted]))


def list_counted(planning: Planning, plans: Sequence[Plan]) -> list[Plan]:
    """Those that count in advance.

    Not what was called off, nor what is on record as a credit already, nor what is over: that counts once it is logged.
    """
    to_come = (plan for plan in plans if plan.last_on >= planning.today)
    return [plan for plan in to_come if not (plan.is_called_off or is_on_record(planning, plan))]


def is_on_record(planning: Planning, plan: Plan) -> bool:
    """True where a credit has the plan's title and its last day: it was logged, and not from the plan."""
    title = fold(plan.title)
    return any(one.last_on == plan.last_on and fold(one.title) == title for one in planning.facts.credits)


def suppose(plan: Plan, planning: Planning) -> NewCredit:
    """The plan as a credit that came with a certificate, with the areas alone that these rules know."""
    known = {area.key for area in planning.areas}
    return NewCredit(
        title=plan.title,
        provider=plan.provider,
        first_on=plan.first_on,
        last_on=plan.last_on,
        unit="minutes",
        amount=str(plan.minutes),
        parts=tuple(CreditPart(part.minutes, tuple(a for a in part.areas if a in known)) for part in plan.parts),
        activity=plan.activity,
        form=plan.form,
        role="participant",
        proof="on_paper",
    )


def suppose_offering(offering: Offering, planning: Planning) -> Plan:
    """The offering as a plan; one for any time as if it were done today."""
    return Plan(
        id=0,
        offering_id=offering.id,
        title=offering.title,
        provider=offering.provider,
        first_on=offering.first_on or planning.today,
        last_on=offering.last_on or planning.today,
        parts=list_parts(offering),
        activity=offering.activity,  # type: ignore[arg-type]  # one of its codes
        form=offering.form,  # type: ignore[arg-type]
        is_called_off=offering.state == "called_off",
    )
