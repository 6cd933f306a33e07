"""The page on which an office says that somebody has left it."""

from datetime import date
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from certtrack.errors import BadInput, NotFound, StaleRecord
from certtrack.rules.calendar import check_day
from certtrack.security import Task
from certtrack.services.leaving import get_place_to_leave, leave, list_places_to_leave
from certtrack.services.people import get_person
from certtrack.web.edge import actor, needs, note_look, parts, reading, render, show_toast, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number

leaving = Blueprint("leaving", __name__)

_PATH = "/people/<int:person_id>/leaving"


@leaving.get(_PATH)
@needs(Task.END_AFFILIATION)
def ask(person_id: int) -> ResponseReturnValue:
    """Which day was the last, and what ends with it."""
    return _show(person_id)


@leaving.post(_PATH)
@needs(Task.END_AFFILIATION)
def end(person_id: int) -> ResponseReturnValue:
    """Put the last day on record; where it can't be, what was typed stays on the page."""
    now, organization_id = _find_today(person_id), request.form.get("place", 0, type=read_number)
    try:
        last_on = check_day(date.fromisoformat(request.form.get("last_on", "")))
    except ValueError:
        return _show(person_id, problem="unreadable"), 400
    try:
        with writing() as session:
            person = leave(
                session,
                get_place_to_leave(session, actor(), person_id, organization_id, now),
                person_id,
                last_on,
                forgets_work_address=request.form.get("forget") == "y",
                expected_no=request.form.get("no", 0, type=read_number),
                today=now,
                actor=actor(),
                at=parts().clock.now(),
            )
    except BadInput:
        return _show(person_id, problem="ahead" if last_on > now else "before"), 400
    except StaleRecord:
        return _show(person_id, is_stale=True), 409
    show_toast(_("Saved. The last day of %(name)s with you is on record.") % {"name": person.shown_name})
    return redirect("/people")


def _find_today(person_id: int) -> date:
    with reading() as session:
        return today(get_person(session, person_id).zone)


def _show(person_id: int, *, problem: str | None = None, is_stale: bool = False) -> str:
    now = _find_today(person_id)
    with reading() as session:
        places = list_places_to_leave(session, actor(), person_id, now)
        if not places:
            raise NotFound("This page isn't here, or isn't yours to see.")
        asked = request.values.get("place", 0, type=read_number)
        place = next((one for one in places if one.organization.id == asked), places[0])
        person = get_person(session, person_id)
    note_look("person.viewed", [person.id])
    return render(
        "people/leave.html",
        person=person,
        place=place,
        others=[one for one in places if one is not place],
        typed=request.form,
        today_on=now,
        begun_on=person.recorded_at.astimezone(ZoneInfo(place.organization.zone)).date(),
        problem=problem,
        is_stale=is_stale,
    )
