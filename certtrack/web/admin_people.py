"""Somebody is put on record by a page, and kept: the certificate's name, and who supervises them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from certtrack.db.models import Organization, Person
from certtrack.errors import NotFound, StaleRecord
from certtrack.language import LOCALES
from certtrack.rules.calendar import check_day
from certtrack.security import Task
from certtrack.services.addresses import ADDRESS_FIELDS, BadAddresses, read_addresses
from certtrack.services.administration.affiliations import can_join_more, list_versions
from certtrack.services.administration.people import (
    add_person,
    get_person_kept,
    list_alike,
    rename_person,
    set_supervisor,
)
from certtrack.services.administration.places import list_offices
from certtrack.services.credits.texts import clean
from certtrack.services.overview import find_zone
from certtrack.services.people import NewPerson, get_person
from certtrack.services.preferences import list_zones
from certtrack.services.supervision.supervising import list_supervising
from certtrack.web.edge import actor, needs, note_look, parts, reading, render, show_toast, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.list_filters import find_today
from certtrack.web.list_filters import find_zone as find_own_zone
from certtrack.web.numbers import read_number
from certtrack.web.offices import pick_office

admin_people = Blueprint("admin_people", __name__)

_KEPT = "/people/<int:person_id>/office"
_LONGEST = 100
_FIELDS = (
    *("given_name", "family_name", "chosen_name", "private_address", "work_address", "language", "zone"),
    *("organization", "from_on", "supervisor"),
)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What was read of the form: who isn't on record yet, where they belong since when, and their supervisor."""

    person: NewPerson
    organization_id: int
    from_on: date | None
    supervisor_id: int | None


@admin_people.get("/admin/people/new")
@needs(Task.MANAGE_PEOPLE)
def new() -> str:
    """An empty form; `?organization=` says where."""
    return _show_new({})


@admin_people.post("/admin/people/new")
@needs(Task.MANAGE_PEOPLE)
def add() -> ResponseReturnValue:
    """Put them on record; where somebody alike is there already, it is asked first."""
    read, problems = _read()
    if read is None:
        return _show_new(problems), 400
    with writing() as session:
        now = today(find_zone(session, actor()))
        alike = [] if request.form.get("anyway") == "y" else list_alike(session, actor(), read.person, now)
        if not alike:
            made = add_person(
                session, read.person, read.organization_id, from_on=read.from_on, supervisor_id=read.supervisor_id,
                today=now, actor=actor(), at=parts().clock.now(),
            )  # fmt: skip
            number, name = made.id, made.shown_name
    if alike:
        note_look("people.listed", [person.id for person in alike])
        return _show_new({}, alike=alike), 400
    show_toast(_("%(name)s is on record.") % {"name": name})
    return redirect(f"/people/{number}/office")


@admin_people.get(_KEPT)
@needs(Task.MANAGE_PEOPLE)
def show(person_id: int) -> str:
    """The certificate's name, where they belong, and who supervises them there."""
    return show_kept(person_id)


@admin_people.post(f"{_KEPT}/name")
@needs(Task.MANAGE_PEOPLE)
def rename(person_id: int) -> ResponseReturnValue:
    """Another name on the certificate."""
    given, family = (clean(request.form.get(name, "")) for name in ("given_name", "family_name"))
    seen = (request.form.get("seen_given_name", ""), request.form.get("seen_family_name", ""))
    missing = {name: "name" for name, text in (("given_name", given), ("family_name", family)) if not _fits(text)}
    try:
        with writing() as session:
            now = _find_day(session, person_id)
            if not missing:
                at = parts().clock.now()
                rename_person(session, actor(), person_id, given, family, seen=seen, today=now, at=at)
    except StaleRecord:
        return show_kept(person_id, {"given_name": "stale"}), 409
    if missing:
        return show_kept(person_id, missing), 400
    show_toast(_("Saved. The name as it was stays on record."))
    return redirect(f"/people/{person_id}/office")


