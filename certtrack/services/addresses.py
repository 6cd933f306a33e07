"""Somebody's addresses, mended by the office: what couldn't be mailed goes out again by itself."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy.orm import Session

from certtrack.db.models import Person
from certtrack.errors import BadInput, NotFound, StaleRecord
from certtrack.security import Act, Actor, can_act
from certtrack.services.actors import list_relations
from certtrack.services.people import change_person, fold_address, get_person
from certtrack.services.sheets.cells import Unreadable, read_address

AddressField = Literal["private_address", "work_address"]
ADDRESS_FIELDS: tuple[AddressField, ...] = ("private_address", "work_address")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where mail may go: the private address is taken first; None where there is none."""

    private_address: str | None
    work_address: str | None


class BadAddresses(BadInput):
    """What was typed isn't an address; `fields` names where."""

    def __init__(self, fields: tuple[AddressField, ...]) -> None:
        super().__init__(f"Not an address: {', '.join(fields)}.")
        self.fields = fields


def get_mendable(session: Session, actor: Actor, person_id: int, today: date) -> Person:
    """The person, merges followed. Raises NotFound, also where their addresses aren't the actor's to change."""
    person = get_person(session, person_id)
    if not actor.is_command and not can_act(list_relations(session, actor, person.id, today), Act.MEND_ADDRESS):
        raise NotFound("This page isn't here, or isn't yours to see.")
    return person


def read_addresses(private_address: str, work_address: str) -> Addresses:
    """What was typed, in lower case; a blank is no address. Raises BadAddresses for what is none."""
    typed = dict(zip(ADDRESS_FIELDS, (private_address, work_address), strict=True))
    bad = tuple(field for field, text in typed.items() if not _is_fit(text))
    if bad:
        raise BadAddresses(bad)
    return Addresses(fold_address(private_address), fold_address(work_address))


def mend_addresses(
    session: Session, person: Person, new: Addresses, *, seen: Addresses, actor: Actor, at: datetime
) -> bool:
    """Put the addresses on record; True where anything is different. `seen` is what the page had shown.

    Raises StaleRecord where they are others by now.
    """
    session.refresh(person, with_for_update=True)
    if Addresses(person.private_address, person.work_address) != seen:
        raise StaleRecord("Somebody else has changed these addresses meanwhile; look at them again.")
    return change_person(session, person, asdict(new), actor=actor, at=at)


def _is_fit(text: str) -> bool:
    if not text.strip():
        return True
    try:
        read_address(text)
    except Unreadable:
        return False
    return True
