"""The demonstration's stand-in: whoever supervises is away for a week, and somebody else does their part."""

from collections.abc import Mapping

from certtrack.db.models import Person
from certtrack.rules.calendar import add_days
from certtrack.security import Actor, Role
from certtrack.services.accounts import create_account
from certtrack.services.demo.people import BOB, FARAH, DemoPerson
from certtrack.services.demo.place import ACTOR, Place
from certtrack.services.stand_ins import NewStandIn, record_stand_in

_FROM_IN, _UNTIL_IN = 10, 16  # days from today


def add_stand_in(place: Place, people: Mapping[DemoPerson, Person], office: Actor) -> None:
    """Put it on record, by the office's administrator. The stand-in supervises too; their account has no password."""
    stand_in = people[FARAH]
    create_account(
        place.session,
        stand_in.address or "",
        role=Role.SUPERVISOR,
        organization_id=place.organization.id,
        person_id=stand_in.id,
        actor=ACTOR,
        at=place.at,
    )
    days = add_days(place.today, _FROM_IN), add_days(place.today, _UNTIL_IN)
    new = NewStandIn(people[BOB].id, stand_in.id, *days)
    record_stand_in(place.session, place.organization, new, actor=office, at=place.at)
