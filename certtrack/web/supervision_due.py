"""What a service pack still asks for, person by person: the organization's own to-do, no part of a standing."""

from datetime import date
from typing import Any

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certtrack.db.models import Affiliation, Duty, Organization
from certtrack.errors import NotAllowed, NotFound, Refused
from certtrack.security import Task, can_do
from certtrack.services.rulebook import confirmed_services
from certtrack.services.supervision.due import list_due, list_places_of
from certtrack.services.supervision.duties import end_duty, start_duty
from certtrack.services.supervision.rights import check_is_office_of
from certtrack.services.supervision.typed import BadTyped, read_span
from certtrack.web.edge import actor, needs, note_look, parts, reading, render, show_toast, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number
from certtrack.web.offices import pick_office
from certtrack.web.supervision_form import get_text

supervision_due = Blueprint("supervision_due", __name__)

Answer = str | Response | tuple[str, int]


@supervision_due.get("/supervision/due")
@needs(Task.SEE_SUPERVISION)
def index() -> Answer:
    """The week of today and four before it, for whom a pack is; `?organization=` says where."""
    return _show()


@supervision_due.post("/supervision/duties")
@needs(Task.MANAGE_SUPERVISION)
def start() -> Answer:
    """Say for whom a pack is from a day on; what is wrong is said, and what was chosen stays."""
    try:
        with writing() as session:
            place = get_place(session, Task.MANAGE_SUPERVISION)
            pack = parts().rulebook.services.get(get_text("pack"))
            people, from_on = _read_start(place)
            for number in people:
                start_duty(session, pack, number, place.id, from_on, actor=actor(), at=parts().clock.now())
    except BadTyped as error:
        return _show(problems=error.problems), 400
    except NotAllowed:
        raise
    except NotFound:
        return _show(problems={"pack": "not_a_choice"}), 400
    except Refused:
        return _show(problems={"from_on": "not_there"}), 409
    show_toast(_("Saved. Their supervision is counted by these rules now."))
    return redirect(f"/supervision/due?organization={place.id}")


@supervision_due.post("/supervision/duties/<int:duty_id>/end")
@needs(Task.MANAGE_SUPERVISION)
def end(duty_id: int) -> Answer:
    """Say on which day it is counted last."""
    try:
        with writing() as session:
            duty = _get_duty(session, duty_id)
            place = session.get_one(Organization, session.get_one(Affiliation, duty.affiliation_id).organization_id)
            check_is_office_of(actor(), place.id)
            end_duty(session, duty, _read_last_day(duty, place), actor=actor(), at=parts().clock.now())
    except BadTyped as error:
        code = next(iter(error.problems.values()))
        return _show(problems={"until_on": code}, duty_id=duty_id), 400
    show_toast(_("Saved. It is counted until that day."))
    return redirect(f"/supervision/due?organization={place.id}")


def get_place(session: Session, task: Task) -> Organization:
    """The organization that is asked for, or the reader's first one with that task. Raises NotFound, NoOrganization."""
    places = [place for place in list_places_of(session, actor()) if can_do(actor(), task, place.id)]
    return pick_office(places, task)


def _read_start(place: Organization) -> tuple[list[int], date]:
    from_on, _none = read_span(get_text("from_on"), "", today(place.zone))
    people = request.form.getlist("person", type=read_number)
    if not people:
        raise BadTyped({"person": "missing"})
    return people, from_on


def _read_last_day(duty: Duty, place: Organization) -> date:
    _first, until_on = read_span(duty.from_on.isoformat(), get_text("until_on"), today(place.zone))
    if until_on is None:
        raise BadTyped({"until_on": "missing"})
    return until_on


def _get_duty(session: Session, duty_id: int) -> Duty:
    duty = session.get(Duty, duty_id)
    if duty is None:
        raise NotFound(f"There is no duty with the number {duty_id}.")
    return duty


def _show(*, problems: Any = None, duty_id: int | None = None) -> str:  # noqa: ANN401  # codes by field
    with reading() as session:
        place = get_place(session, Task.SEE_SUPERVISION)
        day = today(place.zone)
        due = list_due(session, parts().rulebook, actor(), place, today=day)
        places = list_places_of(session, actor())
        services = confirmed_services(session, parts().rulebook)
    note_look("supervision.listed", due.person_ids)
    packs = {pack.key: pack for pack in services.list()}  # the newest version stays
    return render(
        "supervision/due.html",
        due=due,
        places=places,
        packs=packs,
        problems=problems or {},
        duty_id=duty_id,
        chosen=request.form.getlist("person"),
        typed=request.form,
        today_on=day,
    )
