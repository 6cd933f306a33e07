"""Sittings of exams: listed, made, amended, and who has a seat."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import ExamSitting, Organization
from certtrack.errors import BadInput, NotAllowed, Refused, StaleRecord
from certtrack.security import Task, list_places
from certtrack.services.credits.texts import clean
from certtrack.services.exams.seats import Seat, show_sitting
from certtrack.services.exams.sittings import (
    amend_sitting,
    create_sitting,
    get_registration,
    get_sitting,
    list_sittings,
    load_taken,
    register,
    withdraw_registration,
)
from certtrack.services.overview import find_zone
from certtrack.services.people import get_person
from certtrack.web.bad_form import BadForm
from certtrack.web.edge import actor, locale, needs, note_look, parts, reading, render, show_toast, today, writing
from certtrack.web.exam_forms import ResultRow, SittingForm, recorded_row, recorded_sitting, typed_sitting
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number
from certtrack.web.offices import check_has_office

exams = Blueprint("exams", __name__)

_LONGEST_WORDS = 1_000


@exams.get("/exams")
@needs(Task.ARRANGE_EXAMS)
def index() -> str:
    """Those to come, the next first, and those that were held."""
    with reading() as session:
        now = today(find_zone(session, actor()))
        sittings = list_sittings(session, actor())
        taken = load_taken(session, [sitting.id for sitting in sittings])
        places = _load_places(session)
    coming = sorted((one for one in sittings if one.held_on >= now), key=lambda one: (one.held_on, one.id))
    held = [one for one in sittings if one.held_on < now]
    return render("exams/list.html", coming=coming, held=held, taken=taken, places=places, names=name_credentials())


@exams.get("/exams/new")
@needs(Task.ARRANGE_EXAMS)
def new() -> str:
    """An empty form."""
    return _show_form(SittingForm())


@exams.post("/exams/new")
@needs(Task.ARRANGE_EXAMS)
def create() -> ResponseReturnValue:
    """Put a sitting on record."""
    form = typed_sitting()
    with writing() as session:
        places = _load_places(session)
        problems = _check_choices(form, places)
        try:
            sitting = form.read()
        except BadForm as error:
            problems |= error.problems
        if problems:
            return _show_form(form, problems), 400
        number = int(form.organization) if len(places) > 1 else next(iter(places))
        made = create_sitting(
            session, number, form.credential, sitting, actor=actor(), at=parts().clock.now()
        ).id  # fmt: skip
    show_toast(_("Saved. Now give people their seats."))
    return redirect(f"/exams/{made}")


@exams.get("/exams/<int:sitting_id>")
@needs(Task.ARRANGE_EXAMS)
def sitting(sitting_id: int) -> str:
    """Who has a seat, whoever fits `?words=`, and the results for whoever enters them."""
    return show_page(sitting_id)


@exams.get("/exams/<int:sitting_id>/amend")
@needs(Task.ARRANGE_EXAMS)
def show_amend(sitting_id: int) -> str:
    """The form with what is on record."""
    with reading() as session:
        found = get_sitting(session, actor(), sitting_id)
    return _show_form(recorded_sitting(found), sitting=found)


@exams.post("/exams/<int:sitting_id>/amend")
@needs(Task.ARRANGE_EXAMS)
def amend(sitting_id: int) -> ResponseReturnValue:
    """Correct it; where somebody else was first nothing is saved, and what was typed stays."""
    form, reason = typed_sitting(), _get_words("reason")
    with reading() as session:
        found = get_sitting(session, actor(), sitting_id)
    try:
        told = form.read()
        with writing() as session:
            amend_sitting(
                session, get_sitting(session, actor(), sitting_id), told, expected_no=_get_expected(),
                reason=reason or None, actor=actor(), at=parts().clock.now(),
            )  # fmt: skip
    except BadForm as error:
        return _show_form(form, error.problems, sitting=found, reason=reason), 400
    except StaleRecord:
        return _show_form(form, sitting=found, reason=reason, is_stale=True), 409
    except BadInput:
        return _show_form(form, {"seats": "too_few"}, sitting=found, reason=reason), 400
    show_toast(_("Saved. The change is on record."))
    return redirect(f"/exams/{sitting_id}")


@exams.post("/exams/<int:sitting_id>/seats")
@needs(Task.ARRANGE_EXAMS)
def give_seat(sitting_id: int) -> ResponseReturnValue:
    """Register somebody; where there is no seat any more, or none is to be had, that is said."""
    person_id = request.form.get("person", 0, type=read_number)
    try:
        with writing() as session:
            name = get_person(session, person_id).shown_name
            found = get_sitting(session, actor(), sitting_id)
            register(session, found, person_id, actor=actor(), at=parts().clock.now())
    except NotAllowed:
        raise
    except Refused:
        return show_page(sitting_id, has_refused_seat=True), 409
    show_toast(_("%(name)s has a seat.") % {"name": name})
    return redirect(f"/exams/{sitting_id}")


@exams.post("/exams/<int:sitting_id>/seats/<int:registration_id>/withdraw")
@needs(Task.ARRANGE_EXAMS)
def withdraw_seat(sitting_id: int, registration_id: int) -> ResponseReturnValue:
    """Give a seat up; it is free again."""
    try:
        with writing() as session:
            get_sitting(session, actor(), sitting_id)
            found = get_registration(session, sitting_id, registration_id)
            withdraw_registration(session, found, reason=None, actor=actor(), at=parts().clock.now())
    except NotAllowed:
        raise
    except Refused:
        return redirect(f"/exams/{sitting_id}")  # withdrawn meanwhile: the page says so
    show_toast(_("Withdrawn. The seat is free again."))
    return redirect(f"/exams/{sitting_id}")


def show_page(
    sitting_id: int,
    *,
    rows: Mapping[int, ResultRow] | None = None,
    problems: Mapping[str, str] | None = None,
    reason: str = "",
    has_refused_seat: bool = False,
) -> str:
    """A sitting's page; `rows` and `reason` are what was typed and couldn't be saved, `problems` why, by field."""
    words = clean(request.args.get("words", ""))[:_LONGEST_WORDS]
    with reading() as session:
        found = get_sitting(session, actor(), sitting_id)
        now = today(session.get_one(Organization, found.organization_id).zone)
        page = show_sitting(session, parts().rulebook, actor(), found, words, now)
        places = _load_places(session)
    note_look("exams.listed", page.person_ids)
    return render(
        "exams/sitting.html",
        page=page,
        rows={seat.registration.id: _choose_row(seat, rows or {}, problems or {}) for seat in page.seats},
        problems=problems or {},
        reason=reason,
        words=words,
        names=name_credentials(),
        places=places,
        has_refused_seat=has_refused_seat,
    )


def name_credentials() -> dict[str, str]:
    """What each credential is called, in the reader's language."""
    return {pack.credential: pack.name.of(locale()) for pack in parts().rulebook.packs.list()}


