"""By what people may supervise: shown, recorded, amended and withdrawn by the office."""

from typing import Any

from flask import Blueprint, redirect
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certtrack.db.models import Organization, Qualification
from certtrack.errors import NotAllowed, NotFound, Refused, StaleRecord
from certtrack.security import Task
from certtrack.services.credits.texts import clean
from certtrack.services.locking import lock_people
from certtrack.services.supervision.due import list_places_of
from certtrack.services.supervision.duties import (
    LONGEST_TITLE,
    amend_qualification,
    get_qualification,
    record_qualification,
    withdraw_qualification,
)
from certtrack.services.supervision.qualifications import is_recorded, list_qualified
from certtrack.services.supervision.rights import check_is_office_of
from certtrack.services.supervision.typed import BadTyped, read_span
from certtrack.web.edge import actor, needs, note_look, parts, reading, render, show_toast, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.supervision_due import get_place
from certtrack.web.supervision_form import get_expected, get_reason, get_text

qualifications = Blueprint("qualifications", __name__)

Answer = str | Response | tuple[str, int]
_FIELDS = ("person", "pack", "title", "from_on", "until_on", "reason")


@qualifications.get("/supervision/supervisors")
@needs(Task.MANAGE_SUPERVISION)
def index() -> Answer:
    """Who supervises here, and by what; `?organization=` says where."""
    with reading() as session:
        place = get_place(session, Task.MANAGE_SUPERVISION)
        found = list_qualified(session, actor(), place)
        places = list_places_of(session, actor())
    note_look("supervision.listed", [one.person.id for one in found])
    packs = {pack.key: pack for pack in parts().rulebook.services.list()}
    values = {"place": place, "places": places, "found": found, "packs": packs, "today_on": today(place.zone)}
    return render("supervision/supervisors.html", **values)


@qualifications.get("/supervision/supervisors/new")
@needs(Task.MANAGE_SUPERVISION)
def new() -> Answer:
    """An empty form."""
    with reading() as session:
        return _show_form(session, get_place(session, Task.MANAGE_SUPERVISION), dict.fromkeys(_FIELDS, ""))


@qualifications.post("/supervision/supervisors/new")
@needs(Task.MANAGE_SUPERVISION)
def record() -> Answer:
    """Put it on record; one's own is somebody else's to say."""
    typed = _read_form()
    with writing() as session:
        place = get_place(session, Task.MANAGE_SUPERVISION)
        problems = _check_form(session, typed, place)
        if problems:
            return _show_form(session, place, typed, problems=problems), 400
        number, pack = int(typed["person"]), parts().rulebook.services.get(typed["pack"])
        from_on, until_on = read_span(typed["from_on"], typed["until_on"], today(place.zone))
        lock_people(session, [number])
        if is_recorded(session, None, number, (place.id, pack.key, clean(typed["title"]), from_on)):
            return _show_form(session, place, typed, problems={"title": "twice"}), 409
        try:
            record_qualification(
                session, pack, number, place.id, typed["title"], from_on, until_on,
                actor=actor(), at=parts().clock.now(),
            )  # fmt: skip
        except NotAllowed:
            raise
        except Refused:
            return _show_form(session, place, typed, problems={"person": "own"}), 409
    show_toast(_("Saved. Sessions on these days count by it."))
    return redirect(f"/supervision/supervisors?organization={place.id}")


@qualifications.get("/supervision/supervisors/<int:qualification_id>/amend")
@needs(Task.MANAGE_SUPERVISION)
def show_amend(qualification_id: int) -> Answer:
    """The form with what is on record."""
    with reading() as session:
        found, place = _get_both(session, qualification_id)
        return _show_form(session, place, _recorded_form(found), found)


