"""Links that help: the page of them, and the form by which administrators keep them."""

from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from certtrack.db.models import Resource
from certtrack.errors import StaleRecord
from certtrack.security import Task, can_do
from certtrack.services.resources import (
    KINDS,
    REACHES,
    TypedResource,
    add_resource,
    amend_resource,
    get_kept_resource,
    list_resources,
    list_taken_down,
    read_resource,
    take_down_resource,
)
from certtrack.services.typed_fields import BadFields
from certtrack.services.ways_in.packs import list_newest_packs
from certtrack.web.edge import actor, needs, parts, reading, render, show_toast, signed_in, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number
from certtrack.web.offerings import find_office, list_offices

resources = Blueprint("resources", __name__)

Answer = str | Response | tuple[str, int]
_LONGEST = 1_000  # what is longer than any text that is taken need not come back whole
_TEXTS = ("kind", "reach", "title_en", "title_es", "link", "phone", "place_no")


@resources.get("/resources")
@signed_in
def index() -> str:
    """All of them by kind, and the pages of whoever grants the certifications that are kept here."""
    with reading() as session:
        found, taken_down = list_resources(session), list_taken_down(session, actor())
    return render(
        "resources/list.html",
        found={kind: [one for one in found if one.kind == kind] for kind in KINDS},
        packs=list_newest_packs(parts().rulebook),
        can_add=can_do(actor(), Task.KEEP_RESOURCES),
        taken_down=taken_down,
        kept={one.id for one in found if can_do(actor(), Task.KEEP_RESOURCES, one.organization_id)},
    )


@resources.get("/resources/new")
@needs(Task.KEEP_RESOURCES)
def new() -> Answer:
    """An empty form."""
    return _show_form(TypedResource(place_no="1"))


@resources.post("/resources/new")
@needs(Task.KEEP_RESOURCES)
def add() -> Answer:
    """Put it on record; what can't be read is said, and stays."""
    form = _typed_form()
    try:
        said = read_resource(form)
    except BadFields as error:
        return _show_form(form, problems=error.problems), 400
    with writing() as session:
        office = find_office(list_offices(session, Task.KEEP_RESOURCES))
        add_resource(session, office.id, said, actor=actor(), at=parts().clock.now())
    show_toast(_("Saved. Everybody can see it now."))
    return redirect("/resources")


@resources.get("/resources/<int:resource_id>/amend")
@needs(Task.KEEP_RESOURCES)
def show_amend(resource_id: int) -> Answer:
    """The form with what is on record."""
    with reading() as session:
        resource = get_kept_resource(session, actor(), resource_id)
    return _show_form(_recorded_form(resource), resource)


@resources.post("/resources/<int:resource_id>/amend")
@needs(Task.KEEP_RESOURCES)
def amend(resource_id: int) -> Answer:
    """Correct it, or with `down` show it no more; where somebody else was first nothing is saved."""
    form, expected_no = _typed_form(), request.form.get("expected_no", 0, type=read_number)
    is_down, is_back = bool(request.form.get("down")), False
    try:
        with writing() as session:
            resource = get_kept_resource(session, actor(), resource_id)
            stamp: dict[str, Any] = {"expected_no": expected_no, "actor": actor(), "at": parts().clock.now()}
            if is_down:
                take_down_resource(session, resource, **stamp)
            else:
                is_back = resource.state != "shown"
                amend_resource(session, resource, read_resource(form), **stamp)
    except BadFields as error:
        return _come_back(resource_id, form, expected_no=expected_no, problems=error.problems), 400
    except StaleRecord:
        return _come_back(resource_id, form, is_stale=True), 409
    if is_back:
        show_toast(_("Saved. Everybody can see it now."))
    else:
        show_toast(_("Saved. It isn't shown any more.") if is_down else _("Saved. The change is on record."))
    return redirect("/resources")


def _typed_form() -> TypedResource:
    return TypedResource(**{name: request.form.get(name, "")[:_LONGEST] for name in _TEXTS})


def _recorded_form(resource: Resource) -> TypedResource:
    values = {name: getattr(resource, name) for name in _TEXTS}
    return TypedResource(**{name: "" if value is None else str(value) for name, value in values.items()})


def _come_back(resource_id: int, form: TypedResource, **values: Any) -> str:  # noqa: ANN401  # those of _show_form
    with reading() as session:
        resource = get_kept_resource(session, actor(), resource_id)
    return _show_form(form, resource, **values)


def _show_form(
    form: TypedResource,
    resource: Resource | None = None,
    *,
    expected_no: int | None = None,
    **values: Any,  # noqa: ANN401  # problems, is_stale
) -> str:
    own = {"problems": {}, "is_stale": False} | values
    with reading() as session:
        offices = list_offices(session, Task.KEEP_RESOURCES) if resource is None else []
    return render(
        "resources/form.html",
        form=form,
        resource=resource,
        expected_no=expected_no or (resource.no if resource else None),
        kinds=KINDS,
        reaches=REACHES,
        offices=offices,
        office_id=request.form.get("organization", ""),
        **own,
    )
