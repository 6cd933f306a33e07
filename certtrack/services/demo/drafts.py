"""The demonstration's draft: a credit that one specialist has begun to type, and goes on with another day."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta

from certtrack.db.models import Person
from certtrack.security import Actor
from certtrack.services.credits.drafts import FormState, save_draft
from certtrack.services.credits.typed import TypedCredit
from certtrack.services.demo.people import CAROL, DemoPerson
from certtrack.services.demo.place import Place


def add_draft(place: Place, people: Mapping[DemoPerson, Person], specialist: Actor) -> None:
    """Keep what Carol has typed so far: what it was and when, and not yet how long."""
    typed = TypedCredit(
        title="A Circle for Winter Days",
        provider="Example Learning Cooperative",
        first_on="",
        last_on=(place.today - timedelta(days=4)).isoformat(),
        amount="",
        unit="hours",
        areas=(),
        activity="community_of_practice",
        form="in_person",
        role="participant",
        proof="",
    )
    save_draft(place.session, specialist, people[CAROL].id, asdict(typed), (), form=FormState(), at=place.at)
