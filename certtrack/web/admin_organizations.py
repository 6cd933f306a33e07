"""Organizations: what each is called, where it is, who hears for it, of what it is a part, and what it grants."""

from dataclasses import replace
from typing import Literal
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from certtrack.errors import StaleRecord
from certtrack.security import Task
from certtrack.services.administration.organizations import (
    add_organization,
    can_make,
    check_can_make,
    get_organization,
    get_shown,
    list_organizations,
    save_organization,
    save_roles,
)
from certtrack.services.contacts import set_contact, set_names_in_team_mail
from certtrack.services.credits.texts import clean
from certtrack.services.organization_changes import BadOrganization, OrganizationFields
from certtrack.services.people import get_person
from certtrack.services.preferences import list_zones
from certtrack.web.edge import actor, locale, needs, note_look, parts, reading, render, show_toast, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.list_filters import find_today
from certtrack.web.list_filters import find_zone as find_own_zone
from certtrack.web.numbers import read_number
from certtrack.web.organization_form import (
    OrganizationForm,
    Problem,
    list_credentials,
    make_form,
    read_contact,
    read_form,
    read_roles,
)

admin_organizations = Blueprint("admin_organizations", __name__)

_ONE = "/admin/organizations/<int:organization_id>"
_LONGEST = 200


@admin_organizations.get("/admin/organizations")
@needs(Task.MANAGE_ORGANIZATIONS)
def index() -> str:
    """The reader's own by name. `?words=` is in the name, `?within=` narrows to parts of one.

    `?after=` goes on behind one, and `?before=` back to what stands in front of it.
    """
    words = clean(request.args.get("words", ""))[:_LONGEST]
    within, after, before = (request.args.get(name, type=read_number) for name in ("within", "after", "before"))
    with reading() as session:
        page = list_organizations(session, actor(), words, within=within, after=after, before=before)
        whole = get_organization(session, actor(), within) if within is not None else None
    return render(
        "admin/organizations.html",
        page=page,
        words=words,
        whole=whole,
        today_on=find_today(),
        previous_url=_turn(before=page.previous_before) if page.previous_before is not None else None,
        next_url=_turn(after=page.next_after) if page.next_after is not None else None,
        can_make=can_make(actor()),
    )


def _turn(**place: int) -> str:
    """The address of the same list beside a place."""
    asked = {name: text for name, text in request.args.items() if name not in ("after", "before")}
    return f"/admin/organizations?{urlencode(asked | place)}"


@admin_organizations.get("/admin/organizations/new")
@needs(Task.MANAGE_ORGANIZATIONS)
def new() -> str:
    """An empty form, for whoever administers everywhere."""
    check_can_make(actor())
    return _show_new(OrganizationForm(zone=find_own_zone()))


@admin_organizations.post("/admin/organizations/new")
@needs(Task.MANAGE_ORGANIZATIONS)
def add() -> ResponseReturnValue:
    """Put it on record."""
    check_can_make(actor())
    form = read_form()
    with reading() as session:
        fields, problems = form.check(session, actor(), find_own_zone())
    if fields is None:
        return _show_new(form, problems), 400
    try:
        with writing() as session:
            number = add_organization(session, fields, actor=actor(), at=parts().clock.now()).id
    except BadOrganization as error:
        return _show_new(form, {error.field: (error.why, error.count)}), 400
    show_toast(_("%(name)s is on record. It keeps records, and grants nothing until you say so.") % {"name": form.name})
    return redirect(f"/admin/organizations/{number}")


@admin_organizations.get(_ONE)
@needs(Task.MANAGE_ORGANIZATIONS)
def show(organization_id: int) -> str:
    """What is on record of it, what it grants, and what was done to it."""
    return _show(organization_id)


@admin_organizations.post(_ONE)
@needs(Task.MANAGE_ORGANIZATIONS)
def save(organization_id: int) -> ResponseReturnValue:
    """Save what was typed, all of it or nothing."""
    form = read_form()
    with reading() as session:
        known = get_organization(session, actor(), organization_id)
        fields, problems = form.check(session, actor(), known.zone, known)
        contact_id, unknown = read_contact(session, known, form.contact, today(known.zone))
    if fields is None or unknown:
        return _show(organization_id, form, problems | unknown), 400
    try:
        with writing() as session:
            _write(session, organization_id, form, fields, contact_id)
    except StaleRecord:
        return _show(organization_id, form, stale="itself"), 409
    except BadOrganization as error:
        return _show(organization_id, form, {error.field: (error.why, error.count)}), 400
    show_toast(_("Saved."))
    return redirect(f"/admin/organizations/{organization_id}")


@admin_organizations.post(f"{_ONE}/roles")
@needs(Task.MANAGE_ORGANIZATIONS)
def say_roles(organization_id: int) -> ResponseReturnValue:
    """Say for which certifications it is the program that gives them; where it becomes one, a tick is asked for."""
    check_can_make(actor())
    roles = read_roles(parts().rulebook)
    with reading() as session:
        shown = get_shown(session, actor(), organization_id, find_today())
    grows = any(role == "granter" and shown.roles.get(one) != "granter" for one, role in roles.items())
    if grows and request.form.get("sure") != "y":
        return _show(organization_id, problems={"sure": ("sure", 0)}), 400
    try:
        with writing() as session:
            seen = request.form.get("seen", 0, type=read_number)
            save_roles(session, actor(), organization_id, roles, seen=seen, at=parts().clock.now())
    except StaleRecord:
        return _show(organization_id, stale="roles"), 409
    show_toast(_("Saved. It holds from now on; what was decided before stays."))
    return redirect(f"/admin/organizations/{organization_id}")


def _write(
    session: Session, organization_id: int, form: OrganizationForm, fields: OrganizationFields, contact_id: int | None
) -> None:
    at = parts().clock.now()
    found = save_organization(session, actor(), organization_id, fields, seen=form.seen, at=at)
    contact = get_person(session, contact_id) if contact_id is not None else None
    set_contact(session, found, contact, today=today(found.zone), actor=actor(), at=at)
    set_names_in_team_mail(session, found, named=form.names == "y", actor=actor(), at=at)


def _show_new(form: OrganizationForm, problems: dict[str, Problem] | None = None) -> str:
    zones = list_zones(find_own_zone())
    return render("admin/organization_new.html", form=form, zones=zones, problems=problems or {})


def _show(
    organization_id: int,
    form: OrganizationForm | None = None,
    problems: dict[str, Problem] | None = None,
    stale: Literal["itself", "roles"] | None = None,
) -> str:
    """The page, with what was typed; what is `stale` is sent again with the mark of what it shows now."""
    with reading() as session:
        shown = get_shown(session, actor(), organization_id, find_today())
    named = {person.id for row in shown.events for person in row.people} | (
        {shown.contact.id} if shown.contact else set()
    )
    note_look("organizations.viewed", sorted(named))
    said = read_roles(parts().rulebook) if request.path.endswith("/roles") and request.method == "POST" else {}
    no, kept = shown.organization.no, make_form(shown)
    if form is not None and stale:
        form = replace(form, seen=no)
    return render(
        "admin/organization.html",
        shown=shown,
        form=form or kept,
        kept=kept,
        stale=stale,
        seen_roles=request.form.get("seen", 0, type=read_number) if said and not stale else no,
        problems=problems or {},
        zones=list_zones(shown.organization.zone),
        zone=find_own_zone(),
        credentials=list_credentials(parts().rulebook, locale()),
        roles={**shown.roles, **said},
        is_sure=request.form.get("sure") == "y",
    )
