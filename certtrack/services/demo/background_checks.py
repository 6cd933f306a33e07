"""The demonstration's background checks: one that is good for long, one that ends soon, and one that has ended."""

from collections.abc import Mapping
from datetime import date

from certtrack.db.models import Person
from certtrack.rules.calendar import add_years
from certtrack.security import Actor
from certtrack.services.background_checks.records import NewCheck, record_check
from certtrack.services.demo.people import PEOPLE, DemoPerson
from certtrack.services.demo.place import Place

_LASTS = 4  # years
_GOOD_FOR = {"Carol": 25, "Noor": -3, "Milo": 900}  # days from today


def add_checks(place: Place, people: Mapping[DemoPerson, Person], office: Actor) -> None:
    """Put them on record, by the office's administrator."""
    for one in PEOPLE:
        if one.given_name in _GOOD_FOR:
            good_until = place.day(_GOOD_FOR[one.given_name]) or place.today
            new = NewCheck(_done_on(good_until), good_until, "The letter in the office's file")
            record_check(
                place.session, people[one].id, place.organization.id, new, actor=office, at=place.at
            )  # fmt: skip


def _done_on(good_until: date) -> date:
    return add_years(good_until, -_LASTS)
