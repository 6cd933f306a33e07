"""Whom the supervisor of the demonstration has told by phone or in person, so that no mail goes out."""

from collections.abc import Mapping

from certtrack.db.models import Person
from certtrack.security import Actor
from certtrack.services.demo.people import DemoPerson
from certtrack.services.demo.place import Place
from certtrack.services.ledger.reading import list_ledger
from certtrack.services.ledger.tellings import NewTelling, list_to_tell, note_told


def add_tellings(place: Place, people: Mapping[DemoPerson, Person], supervisor: Actor) -> None:
    """Note today for each of those who were told otherwise that they know of the stage that was reached."""
    for one, person in people.items():
        if one.told is None:
            continue
        entry, *_ = list_to_tell(list_ledger(place.session, place.rulebook, person.id, place.today))
        new = NewTelling(one.told, place.today)
        note_told(place.session, place.rulebook, person.id, entry.key, new, actor=supervisor, at=place.at)
