"""Finding people and certifications by what somebody at a desk has: a number, an address, our own number, or a name."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Person
from certtrack.db.queries.merges import same_people
from certtrack.errors import NotFound, Refused
from certtrack.services.people import fold, get_person, list_by_address

_LONGEST_ID = 18


@dataclass(frozen=True, slots=True)
class Asked:
    """What was found, each once, and which of the asked texts nobody answers to."""

    certifications: tuple[Certification, ...]
    unknown: tuple[str, ...]


def list_people_asked(session: Session, asked: str) -> list[Person]:
    """Everybody whom a certification's number, else an address, a person's own number, or else a name names.

    More than one where two people share an address or a name, or two organizations gave one number. Empty where nobody
    does. A name is the one on the certificate or the chosen one, its words in any order, whatever their case.
    """
    found = _list_by_number(session, asked.strip()) or list_by_address(session, asked)
    return found or _list_by_id(session, asked.strip()) or _list_by_name(session, asked)


def get_person_asked(session: Session, asked: str) -> Person:
    """The one person whom `asked` names. Raises NotFound for nobody, Refused for several, with their own numbers."""
    found = list_people_asked(session, asked)
    if not found:
        raise NotFound(f"Nobody here has the number, the address or the name {asked}.")
    if len(found) > 1:
        numbers = " or ".join(f"{person.id} ({person.shown_name})" for person in found)
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


def _list_by_name(session: Session, name: str) -> list[Person]:
    words = fold(name).replace(",", " ").split()
    if not words:
        return []
    named = [or_(Person.folded_name.contains(word, autoescape=True), Person.chosen_name.is_not(None)) for word in words]
    query = select(Person).where(Person.merged_into_id.is_(None), *named).order_by(Person.id)
    return [person for person in session.scalars(query) if sorted(words) in _list_names(person)]


def _list_names(person: Person) -> list[list[str]]:
    return [sorted(fold(name).replace(",", " ").split()) for name in (person.certificate_name, person.shown_name)]


def _list_by_id(session: Session, text: str) -> list[Person]:
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID):
        return []
    person = session.get(Person, int(text))
    return [get_person(session, person.id)] if person is not None else []
