"""What would still be needed for one certification, and what planned activities would change. Nothing is stored."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import false, select
from sqlalchemy.orm import Session

from certtrack.clock import Clock, today_in
from certtrack.db.models import Certification, Person
from certtrack.db.queries.merges import same_person
from certtrack.errors import NotFound
from certtrack.rules.calendar import add_years
from certtrack.rules.facts import CertificationFacts, CreditFact
from certtrack.rules.pack import Pack, Sure
from certtrack.rules.what_if import Least, WhatIf, least_needed, what_if
from certtrack.security import Act, Actor, Fields
from certtrack.services.actors import open_certifications, visible_certifications
from certtrack.services.credits.page import Progress, describe_hours
from certtrack.services.credits.problems import BadCredit
from certtrack.services.credits.shown import ShownArea
from certtrack.services.credits.typed import NewCredit, TypedCredit, read_credit
from certtrack.services.people import get_person
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.standing import load_held

YEARS_AHEAD = 10
"""Nothing is planned for a day further away."""
BLANK_PLAN = TypedCredit(
    title="", provider="", first_on="", last_on="", amount="", unit="hours", areas=(), activity="course", form="",
    role="", proof="",
)  # fmt: skip
"""A plan that says nothing yet; most of what people plan are courses."""
_UNNAMED = "-"


@dataclass(frozen=True, slots=True)
class Planning:
    """What plans for one certification rest on, as of `today` in the zone of its rules.

    `ceu_minutes` is None where the rules say nothing; `ceu_sure` is how sure it is, None likewise. `can_log`: whether
    the reader may keep a plan as a draft of a credit.
    """

    person: Person
    certification: Certification
    pack: Pack
    facts: CertificationFacts
    today: date
    areas: tuple[ShownArea, ...]
    ceu_minutes: int | None
    ceu_sure: Sure | None
    can_log: bool
    is_holder: bool


@dataclass(frozen=True, slots=True)
class Forecast:
    """The hours without and with what is planned. `checked` of each line in `progress` are what is on record already.

    `least` is what would still be needed at the least with the plan, `surely` the same where nothing that may count
    does, `least_now` without the plan.
    """

    found: WhatIf
    progress: tuple[Progress, ...]
    least_now: Least
    least: Least
    surely: Least


def get_planning(
    session: Session, rulebook: Rulebook, actor: Actor, person_id: int, certification_id: int, clock: Clock
) -> Planning:
    """What plans rest on. Raises NotFound alike for what isn't there and where its hours aren't the actor's to see."""
    person = get_person(session, person_id)
    local = today_in(clock, person.zone)
    can_log = open_certifications(actor, local, Act.LOG_CREDITS)
    is_holder = false() if actor.person_id is None else Certification.person_id.in_(same_person(actor.person_id))
    own = (can_log.label("can_log"), is_holder.label("is_holder"))
    query = select(Certification, *own).where(
        Certification.id == certification_id,
        Certification.person_id.in_(same_person(person.id)),
        visible_certifications(actor, local, Fields.CREDITS),
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"There is no certification with the number {certification_id} on this person's record.")
    certification = row[0]
    pack, facts = load_held(session, confirmed_rules(session, rulebook), [certification.id])[certification.id]
    areas, ceu_minutes, ceu_sure = describe_hours([pack])
    return Planning(
        person=person,
        certification=certification,
        pack=pack,
        facts=facts,
        today=today_in(clock, pack.zone),
        areas=areas,
        ceu_minutes=ceu_minutes,
        ceu_sure=ceu_sure,
        can_log=bool(row[1]),
        is_holder=bool(row[2]),
    )


def read_plan(typed: TypedCredit, planning: Planning) -> NewCredit:
    """The activity that was typed, which may lie ahead; its title may be left out, and proof is taken to come.

    Raises BadCredit with all that is wrong, of a day also `lies_ahead` or `too_long_ago` where it is too far away.
    """
    supposed = replace(typed, title=typed.title.strip() or _UNNAMED, role="participant", proof="on_paper")
    offered = {area.key for area in planning.areas}
    try:
        plan = read_credit(supposed, planning.ceu_minutes, add_years(planning.today, YEARS_AHEAD))
    except BadCredit as error:
        if {*typed.areas} <= offered:
            raise
        raise BadCredit({"areas": "not_a_choice", **error.problems}) from error
    if not {*typed.areas} <= offered:
        raise BadCredit({"areas": "not_a_choice"})
    return plan


def forecast(planning: Planning, plans: Sequence[NewCredit]) -> Forecast:
    """The hours with these plans beside what is on record; the planned ones are numbered -1, -2 ... as they come."""
    return foresee(planning, [suppose(-place, plan) for place, plan in enumerate(plans, start=1)])


def foresee(planning: Planning, planned: Sequence[CreditFact]) -> Forecast:
    """The hours with these credits beside what is on record; none there has a number of theirs."""
    found = what_if(planning.pack, planning.facts, planned, planning.today)
    pairs = zip(found.before.requirements, found.after.requirements, strict=True)
    return Forecast(
        found=found,
        progress=tuple(Progress(after, min(before.counted, after.counted)) for before, after in pairs),
        least_now=least_needed(planning.pack, found.before),
        least=least_needed(planning.pack, found.after),
        surely=least_needed(planning.pack, found.after, surely=True),
    )


def suppose(number: int, plan: NewCredit) -> CreditFact:
    """The plan as a credit that is on record under this number and waits to be checked."""
    return CreditFact(
        id=number,
        first_on=plan.first_on,
        last_on=plan.last_on,
        parts=plan.parts,
        activity=plan.activity,
        form=plan.form,
        role=plan.role,
        proof=plan.proof,
        decision="waiting",
        title="" if plan.title == _UNNAMED else plan.title,
        provider=plan.provider or "",
    )
