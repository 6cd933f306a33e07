"""Two records of one person made one by their office, and parted again."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from certtrack.db.models import Person
from certtrack.db.queries.merges import same_person
from certtrack.errors import BadInput, NotFound, StaleRecord
from certtrack.security import Actor, Relation, Task, narrow
from certtrack.services.actors import list_relations, visible_people
from certtrack.services.lookup import list_people_asked
from certtrack.services.merges import merge_people, undo_merge
from certtrack.services.people import get_person
from certtrack.services.rulebook import Rulebook

_NOT_THEIRS = "This page isn't here, or isn't yours to see."
Which = Literal["first", "into"]
Why = Literal["nobody", "several_people", "same", "own_record"]


class BadPair(BadInput):
    """Who is meant can't be told: `why` by the field."""

    def __init__(self, why: dict[Which, Why]) -> None:
        super().__init__(f"Not two people: {why}.")
        self.why = why


@dataclass(frozen=True, slots=True)
class Merged:
    """A record that is somebody else's now: whose it was, and whose it is."""

    record: Person
    into: Person


def list_merged(session: Session, actor: Actor, today: date) -> tuple[Merged, ...]:
    """The merged records of people whom the actor's offices keep, by name: whom they may part; one query."""
    into = aliased(Person)
    office = replace(narrow(actor, Task.MANAGE_PEOPLE), person_id=None)  # by no other way, such as their own record
    theirs = select(Person.id).where(visible_people(office, today))
    query = (
        select(Person, into)
        .join(into, into.id == Person.merged_into_id)
        .where(Person.merged_into_id.in_(theirs))
        .order_by(Person.folded_name, Person.id)
    )
    return tuple(Merged(record, whole) for record, whole in session.execute(query))


def get_pair(session: Session, actor: Actor, first: str, into: str, today: date) -> tuple[Person, Person]:
    """The two of the actor's people who are named by a number, an address or a name. Raises BadPair, by field.

    Neither is the actor: nobody says of their own record whose else it is.
    """
    asked: dict[Which, str] = {"first": first, "into": into}
    found: dict[Which, list[Person]] = {which: _list_own(session, actor, text, today) for which, text in asked.items()}
    why: dict[Which, Why] = {}
    selves = set(session.scalars(same_person(actor.person_id))) if actor.person_id is not None else set()
    for which, people in found.items():
        if len(people) != 1:
            why[which] = "several_people" if people else "nobody"
        elif people[0].id in selves:
            why[which] = "own_record"
    if not why and found["first"][0].id == found["into"][0].id:
        why["into"] = "same"
    if why:
        raise BadPair(why)
    return found["first"][0], found["into"][0]


def merge_own(
    session: Session, rulebook: Rulebook, pair: tuple[Person, Person], reason: str,
    *, seen: tuple[int, int], actor: Actor, at: datetime,
) -> Person:  # fmt: skip
    """Let the first of a pair be the second from now on. `seen` are the numbers of those who were looked at.

    Raises StaleRecord where they are others, BadInput without a reason, Refused where it is so.
    """
    first, into = pair
    if (first.id, into.id) != seen:
        raise StaleRecord("Those are other people by now; look at both again.")
    return merge_people(session, rulebook, first.id, into.id, reason=reason, actor=actor, at=at)


def part_own(
    session: Session, rulebook: Rulebook, person_id: int, reason: str, *, today: date, actor: Actor, at: datetime
) -> Person:
    """Let a merged record be a person of their own again. Raises NotFound, BadInput without a reason, Refused."""
    if not _is_own(session, actor, get_person(session, person_id), today):
        raise NotFound(_NOT_THEIRS)
    return undo_merge(session, rulebook, person_id, reason=reason, actor=actor, at=at)


def _list_own(session: Session, actor: Actor, text: str, today: date) -> list[Person]:
    return [person for person in list_people_asked(session, text) if _is_own(session, actor, person, today)]


def _is_own(session: Session, actor: Actor, person: Person, today: date) -> bool:
    return Relation.AGENCY_ADMINISTRATOR in list_relations(session, actor, person.id, today)
