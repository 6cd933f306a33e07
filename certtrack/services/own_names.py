"""What somebody is called and where their mail goes, changed by themselves; a certificate's name is the office's."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import FormerName, Person
from certtrack.db.queries.merges import same_person
from certtrack.errors import BadInput, NotFound, StaleRecord
from certtrack.mail.names import clean_name
from certtrack.security import Act, Actor, Fields, Relation, can_act, can_see
from certtrack.services.actors import list_relations
from certtrack.services.addresses import BadAddresses, read_addresses
from certtrack.services.people import change_person, get_person

Field = Literal["chosen_name", "private_address", "work_address"]
FIELDS: tuple[Field, ...] = ("chosen_name", "private_address", "work_address")
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class OwnDetails:
    """What the holder changes themselves; None where there is none."""

    chosen_name: str | None
    private_address: str | None
    work_address: str | None

    @property
    def mark(self) -> str:
        """What a form was made of: another one where anything has changed."""
        return "|".join(value or "" for value in asdict(self).values())


@dataclass(frozen=True, slots=True)
class OwnNames:
    """A person with what may be changed of them. `former` are earlier names, the latest first, for the office alone."""

    person: Person
    details: OwnDetails
    can_change: bool
    former: tuple[FormerName, ...]


class BadDetails(BadInput):
    """What was typed can't be: `fields` names where."""

    def __init__(self, fields: Sequence[Field]) -> None:
        super().__init__(f"This can't be: {', '.join(fields)}.")
        self.fields = tuple(fields)


def get_own_names(session: Session, actor: Actor, person_id: int, today: date) -> OwnNames:
    """The names and addresses, for the holder and for the office.

    Raises NotFound alike for nobody, and where they aren't the actor's to see.
    """
    person = get_person(session, person_id)
    relations = list_relations(session, actor, person.id, today)
    can_change = can_act(relations, Act.CHANGE_NAME)
    sees_former = actor.is_command or can_see(relations, Fields.FORMER_NAMES)
    if not (can_change or sees_former):
        raise NotFound(f"There is no person with the number {person_id}.")
    # whoever works in an office doesn't see there what they were called themselves before: a page is looked at together
    former = _list_former(session, person.id) if sees_former and Relation.HOLDER not in relations else ()
    return OwnNames(person, _get_details(person), can_change, former)


def read_details(typed: dict[Field, str]) -> OwnDetails:
    """What was typed, a name in one line, addresses in lower case; a blank is none. Raises BadDetails."""
    name = clean_name(typed["chosen_name"])
    bad: list[Field] = ["chosen_name"] if len(name) > LONGEST_NAME else []
    try:
        addresses = read_addresses(typed["private_address"], typed["work_address"])
    except BadAddresses as error:
        raise BadDetails([*bad, *error.fields]) from error
    if bad:
        raise BadDetails(bad)
    return OwnDetails(name or None, addresses.private_address, addresses.work_address)


def change_details(
    session: Session, person_id: int, new: OwnDetails, *, seen: str, today: date, actor: Actor, at: datetime
) -> bool:
    """Put on record what the holder goes by; True when anything was different. `seen` is the mark of what was shown.

    What couldn't be mailed goes out to a new address by itself. Raises NotFound where it isn't the actor's own record,
    StaleRecord where it is another by now.
    """
    person = get_person(session, person_id)
    if not can_act(list_relations(session, actor, person.id, today), Act.CHANGE_NAME):
        raise NotFound(f"There is no person with the number {person_id}.")
    session.refresh(person, with_for_update=True)
    if _get_details(person).mark != seen:
        raise StaleRecord("Somebody else has changed this meanwhile, so nothing was written. Look at it again.")
    return change_person(session, person, asdict(new), actor=actor, at=at)


def has_other_addresses(session: Session, person_id: int, new: OwnDetails) -> bool:
    """True where mail would go to another address by `new` than by what is on record, or no more to one of them."""
    now = _get_details(get_person(session, person_id))
    return (now.private_address, now.work_address) != (new.private_address, new.work_address)


def _get_details(person: Person) -> OwnDetails:
    return OwnDetails(person.chosen_name, person.private_address, person.work_address)


def _list_former(session: Session, person_id: int) -> tuple[FormerName, ...]:
    query = select(FormerName).where(FormerName.person_id.in_(same_person(person_id)))
    return tuple(session.scalars(query.order_by(FormerName.id.desc())))
