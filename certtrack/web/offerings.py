"""Activities to find and to plan: the list with what is still needed, one of them, and the form that keeps them."""

from typing import Any

from flask import Blueprint, redirect, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certtrack.db.models import Offering, Organization
from certtrack.errors import BadInput, StaleRecord
from certtrack.security import Task, list_places
from certtrack.services.credits.shown import ShownArea
from certtrack.services.offerings.areas import list_areas
from certtrack.services.offerings.records import (
    CalledOff,
    NewOffering,
    add_offering,
    amend_offering,
    get_kept_offering,
)
from certtrack.services.offerings.typed import TypedOffering, read_offering
from certtrack.services.typed_fields import BadFields
from certtrack.services.ways_in.packs import list_newest_packs
from certtrack.web.edge import actor, needs, parts, reading, render, show_toast, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number
from certtrack.web.offering_form import blank_form, recorded_form, typed_form, with_more_parts
from certtrack.web.offices import check_has_office

offerings = Blueprint("offerings", __name__)

Answer = str | Response | tuple[str, int]


@offerings.get("/offerings/new")
@needs(Task.KEEP_OFFERINGS)
def new() -> Answer:
    """An empty form."""
    with reading() as session:
        return _show_form(session, blank_form())


@offerings.post("/offerings/new")
@needs(Task.KEEP_OFFERINGS)
def add() -> Answer:
    """Put it on record; what can't be read is said, and stays. `more`: more lines for parts, and nothing saved."""
    form = typed_form()
    with writing() as session:
        if request.form.get("more"):
            return _show_form(session, with_more_parts(form))
        office = find_office(list_offices(session, Task.KEEP_OFFERINGS))
        try:
            said = read_offering(form, [area.key for area in list_all_areas()], today(office.zone))
        except BadFields as error:
            return _show_form(session, form, problems=error.problems), 400
        number = add_offering(session, office.id, said, actor=actor(), at=parts().clock.now()).id
    show_toast(_("Saved. Everybody can find it now."))
    return redirect(f"/offerings/{number}")


@offerings.get("/offerings/<int:offering_id>/amend")
@needs(Task.KEEP_OFFERINGS)
def show_amend(offering_id: int) -> Answer:
    """The form with what is on record."""
    with reading() as session:
        offering = get_kept_offering(session, actor(), offering_id)
        return _show_form(session, recorded_form(offering), offering)


@offerings.post("/offerings/<int:offering_id>/amend")
@needs(Task.KEEP_OFFERINGS)
def amend(offering_id: int) -> Answer:
    """Correct it; where somebody else was first nothing is saved, and what was typed stays."""
    form, expected_no = typed_form(), _get_expected()
    try:
        with writing() as session:
            offering = get_kept_offering(session, actor(), offering_id)
            if request.form.get("more"):
                return _show_form(session, with_more_parts(form), offering, expected_no=expected_no)
            try:
                said = _read(session, form, offering)
            except BadFields as error:
                values: dict[str, Any] = {"problems": error.problems, "expected_no": expected_no}
                return _show_form(session, form, offering, **values), 400
            is_changed = amend_offering(
                session, offering, said, expected_no=expected_no, actor=actor(), at=parts().clock.now()
            )  # fmt: skip
    except (StaleRecord, CalledOff) as error:
        with reading() as session:
            offering = get_kept_offering(session, actor(), offering_id)
            why_not = "called_off" if isinstance(error, CalledOff) else "stale"
            return _show_form(session, form, offering, why_not=why_not), 409
    show_toast(_("Saved. The change is on record.") if is_changed else _("Nothing was different, so nothing changed."))
    return redirect(f"/offerings/{offering_id}")


def list_all_areas() -> tuple[ShownArea, ...]:
    """Every area of the rules in use here."""
    return list_areas(list_newest_packs(parts().rulebook))


def list_offices(session: Session, task: Task) -> list[Organization]:
    """The organizations for which the reader may do this task, by name."""
    places = list_places(actor(), task)
    query = select(Organization).order_by(Organization.name)
    offices = list(session.scalars(query if places is None else query.where(Organization.id.in_(places))))
    check_has_office(offices, task)
    return offices


def find_office(offices: list[Organization]) -> Organization:
    """Whose it is: the one that was chosen, or the only one there is. Raises BadInput."""
    chosen = request.form.get("organization", "")
    found = [office for office in offices if len(offices) == 1 or str(office.id) == chosen]
    if not found:
        raise BadInput("Choose whose it is.")
    return found[0]


def _read(session: Session, form: TypedOffering, offering: Offering) -> NewOffering:
    office = session.get_one(Organization, offering.organization_id)
    return read_offering(form, [area.key for area in _with_own(offering)], today(office.zone))


def _with_own(offering: Offering | None) -> tuple[ShownArea, ...]:
    """With the areas too that it names already, though no rules in use know them any more."""
    areas = list_all_areas()
    known = {area.key for area in areas}
    named = dict.fromkeys(key for part in (offering.parts if offering else []) for key in part["areas"])
    return (*areas, *(ShownArea(key, None) for key in named if key not in known))


def _get_expected() -> int:
    return request.form.get("expected_no", 0, type=read_number)


def _show_form(
    session: Session,
    form: TypedOffering,
    offering: Offering | None = None,
    *,
    expected_no: int | None = None,
    **values: Any,  # noqa: ANN401  # problems, why_not
) -> str:
    own = {"problems": {}, "why_not": None} | values
    return render(
        "offerings/form.html",
        form=form,
        offering=offering,
        expected_no=expected_no or (offering.no if offering else None),
        areas=_with_own(offering),
        offices=list_offices(session, Task.KEEP_OFFERINGS) if offering is None else [],
        office_id=request.form.get("organization", ""),
        **own,
    )
