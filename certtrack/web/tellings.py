"""Noting that somebody was told a stage by letter, by phone or in person, and taking such a note back."""

from typing import Any

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from certtrack.db.models import Person
from certtrack.errors import NotFound, Refused, StaleRecord
from certtrack.security import Fields, can_see
from certtrack.services.actors import list_relations
from certtrack.services.applications.typed import BadApplication, read_words
from certtrack.services.ledger.entries import LedgerEntry
from certtrack.services.ledger.tellings import (
    NotToBeNoted,
    can_tell,
    find_hindrance,
    get_entry,
    get_telling,
    list_to_tell,
    note_told,
    read_telling,
    take_back_told,
)
from certtrack.services.ledger.whole import list_whole_ledger
from certtrack.services.ledger_subjects import load_subjects
from certtrack.services.people import get_person
from certtrack.web.application_form import doing, get_expected
from certtrack.web.edge import actor, note_look, parts, reading, render, show_toast, signed_in, today, writing
from certtrack.web.frame import gettext as _

tellings = Blueprint("tellings", __name__)

_LONGEST = 1_500
_NOT_HERE = "This page isn't here, or isn't yours to see."


@tellings.get("/people/<int:person_id>/telling")
@signed_in
def choose(person_id: int) -> str:
    """The stages that can be told otherwise than by mail, each with its letter and its note."""
    with reading() as session:
        person = _open(session, person_id)
        ledger = _load_ledger(session, person)
        sees_mail = _sees_mail(session, person)
    note_look("person.viewed", [person.id])
    entries = list_to_tell(ledger)
    return render("reminders/telling.html", person=person, entries=entries, names=_name_packs(), sees_mail=sees_mail)


@tellings.route("/people/<int:person_id>/reminders/<key>/told", methods=["GET", "POST"])
@signed_in
def told(person_id: int, key: str) -> ResponseReturnValue:
    """Note how somebody was told, on which day and by whom; what is wrong stands beside it."""
    if request.method == "GET":
        return _show_form(person_id, key)
    with reading() as session:
        zone = _get_person(session, person_id).zone
    try:
        new = read_telling(request.form, today(zone))
        with writing() as session:
            note_told(session, parts().rulebook, _get_person(session, person_id).id, key, new, **doing())
            to = _find_way_back(session, person_id)
    except BadApplication as error:
        return _show_form(person_id, key, problems=error.problems), 400
    except NotToBeNoted as error:
        return _show_form(person_id, key, hindrance=error.hindrance), 409
    show_toast(_("Noted. No mail is sent for this stage."))
    return redirect(to)


@tellings.route("/people/<int:person_id>/tellings/<int:telling_id>/take-back", methods=["GET", "POST"])
@signed_in
def take_back(person_id: int, telling_id: int) -> ResponseReturnValue:
    """Take a note back, with a reason; the stage is decided on anew."""
    if request.method == "GET":
        return _show_taking_back(person_id, telling_id)
    try:
        reason = read_words(request.form, today("UTC"), "reason")
        with writing() as session:
            telling = get_telling(session, _get_person(session, person_id).id, telling_id)
            take_back_told(session, telling, expected_no=get_expected(), reason=reason, **doing())
            to = _find_way_back(session, person_id)
    except BadApplication as error:
        return _show_taking_back(person_id, telling_id, problems=error.problems), 400
    except StaleRecord:
        return _show_taking_back(person_id, telling_id, is_stale=True), 409
    except NotFound:
        raise
    except Refused:
        return _show_taking_back(person_id, telling_id, is_stale=True), 409
    show_toast(_("Taken back. The stage is decided on anew, as things are now."))
    return redirect(to)


def _show_form(person_id: int, key: str, **values: Any) -> str:  # noqa: ANN401  # what the template needs besides
    with reading() as session:
        person = _open(session, person_id)
        now = today(person.zone)
        ledger = _load_ledger(session, person)
        entry = get_entry(ledger, key)
    note_look("person.viewed", [person.id])
    own: dict[str, Any] = {"problems": {}, "hindrance": find_hindrance(entry, ledger)} | values
    return render("reminders/told.html", person=person, entry=entry, today_on=now, typed=_list_typed(), **own)


def _show_taking_back(person_id: int, telling_id: int, **values: Any) -> str:  # noqa: ANN401  # likewise
    with reading() as session:
        person = _open(session, person_id)
        telling = get_telling(session, person.id, telling_id)
        entry = get_entry(_load_ledger(session, person), str(telling.reminder_id))
    note_look("person.viewed", [person.id])
    own: dict[str, Any] = {"problems": {}, "is_stale": False} | values
    return render("reminders/take_back.html", person=person, telling=telling, entry=entry, typed=_list_typed(), **own)


def _get_person(session: Session, person_id: int) -> Person:
    """The person, whom the reader may tell. Raises NotFound."""
    person = get_person(session, person_id)
    if not can_tell(session, actor(), person.id, today(person.zone)):
        raise NotFound(_NOT_HERE)
    return person


def _open(session: Session, person_id: int) -> Person:
    """The same, with all that the ledger is about asked for at once. Raises NotFound."""
    person = get_person(session, person_id)
    load_subjects(session, actor(), person.id, today(person.zone))
    return _get_person(session, person.id)


def _load_ledger(session: Session, person: Person) -> list[LedgerEntry]:
    return list_whole_ledger(session, parts().rulebook, actor(), person.id, parts().clock.now())


def _sees_mail(session: Session, person: Person) -> bool:
    return can_see(list_relations(session, actor(), person.id, today(person.zone)), Fields.MAIL)


def _find_way_back(session: Session, person_id: int) -> str:
    person = get_person(session, person_id)
    return f"/people/{person.id}/reminders" if _sees_mail(session, person) else f"/people/{person.id}/telling"


def _list_typed() -> dict[str, str]:
    return {name: text[:_LONGEST] for name, text in request.form.items()}


def _name_packs() -> dict[str, Any]:
    return {pack.credential: pack.name for pack in parts().rulebook.packs.list()}
