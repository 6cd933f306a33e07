"""People: putting them on record, changing what is known of them, finding them."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from certtrack.clock import check_zone
from certtrack.db.audit import record_event
from certtrack.db.models import FormerName, Person
from certtrack.db.queries.merges import every_last_way
from certtrack.errors import BadInput, NotFound
from certtrack.language import LOCALES
from certtrack.security import Actor
from certtrack.services.reminders.arming import earliest_day, rearm_person

_CHANGEABLE = frozenset(
    {"given_name", "family_name", "chosen_name", "private_address", "work_address", "language", "zone", "died_on"}
    | {"work_first", "switched_off"},
)

_ALIKE = str.maketrans(
    "\u2018\u2019\u02bc\u00b4`\u2010\u2011\u2013ŁłØøĐđĦħ",  # apostrophes, hyphens, letters with a stroke
    "'''''---LlOoDdHh",
)

_ADDRESSES = frozenset({"private_address", "work_address"})
_PLANNED_BY = frozenset({"private_address", "work_address", "zone", "died_on", "work_first", "switched_off"})


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What is known of somebody who isn't on record yet. The language is English unless said otherwise."""

    given_name: str
    family_name: str
    zone: str
    chosen_name: str | None = None
    private_address: str | None = None
    work_address: str | None = None
    language: str = "en"
    died_on: date | None = None


def fold(text: str) -> str:
    """`text` without case, accents, marks that nobody sees and doubled white space: what names are compared by.

    Each kind of apostrophe is one, each hyphen too, and a letter with a stroke is that letter: `Łuk` is `luk`.
    """
    alike = text.translate(_ALIKE)
    if alike.isascii():
        return " ".join(alike.casefold().split())
    plain = unicodedata.normalize("NFKD", alike)
    letters = "".join(letter for letter in plain if not _is_mark(letter))
    return " ".join(letters.casefold().split())


def _is_mark(letter: str) -> bool:
    """True for an accent, and for what nobody sees, such as a sign for the direction of writing."""
    return unicodedata.combining(letter) != 0 or unicodedata.category(letter) == "Cf"


def fold_name(given_name: str, family_name: str) -> str:
    """The name that people are listed and told apart by, family name first."""
    return fold(f"{family_name}, {given_name}")


def fold_address(address: str | None) -> str | None:
    """The address as it is stored and asked for: in lower case, without white space around; None for an empty one."""
    return (address or "").strip().lower() or None


def create_person(session: Session, new: NewPerson, *, actor: Actor, at: datetime) -> Person:
    """Put somebody on record. Two people are never made one here, whatever they share.

    Raises BadInput for a language or a zone that nobody knows.
    """
    _check_language(new.language)
    person = Person(
        given_name=new.given_name,
        family_name=new.family_name,
        chosen_name=new.chosen_name,
        folded_name=fold_name(new.given_name, new.family_name),
        private_address=fold_address(new.private_address),
        work_address=fold_address(new.work_address),
        language=new.language,
        zone=check_zone(new.zone),
        died_on=new.died_on,
        died_recorded_at=at if new.died_on else None,
        recorded_at=at,
        recorded_by=actor.key,
    )
    session.add(person)
    session.flush()
    _record(session, person, "person.created", {"name": person.certificate_name}, actor, at)
    return person


def change_person(session: Session, person: Person, changes: dict[str, Any], *, actor: Actor, at: datetime) -> bool:
    """Set what `changes` names; True when anything was different.

    Raises BadInput for a field that can't be changed, and for a language or a zone that nobody knows.

    A new address, wish, zone or day of death has the planner look again; what wanted an address is made good. A name
    that another takes the place of is kept, for the office.
    """
    if unknown := changes.keys() - _CHANGEABLE:
        raise BadInput(f"A person has no {', '.join(sorted(unknown))} to change.")
    _check_language(changes.get("language", person.language))
    check_zone(changes.get("zone", person.zone))
    changes = {name: fold_address(value) if name in _ADDRESSES else value for name, value in changes.items()}
    old = {field: getattr(person, field) for field, value in changes.items() if getattr(person, field) != value}
    if not old:
        return False
    former = {"certificate": person.certificate_name, "chosen": person.chosen_name}
    for field in old:
        setattr(person, field, changes[field])
    _keep_former(session, person, former, actor, at)
    if "died_on" in old:
        person.died_recorded_at = at if person.died_on else None
    person.folded_name = fold_name(person.given_name, person.family_name)
    session.flush()
    if old.keys() & _PLANNED_BY:
        rearm_person(session, person.id, earliest_day(at))
    details = {field: [old[field], changes[field]] for field in old}
    _record(session, person, "person.changed", details, actor, at)
    return True


def get_person(session: Session, person_id: int) -> Person:
    """The person, or the one that they were merged into. Raises NotFound."""
    person = session.get(Person, person_id)
    while person is not None and person.merged_into_id is not None:
        person = session.get(Person, person.merged_into_id)
    if person is None:
        raise NotFound(f"There is no person with the number {person_id}.")
    return person


def load_holders(session: Session, numbers: set[int]) -> dict[int, Person]:
    """Who each of these is in the end, merges followed; one query, and none for nobody."""
    return dict(session.execute(select_holders(numbers)).all()) if numbers else {}


def select_holders(numbers: Collection[int] | Select[int]) -> Select[int, Person]:
    """Each of these numbers with who that is in the end."""
    asked, last = aliased(Person), every_last_way()
    query = select(asked.id, Person).outerjoin(last, last.c.person_id == asked.id)
    return query.join(Person, Person.id == func.coalesce(last.c.into_id, asked.id)).where(asked.id.in_(numbers))


def list_by_address(session: Session, address: str) -> list[Person]:
    """Everybody who has this address, private or at work; two people may share one."""
    folded = fold_address(address)
    if folded is None:
        return []
    query = select(Person).where(
        Person.merged_into_id.is_(None),
        (Person.private_address == folded) | (Person.work_address == folded),
    )
    return list(session.scalars(query.order_by(Person.id)))


def _keep_former(session: Session, person: Person, former: dict[str, str | None], actor: Actor, at: datetime) -> None:
    now = {"certificate": person.certificate_name, "chosen": person.chosen_name}
    session.add_all(
        FormerName(person_id=person.id, kind=kind, name=name, recorded_at=at, recorded_by=actor.key)
        for kind, name in former.items()
        if name and name != now[kind]
    )


def _check_language(language: str) -> None:
    if language not in LOCALES:
        raise BadInput(f"The language {language!r} isn't one of {', '.join(LOCALES)}.")


def _record(session: Session, person: Person, action: str, details: dict[str, Any], actor: Actor, at: datetime) -> None:
    record_event(
        session,
        at=at,
        actor=actor.key,
        action=action,
        subject=("person", person.id),
        people=[person.id],
        details=details,
    )
