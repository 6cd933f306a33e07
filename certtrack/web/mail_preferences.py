"""The page on which somebody, or their office, says how their mail is to be."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from certtrack.db.models import Person
from certtrack.errors import NotFound, StaleRecord
from certtrack.language import LOCALES
from certtrack.rules.wishes import ALWAYS_FROM, GROUPS
from certtrack.services.people import get_person
from certtrack.services.preferences import (
    Preferences,
    can_choose,
    find_both_addresses,
    get_preferences,
    list_zones,
    set_preferences,
)
from certtrack.web.edge import actor, note_look, parts, reading, render, show_toast, signed_in, today, writing
from certtrack.web.frame import gettext as _

mail_preferences = Blueprint("mail_preferences", __name__)

_PATH = "/people/<int:person_id>/mail-preferences"
_NOT_HERE = "This page isn't here, or isn't yours to see."
_LONGEST = 64


@mail_preferences.get("/mail-preferences")
@signed_in
def own() -> ResponseReturnValue:
    """To one's own, whoever one is."""
    number = actor().person_id
    if number is None:
        raise NotFound("There is no record for this account yet; ask your office.")
    return redirect(f"/people/{number}/mail-preferences")


@mail_preferences.get(_PATH)
@signed_in
def show(person_id: int) -> ResponseReturnValue:
    """What is on record, and what can't be switched off and why."""
    return _show(person_id)


@mail_preferences.post(_PATH)
@signed_in
def save(person_id: int) -> ResponseReturnValue:
    """Put on record what is wished; where somebody else was first nothing is saved."""
    with reading() as session:
        wished, problem = _read(_get_person(session, person_id))
    if problem:
        return _show(person_id, wished, problem=problem), 400
    try:
        with writing() as session:
            person = _get_person(session, person_id)
            set_preferences(
                session, person, wished, seen=request.form.get("seen", ""), today=today(person.zone),
                actor=actor(), at=parts().clock.now(),
            )  # fmt: skip
    except StaleRecord:
        return _show(person_id, wished, is_stale=True), 409
    show_toast(_("Saved. Mail goes out like this from now on."))
    return redirect(f"/people/{person_id}/mail-preferences")


def _get_person(session: Session, person_id: int) -> Person:
    person = get_person(session, person_id)
    if not can_choose(session, actor(), person.id, today(person.zone)):
        raise NotFound(_NOT_HERE)
    return person


def _read(person: Person) -> tuple[Preferences, str | None]:
    """What was chosen, and the field in which it wasn't what was offered: there it is what is on record."""
    language, zone = request.form.get("language", "")[:_LONGEST], request.form.get("zone", "")[:_LONGEST]
    problem = None
    if zone not in list_zones(person.zone):
        zone, problem = person.zone, "zone"
    if language not in LOCALES:
        language, problem = person.language, "language"
    off = frozenset(group for group in GROUPS if request.form.get(group) != "y")
    has_both = bool(person.private_address and person.work_address)
    first = request.form.get("first") == "work" if has_both else bool(person.work_first)
    return Preferences(language, zone, first, off), problem


def _show(
    person_id: int, wished: Preferences | None = None, *, problem: str | None = None, is_stale: bool = False
) -> str:
    """The form with what was chosen, else with what is on record."""
    with reading() as session:
        person = _get_person(session, person_id)
        both = find_both_addresses(session, parts().rulebook, person, parts().clock.now())
    note_look("person.viewed", [person.id])
    return render(
        "people/mail_preferences.html",
        person=person,
        wished=wished or get_preferences(person),
        on_record=get_preferences(person),
        zones=list_zones(person.zone),
        is_own=actor().person_id == person.id,
        always_from=ALWAYS_FROM,
        both=both,
        problem=problem,
        is_stale=is_stale,
    )
