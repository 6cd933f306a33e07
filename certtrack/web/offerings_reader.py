"""Who looks at activities: their day, what they plan, and what one activity would count for their certifications."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import request
from sqlalchemy.orm import Session

from certtrack.db.models import Offering, Person
from certtrack.rules.what_if import PlannedCount
from certtrack.services.offerings.counting import Outlook, load_plannings, look_out, suppose_offering
from certtrack.services.offerings.planning import Plan, list_plans
from certtrack.services.overview import find_zone
from certtrack.services.people import get_person
from certtrack.web.edge import actor, parts, today
from certtrack.web.numbers import read_number


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks: their day, what they plan, and the hours of each certification with that; without a record none.

    `asked` is the certification that the address names, so that each activity is told with what it would count for it;
    None where it names none of theirs for which something can still be earned.
    """

    today: date
    person: Person | None = None
    plans: tuple[Plan, ...] = ()
    outlooks: tuple[Outlook, ...] = ()
    asked: Outlook | None = None

    @property
    def open_outlooks(self) -> list[Outlook]:
        """Those for which something can still be earned."""
        return [one for one in self.outlooks if one.can_earn]

    def find_plan(self, offering_id: int) -> Plan | None:
        """What they plan of that offering; None where they don't."""
        return next((plan for plan in self.plans if plan.offering_id == offering_id), None)


@dataclass(frozen=True, slots=True)
class Counted:
    """What one offering would count for one certification, beside what is planned; `outlook` is with it."""

    outlook: Outlook
    found: PlannedCount


def load_reader(session: Session) -> Reader:
    """The reader of this request, `?certification=` being the one that they ask for."""
    number = actor().person_id
    if number is None:
        return Reader(today(find_zone(session, actor())))
    person = get_person(session, number)
    plans = list_plans(session, person.id)
    plannings = load_plannings(session, parts().rulebook, person, parts().clock)
    outlooks = tuple(look_out(planning, plans) for planning in plannings)
    asked = request.args.get("certification", type=read_number)
    found = (one for one in outlooks if one.can_earn and one.planning.certification.id == asked)
    return Reader(today(person.zone), person, plans, outlooks, next(found, None))


def count_offering(reader: Reader, offering: Offering, outlooks: Iterable[Outlook]) -> list[Counted]:
    """What it would count beside what is planned already, for each of these certifications of the reader's."""
    if offering.state == "called_off":
        return []
    others = [plan for plan in reader.plans if plan.offering_id != offering.id]
    found = []
    for one in outlooks:
        with_it = look_out(one.planning, others, suppose_offering(offering, one.planning))
        found.append(Counted(with_it, with_it.forecast.found.planned[-1]))
    return found
