"""Finding people and certifications by what somebody at a desk has: a number, an address, or our own number."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Person
from certtrack.db.queries.merges import same_people
from certtrack.errors import NotFound, Refused
from certtrack.services.people import get_person, list_by_address

_LONGEST_ID = 18


@dataclass(frozen=True, slots=True)
class Asked:
    """What was found, each once, and which of the asked texts nobody answers to."""

    certifications: tuple[Certification, ...]
    unknown: tuple[str, ...]


def list_people_asked(session: Session, asked: str) -> list[Person]:
    """Everybody whom a certification's number, else an address, else a person's own number names.

    More than one where two people share an address, or two organizations gave one number. Empty where nobody does.
    """
    found = _list_by_number(session, asked.strip()) or list_by_address(session, asked)
    return found or _list_by_id(session, asked.strip())


def get_person_asked(session: Session, asked: str) -> Person:
    """The one person whom `asked` names. Raises NotFound for nobody, Refused for several, with their own numbers."""
    found = list_people_asked(session, asked)
    if not found:
        raise NotFound(f"Nobody here has the number or the address {asked}.")
    if len(found) > 1:
        numbers = " or ".join(str(person.id) for person in found)
        raise Refused(f"{asked} is {len(found)} people's; say which by the person's own number: {numbers}.")
    return found[0]


def list_certifications(session: Session, asked: Sequence[str]) -> Asked:
    """The certifications of those whom `asked` names, in order of names; with nothing asked, everybody's."""
    if not asked:
        return Asked(tuple(session.scalars(_in_order())), ())
    answers = {text: {person.id for person in list_people_asked(session, text)} for text in asked}
    people = {person for found in answers.values() for person in found}
    query = _in_order().where(Person.id.in_(same_people(select(Person.id).where(Person.id.in_(people)))))
    return Asked(
        certifications=tuple(session.scalars(query)),
        unknown=tuple(text for text, found in answers.items() if not found),
    )


def _in_order() -> Select[Certification]:
    return (
        select(Certification)
        .join(Person, Person.id == Certification.person_id)
        .order_by(Person.folded_name, Person.id, Certification.id)
    )


def _list_by_number(session: Session, number: str) -> list[Person]:
    query = select(Certification.person_id).where(Certification.number == number).order_by(Certification.person_id)
    people = {get_person(session, person_id).id: get_person(session, person_id) for person_id in session.scalars(query)}
    return list(people.values())


def _list_by_id(session: Session, text: str) -> list[Person]:
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID):
        return []
    person = session.get(Person, int(text))
    return [get_person(session, person.id)] if person is not None else []
