"""Finding activities, one of them, and what the reader plans: counted by the rules of each of their certifications."""

from collections.abc import Sequence
from datetime import date
from typing import get_args

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certtrack.db.models import Organization, Person
from certtrack.errors import NotFound, Refused, StaleRecord
from certtrack.rules.facts import Form
from certtrack.security import Task, can_do
from certtrack.services.credits.texts import clean
from certtrack.services.offerings.finding import FoundOfferings, Wanted, find_offerings
from certtrack.services.offerings.planning import TooManyPlans, drop_plan, plan_offering
from certtrack.services.offerings.records import CalledOff, call_off_offering, get_kept_offering, get_offering
from certtrack.services.people import get_person
from certtrack.services.typed_fields import Unfit
from certtrack.services.typed_fields import read_day as read_typed_day
from certtrack.web.days import read_day
from certtrack.web.edge import actor, needs, parts, reading, render, show_toast, signed_in, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number
from certtrack.web.offerings import list_all_areas
from certtrack.web.offerings_reader import Counted, Reader, count_offering, load_reader

offerings_found = Blueprint("offerings_found", __name__)

Answer = str | Response | tuple[str, int]
_DAYS = ("from", "until")
_LONGEST_REASON = 1_000


@offerings_found.get("/offerings")
@signed_in
def index() -> Answer:
    """Those that fit, the nearest day first; `?area= &form= &words= &from= &until= &certification= &page=`."""
    typed = {name: request.args.get(name, "").strip() for name in _DAYS}
    wanted, errors = _read_wanted(typed)
    with reading() as session:
        reader = load_reader(session)
        found = find_offerings(session, wanted, reader.today)
        counted = _count_listed(reader, found)
    page = render(
        "offerings/list.html",
        found=found,
        counted=counted,
        wanted=wanted,
        typed=typed,
        errors=errors,
        reader=reader,
        areas=list_all_areas(),
        can_add=can_do(actor(), Task.KEEP_OFFERINGS),
        query=[(name, value) for name, value in request.args.items() if name != "page" and value],
    )
    return (page, 400) if errors else page


@offerings_found.get("/offerings/<int:offering_id>")
@signed_in
def show(offering_id: int) -> Answer:
    """One activity, and what it would count for the reader."""
    return _show(offering_id)


@offerings_found.post("/offerings/<int:offering_id>/plan")
@signed_in
def plan(offering_id: int) -> Answer:
    """Put it among what the reader plans; what is offered for any time needs a day."""
    typed = request.form.get("day", "")[:500]
    at = parts().clock.now()
    try:
        with writing() as session:
            person = _get_own(session)
            offering = get_offering(session, offering_id)
            day = _read_plan_day(typed, today(person.zone)) if offering.last_on is None else None
            plan_offering(session, person.id, offering, day, actor=actor(), at=at)
    except Unfit as error:
        return _show(offering_id, typed, problem=error.problem), 400
    except TooManyPlans:
        return _show(offering_id, typed, problem="too_many"), 409
    except Refused:
        return _show(offering_id, typed, problem="not_to_come"), 409
    show_toast(_("Planned. It counts once you have logged it with its certificate."))
    return redirect(f"/offerings/{offering_id}")


@offerings_found.post("/people/<int:person_id>/plans/<int:plan_id>/drop")
@signed_in
def drop(person_id: int, plan_id: int) -> Answer:
    """Plan it no more; `back=home` leads back to where it was asked."""
    with writing() as session:
        drop_plan(session, person_id, plan_id, actor=actor(), at=parts().clock.now())
    show_toast(_("You don't plan it any more."))
    return redirect("/home" if request.form.get("back") == "home" else "/offerings")


@offerings_found.post("/offerings/<int:offering_id>/call-off")
@needs(Task.KEEP_OFFERINGS)
def call_off(offering_id: int) -> Answer:
    """Say that it isn't held; whoever plans it sees that. Where somebody else was first nothing is saved."""
    reason = clean(request.form.get("reason", ""))[:_LONGEST_REASON]
    try:
        with writing() as session:
            offering = get_kept_offering(session, actor(), offering_id)
            number = request.form.get("expected_no", 0, type=read_number)
            call_off_offering(session, offering, reason, expected_no=number, actor=actor(), at=parts().clock.now())
    except (StaleRecord, CalledOff) as error:
        why_not = "called_off" if isinstance(error, CalledOff) else "stale"
        return _show(offering_id, reason=reason, why_not=why_not), 409
    show_toast(_("Saved. It is called off; whoever plans it sees that."))
    return redirect(f"/offerings/{offering_id}")


def _show(
    offering_id: int,
    typed: str = "",
    *,
    problem: str | None = None,
    reason: str = "",
    why_not: str | None = None,
) -> str:
    with reading() as session:
        offering = get_offering(session, offering_id)
        office = session.get_one(Organization, offering.organization_id)
        reader = load_reader(session)
    return render(
        "offerings/show.html",
        offering=offering,
        office=office,
        reader=reader,
        mine=reader.find_plan(offering.id),
        counted=count_offering(reader, offering, reader.open_outlooks),
        areas={area.key: area for area in list_all_areas()},
        can_keep=can_do(actor(), Task.KEEP_OFFERINGS, offering.organization_id),
        typed=typed,
        problem=problem,
        reason=reason,
        why_not=why_not,
    )


def _count_listed(reader: Reader, found: FoundOfferings) -> dict[int, Counted]:
    """By offering what it would count for the certification that is asked for; empty where none is."""
    if reader.asked is None:
        return {}
    offerings = [row.offering for row in found.rows]
    return {offering.id: count_offering(reader, offering, [reader.asked])[0] for offering in offerings}


def _read_plan_day(typed: str, now: date) -> date:
    """The day that what is offered for any time is planned for. Raises Unfit, for a blank one too."""
    day = read_typed_day(typed, now)
    if day is None:
        raise Unfit("missing")
    return day


def _get_own(session: Session) -> Person:
    """The reader's own record. Raises NotFound where they have none."""
    number = actor().person_id
    if number is None:
        raise NotFound("This page isn't here, or isn't yours to see.")
    return get_person(session, number)


def _read_wanted(typed: dict[str, str]) -> tuple[Wanted, Sequence[str]]:
    """What is asked for; a day that can't be read narrows nothing, and is named."""
    days: dict[str, date | None] = {}
    errors = []
    for name, text in typed.items():
        try:
            days[name] = read_day(text)
        except ValueError:
            errors.append(name)
    form, area = request.args.get("form", ""), request.args.get("area", "")
    return Wanted(
        area=area if area in {one.key for one in list_all_areas()} else "",
        form=form if form in get_args(Form) else "",
        words=clean(request.args.get("words", ""))[:200],
        from_on=days.get("from"),
        until_on=days.get("until"),
        page=min(max(request.args.get("page", 1, type=int), 1), 1_000),
    ), errors
