"""The page on which a supervisor, or the office, says who does the supervisor's part meanwhile."""

from datetime import date

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certtrack.db.models import Organization
from certtrack.errors import NotAllowed, Refused, StaleRecord
from certtrack.rules.calendar import check_day
from certtrack.security import Task
from certtrack.services.stand_ins import (
    BadStandIn,
    NewStandIn,
    Problem,
    get_offer,
    get_stand_in,
    list_stand_ins,
    record_stand_in,
    withdraw_stand_in,
)
from certtrack.services.supervision.due import list_places_of
from certtrack.web.edge import actor, needs, parts, reading, render, show_toast, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number
from certtrack.web.supervision_due import get_place
from certtrack.web.supervision_form import get_expected, get_text

stand_ins = Blueprint("stand_ins", __name__)

Answer = str | Response | tuple[str, int]
_FIELDS = ("supervisor", "stand_in", "from_on", "until_on")


@stand_ins.get("/stand-ins")
@needs(Task.ARRANGE_STAND_INS)
def index() -> Answer:
    """Who stands in for whom, now and to come; `?organization=` says where."""
    return _show()


@stand_ins.post("/stand-ins")
@needs(Task.ARRANGE_STAND_INS)
def record() -> Answer:
    """Put a stand-in on record; where that can't be, what was typed stays on the page."""
    try:
        with writing() as session:
            place = get_place(session, Task.ARRANGE_STAND_INS)
            record_stand_in(session, place, _read(session, place), actor=actor(), at=parts().clock.now())
    except BadStandIn as error:
        return _show(problems=dict(error.problems)), 400
    show_toast(_("Saved. In these days they get the mail and see the records in the supervisor's place."))
    return redirect(f"/stand-ins?organization={place.id}")


@stand_ins.post("/stand-ins/<int:stand_in_id>/end")
@needs(Task.ARRANGE_STAND_INS)
def end(stand_in_id: int) -> Answer:
    """Say that nobody stands in any more, from today on."""
    try:
        with writing() as session:
            found = get_stand_in(session, stand_in_id)
            withdraw_stand_in(session, found, expected_no=get_expected(), actor=actor(), at=parts().clock.now())
            place_id = found.organization_id
    except NotAllowed:
        raise
    except (Refused, StaleRecord):
        return _show(is_stale=True), 409
    show_toast(_("Saved. Mail goes to the supervisor again."))
    return redirect(f"/stand-ins?organization={place_id}")


def _read(session: Session, place: Organization) -> NewStandIn:
    """What was typed. Raises BadStandIn for what can't be read."""
    problems: dict[str, Problem] = {}
    own = get_offer(session, actor(), place, today(place.zone)).supervisors
    supervisor = own[0].id if len(own) == 1 else _get_number("supervisor")
    stand_in = _get_number("stand_in")
    problems |= {name: "missing" for name, value in (("supervisor", supervisor), ("stand_in", stand_in)) if not value}
    days = {}
    for name in ("from_on", "until_on"):
        try:
            days[name] = check_day(date.fromisoformat(get_text(name)))
        except ValueError:
            problems[name] = "not_a_day"
    if problems:
        raise BadStandIn(problems)
    return NewStandIn(supervisor, stand_in, days["from_on"], days["until_on"])


def _get_number(name: str) -> int:
    return request.form.get(name, 0, type=read_number)


def _show(*, problems: dict[str, Problem] | None = None, is_stale: bool = False) -> str:
    with reading() as session:
        place = get_place(session, Task.ARRANGE_STAND_INS)
        day = today(place.zone)
        found = list_stand_ins(session, actor(), place, day)
        offer = get_offer(session, actor(), place, day)
        places = list_places_of(session, actor())
    return render(
        "supervision/stand_ins.html",
        place=place,
        places=places,
        found=found,
        offer=offer,
        typed={name: get_text(name) for name in _FIELDS},
        problems=problems or {},
        is_stale=is_stale,
    )