@qualifications.post("/supervision/supervisors/<int:qualification_id>/amend")
@needs(Task.MANAGE_SUPERVISION)
def amend(qualification_id: int) -> Answer:
    """Correct it, or with `withdraw` take it back; where somebody else was first nothing is saved, and all stays."""
    try:
        with writing() as session:
            found, place = _get_both(session, qualification_id)
            refusal = _change(session, found, place)
            if refusal is not None:
                return refusal
    except StaleRecord:
        with reading() as session:
            found, place = _get_both(session, qualification_id)
            return _show_form(session, place, _read_form(), found, is_stale=True), 409
    except NotAllowed:
        raise
    except Refused:
        with reading() as session:
            found, place = _get_both(session, qualification_id)
            return _show_form(session, place, _read_form(), found, problems={"title": "own"}), 409
    show_toast(_("Saved. The change is on record."))
    return redirect(f"/supervision/supervisors?organization={place.id}")


def _change(session: Session, found: Qualification, place: Organization) -> Answer | None:
    """Amend or withdraw it as the form says; the page with what is wrong, None where it is done."""
    typed, at = _read_form(), parts().clock.now()
    values: dict[str, Any] = {"expected_no": get_expected(), "reason": get_reason() or None, "actor": actor(), "at": at}
    if get_text("withdraw"):
        if not get_reason():
            return _show_form(session, place, typed, found, problems={"reason": "missing"}), 400
        withdraw_qualification(session, found, **values)
        return None
    problems = _check_form(session, typed | {"person": str(found.person_id), "pack": found.pack_key}, place, found)
    if problems:
        return _show_form(session, place, typed, found, problems=problems, expected_no=get_expected()), 400
    days = read_span(typed["from_on"], typed["until_on"], today(place.zone))
    amend_qualification(session, found, typed["title"], *days, **values)
    return None


def _get_both(session: Session, qualification_id: int) -> tuple[Qualification, Organization]:
    found = get_qualification(session, qualification_id)
    check_is_office_of(actor(), found.organization_id)
    if found.state == "withdrawn":
        raise NotFound(f"There is no qualification with the number {qualification_id}.")
    return found, session.get_one(Organization, found.organization_id)


def _check_form(
    session: Session, typed: dict[str, str], place: Organization, found: Qualification | None = None
) -> dict[str, str]:
    """What is wrong, by field in page order; empty where nothing is."""
    problems: dict[str, str] = {}
    people = [str(one.person.id) for one in list_qualified(session, actor(), place)]
    if found is None and typed["person"] not in people:
        problems["person"] = "missing"
    if found is None and typed["pack"] not in {pack.key for pack in parts().rulebook.services.list()}:
        problems["pack"] = "not_a_choice"
    title = clean(typed["title"])
    if not title or len(title) > LONGEST_TITLE:
        problems["title"] = "too_long" if title else "missing"
    try:
        read_span(typed["from_on"], typed["until_on"], today(place.zone))
    except BadTyped as error:
        problems |= error.problems
    return problems


def _read_form() -> dict[str, str]:
    return {name: get_text(name) for name in _FIELDS}


def _recorded_form(found: Qualification) -> dict[str, str]:
    until_on = found.until_on.isoformat() if found.until_on else ""
    return {"title": found.title, "from_on": found.from_on.isoformat(), "until_on": until_on, "reason": ""}


def _show_form(
    session: Session,
    place: Organization,
    typed: dict[str, str],
    found: Qualification | None = None,
    *,
    problems: dict[str, str] | None = None,
    is_stale: bool = False,
    expected_no: int | None = None,
) -> str:
    people = list_qualified(session, actor(), place)
    whose = next((one.person for one in people if found in one.qualifications), None)
    return render(
        "supervision/qualification.html",
        place=place,
        people=[one for one in people if not one.is_own],
        whose=whose,
        packs={pack.key: pack for pack in parts().rulebook.services.list()},
        form=typed,
        found=found,
        problems=problems or {},
        is_stale=is_stale,
        expected_no=expected_no or (found.no if found else None),
    )
