"""Who has looked at Carol's record before anybody opens the demonstration, and a name that somebody had before."""

from datetime import timedelta

from certtrack.db.audit import record_event
from certtrack.db.models import FormerName, Person
from certtrack.security import Actor
from certtrack.services.demo.people import CAROL, DemoPerson
from certtrack.services.demo.place import ACTOR, Place

_LOOKS = (
    (41, "people.listed"), (20, "people.listed"), (20, "person.viewed"), (20, "evidence.viewed"), (6, "person.viewed"),
    (6, "person.viewed"),
)  # fmt: skip
_RENAMED_DAYS_AGO = 30


def add_looks(place: Place, people: dict[DemoPerson, Person], supervisor: Actor) -> None:
    """Let her supervisor have looked on some days, and Tom have had another family name."""
    for hour, (days_ago, action) in enumerate(_LOOKS):
        record_event(
            place.session,
            at=place.at - timedelta(days=days_ago, hours=6 - hour),
            actor=supervisor.key,
            action=action,
            subject=("person", people[CAROL].id),
            people=[people[CAROL].id],
        )
    tom = next(person for one, person in people.items() if one.chosen_name)
    place.session.add(
        FormerName(
            person_id=tom.id,
            kind="certificate",
            name=f"{tom.given_name} Formername",
            recorded_at=place.at - timedelta(days=_RENAMED_DAYS_AGO),
            recorded_by=ACTOR.key,
        )
    )
    place.session.flush()
