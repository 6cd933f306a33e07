"""Hours of service: logged and amended by the same form, withdrawn with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certtrack.db.models import Organization, Person, ServiceSpan
from certtrack.errors import NotAllowed, NotFound, StaleRecord
from certtrack.services.locking import lock_people
from certtrack.services.people import get_person
from certtrack.services.supervision.rights import NOT_THEIRS, is_same
from certtrack.services.supervision.service import (
    amend_service,
    get_service,
    list_overlapping,
    log_service,
    withdraw_service,
)
from certtrack.services.supervision.shown import list_service_places
from certtrack.services.supervision.typed import BadTyped, TypedService, read_service
from certtrack.web.edge import actor, note_look, parts, reading, render, show_toast, signed_in, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number
from certtrack.web.supervision_form import get_expected, get_reason, recorded_service, typed_service

service_hours = Blueprint("service_hours", __name__)

Answer = str | Response | tuple[str, int]
_AT = "/people/<int:person_id>/service"


@dataclass(frozen=True, slots=True)
class _Whose:
    person: Person
    places: tuple[Organization, ...]

    @property
    def url(self) -> str:
        return f"/people/{self.person.id}"

    def find_place(self) -> Organization:
        """Where they were served: the place that was chosen, or the only one. Raises NotAllowed for another's."""
        asked = request.form.get("organization", 0, type=read_number)
        found = [place for place in self.places if place.id == asked or (not asked and len(self.places) == 1)]
        if not found:
            raise NotAllowed(NOT_THEIRS)
        return found[0]


@service_hours.get(f"{_AT}/new")
@signed_in
def new(person_id: int) -> Answer:
    """An empty form."""
    with reading() as session:
        whose = _get_whose(session, person_id)
    note_look("person.viewed", [whose.person.id])
    return _show_form(whose, TypedService())


@service_hours.post(f"{_AT}/new")
@signed_in
def log(person_id: int) -> Answer:
    """Put them on record; what can't be read, or shares days with others, is said before anything is saved."""
    form = typed_service()
    with writing() as session:
        whose = _get_whose(session, person_id)
        try:
            said = read_service(form, today(whose.person.zone))
        except BadTyped as error:
            return _show_form(whose, form, problems=error.problems), 400
        place = whose.find_place()
        lock_people(session, [whose.person.id])
        doubles = list_overlapping(session, whose.person.id, place.id, said)
        if doubles and not request.form.get("anyway"):
            return _show_form(whose, form, doubles=doubles), 409
        log_service(session, whose.person.id, place.id, said, actor=actor(), at=parts().clock.now())
    show_toast(_("Saved. The hours are on record."))
    return redirect(whose.url)


@service_hours.get(f"{_AT}/<int:span_id>/amend")
@signed_in
def show_amend(person_id: int, span_id: int) -> Answer:
    """The form with what is on record."""
    with reading() as session:
        whose, span = _get_both(session, person_id, span_id)
    note_look("person.viewed", [whose.person.id])
    return _show_form(whose, recorded_service(span), span)


@service_hours.post(f"{_AT}/<int:span_id>/amend")
@signed_in
def amend(person_id: int, span_id: int) -> Answer:
    """Correct them; where somebody else was first nothing is saved, and what was typed stays."""
    form = typed_service()
    beside: dict[str, Any] = {"reason": get_reason(), "expected_no": get_expected()}
    try:
        with writing() as session:
            whose, span = _get_both(session, person_id, span_id)
            try:
                said = read_service(form, today(whose.person.zone))
            except BadTyped as error:
                return _show_form(whose, form, span, problems=error.problems, **beside), 400
            is_changed = amend_service(
                session, span, said, expected_no=get_expected(), reason=get_reason() or None,
                actor=actor(), at=parts().clock.now(),
            )  # fmt: skip
    except StaleRecord:
        with reading() as session:
            whose, span = _get_both(session, person_id, span_id)
        beside["expected_no"] = span.no
        return _show_form(whose, form, span, is_stale=True, **beside), 409
    show_toast(_("Saved. The change is on record.") if is_changed else _("Nothing was different, so nothing changed."))
    return redirect(whose.url)


@service_hours.get(f"{_AT}/<int:span_id>/withdraw")
@signed_in
def show_withdraw(person_id: int, span_id: int) -> Answer:
    """What would be withdrawn, and the question why."""
    with reading() as session:
        whose, span = _get_both(session, person_id, span_id)
    note_look("person.viewed", [whose.person.id])
    return _show_withdraw(whose, span)


@service_hours.post(f"{_AT}/<int:span_id>/withdraw")
@signed_in
def withdraw(person_id: int, span_id: int) -> Answer:
    """Take them back, with a reason; they stay on record."""
    reason = get_reason()
    try:
        with writing() as session:
            whose, span = _get_both(session, person_id, span_id)
            if not reason:
                return _show_withdraw(whose, span, is_missing=True), 400
            withdraw_service(
                session, span, expected_no=get_expected(), reason=reason, actor=actor(), at=parts().clock.now()
            )  # fmt: skip
    except StaleRecord:
        with reading() as session:
            whose, span = _get_both(session, person_id, span_id)
        return _show_withdraw(whose, span, words=reason, is_stale=True), 409
    show_toast(_("Withdrawn. It stays on record and counts for nothing any more."))
    return redirect(whose.url)


def _get_whose(session: Session, person_id: int) -> _Whose:
    person = get_person(session, person_id)
    places = list_service_places(session, actor(), person, today(person.zone))
    if not places:
        raise NotAllowed(NOT_THEIRS)
    return _Whose(person, places)


def _get_both(session: Session, person_id: int, span_id: int) -> tuple[_Whose, ServiceSpan]:
    """The hours with whose they are. Raises NotFound for somebody else's, or where they were withdrawn."""
    whose, span = _get_whose(session, person_id), get_service(session, span_id)
    is_here = span.organization_id in [place.id for place in whose.places]
    if not is_here or not is_same(session, whose.person.id, span.person_id) or span.state == "withdrawn":
        raise NotFound(f"There are no hours of service with the number {span_id}.")
    return whose, span


def _show_form(
    whose: _Whose,
    form: TypedService,
    span: ServiceSpan | None = None,
    *,
    doubles: Sequence[ServiceSpan] = (),
    expected_no: int | None = None,
    **values: Any,  # noqa: ANN401  # problems, reason, is_stale
) -> str:
    own = {"problems": {}, "reason": "", "is_stale": False} | values
    return render(
        "supervision/service.html",
        person=whose.person,
        places=whose.places,
        form=form,
        span=span,
        doubles=doubles,
        expected_no=expected_no or (span.no if span else None),
        organization=request.form.get("organization", ""),
        **own,
    )


def _show_withdraw(
    whose: _Whose, span: ServiceSpan, *, words: str = "", is_missing: bool = False, is_stale: bool = False
) -> str:
    values = {"words": words, "is_missing": is_missing, "is_stale": is_stale}
    return render("supervision/service_withdraw.html", person=whose.person, span=span, **values)