def _choose_row(seat: Seat, typed: Mapping[int, ResultRow], problems: Mapping[str, str]) -> ResultRow:
    """What was typed, else what is on record; typed over a change that is told now, it is saved the next time."""
    number, recorded = seat.registration.id, recorded_row(seat)
    row = typed.get(number, recorded)
    if problems.get(f"score{number}") != "stale":
        return row
    return recorded if row.says_nothing else replace(row, no=recorded.no)


def _load_places(session: Session) -> dict[int, str]:
    query = select(Organization.id, Organization.name).order_by(Organization.name)
    numbers = list_places(actor(), Task.ARRANGE_EXAMS)
    if numbers is not None:
        query = query.where(Organization.id.in_(numbers))
    return {row.id: row.name for row in session.execute(query)}


def _check_choices(form: SittingForm, places: Mapping[int, str]) -> dict[str, str]:
    problems = {}
    if len(places) > 1 and form.organization not in {str(number) for number in places}:
        problems["organization"] = "missing"
    if form.credential not in name_credentials():
        problems["credential"] = "missing"
    return problems


def _show_form(
    form: SittingForm,
    problems: Mapping[str, str] | None = None,
    *,
    sitting: ExamSitting | None = None,
    **values: Any,  # noqa: ANN401  # reason, is_stale
) -> str:
    own = {"reason": "", "is_stale": False} | values
    with reading() as session:
        places = _load_places(session)
    check_has_office(list(places), Task.ARRANGE_EXAMS)
    return render(
        "exams/form.html", form=form, problems=problems or {}, sitting=sitting, places=places,
        names=name_credentials(), **own,
    )  # fmt: skip


def _get_expected() -> int:
    return request.form.get("expected_no", 0, type=read_number)


def _get_words(name: str) -> str:
    return clean(request.form.get(name, ""))[:_LONGEST_WORDS]