@admin_people.post(f"{_KEPT}/supervisor")
@needs(Task.MANAGE_PEOPLE)
def choose_supervisor(person_id: int) -> ResponseReturnValue:
    """Who supervises them there from today on; nobody, where nobody is chosen."""
    seen, chosen = (read_choice(request.form.get(name, "")) for name in ("seen", "supervisor"))
    organization_id = request.form.get("organization", 0, type=read_number)
    try:
        with writing() as session:
            now = _find_day(session, person_id)
            set_supervisor(
                session, actor(), person_id, organization_id, chosen, seen=seen, today=now, at=parts().clock.now()
            )
    except StaleRecord:
        return show_kept(person_id, {"supervisor": "stale"}), 409
    show_toast(_("Saved. It holds from today on."))
    return redirect(f"/people/{person_id}/office")


def _read() -> tuple[Newcomer | None, dict[str, str]]:
    """What was typed, or what is wrong with it by field."""
    typed = {name: clean(request.form.get(name, "")) for name in _FIELDS}
    problems = {name: "name" for name in ("given_name", "family_name") if not _fits(typed[name])}
    if len(typed["chosen_name"]) > _LONGEST:
        problems["chosen_name"] = "name"
    try:
        addresses = read_addresses(*(typed[name] for name in ADDRESS_FIELDS))
    except BadAddresses as error:
        problems |= dict.fromkeys(error.fields, "no_address")
    offered = {"language": LOCALES, "zone": list_zones(_get_office().zone)}
    problems |= {name: "missing" for name, known in offered.items() if typed[name] not in known}
    try:
        from_on = check_day(date.fromisoformat(typed["from_on"])) if typed["from_on"] else None
    except ValueError:
        problems["from_on"] = "not_a_day"
    else:
        last_on = _get_office().until_on
        if from_on is not None and last_on is not None and last_on < from_on:
            problems["from_on"] = "has_ended"
        elif from_on is not None and "zone" not in problems and from_on > _find_latest(typed["zone"]):
            problems["from_on"] = "ahead"
    if problems:
        return None, problems
    person = NewPerson(
        typed["given_name"], typed["family_name"], typed["zone"], typed["chosen_name"] or None,
        addresses.private_address, addresses.work_address, typed["language"],
    )  # fmt: skip
    return Newcomer(person, _get_office().id, from_on, read_choice(typed["supervisor"])), {}


def _find_latest(zone: str) -> date:
    """The latest first day of somebody in this zone: one that has come for them, and for whoever reads."""
    return min(find_today(), today(zone))


def _fits(name: str) -> bool:
    return 0 < len(name) <= _LONGEST


def read_choice(text: str) -> int | None:
    """The number that was chosen; None for nobody. Raises NotFound for what is none."""
    try:
        return read_number(text) if text else None
    except ValueError as error:
        raise NotFound("This page isn't here, or isn't yours to see.") from error


def _find_day(session: Session, person_id: int) -> date:
    return today(get_person(session, person_id).zone)


def _get_office() -> Organization:
    """The one of the reader's that is asked for, else the first. Raises NotFound, NoOrganization."""
    with reading() as session:
        offices = list_offices(session, actor(), Task.MANAGE_PEOPLE, find_today())
    return pick_office(offices, Task.MANAGE_PEOPLE)


def _show_new(problems: dict[str, str], alike: Sequence[Person] = ()) -> str:
    office = _get_office()
    with reading() as session:
        offices = list_offices(session, actor(), Task.MANAGE_PEOPLE, find_today())
        supervisors = list_supervising(session, office.id, find_today())
    empty = dict.fromkeys(_FIELDS, "") | {"language": "en", "zone": office.zone}
    return render(
        "admin/person_new.html",
        office=office,
        offices=offices,
        supervisors=supervisors,
        zones=list_zones(office.zone),
        form={name: request.form.get(name, empty[name]) for name in _FIELDS},
        problems=problems,
        alike=alike,
        is_anyway=request.form.get("anyway") == "y",
    )


def show_kept(person_id: int, problems: dict[str, str] | None = None) -> str:
    """Somebody as their office keeps them, with what is wrong with what was typed. Raises NotFound."""
    with reading() as session:
        person = get_person(session, person_id)  # held, so that it is asked for once
        kept = get_person_kept(session, actor(), person.id, today(person.zone))
        versions = list_versions(session, actor(), kept.person.id)
    note_look("person.viewed", [kept.person.id])
    return render(
        "admin/person.html",
        kept=kept,
        versions=versions,
        can_join=can_join_more(actor()),
        zone=find_own_zone(),
        typed=request.form,
        sent=request.path.rpartition("/")[2] if request.method == "POST" else None,
        problems=problems or {},
    )
