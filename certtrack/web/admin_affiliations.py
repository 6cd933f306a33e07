"""Somebody's times at offices, as whoever administers keeps them: joining another one, and a first day mended."""

from collections.abc import Mapping
from dataclasses import astuple
from datetime import date

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from certtrack.auth.account_mail import queue_word_of_addresses
from certtrack.db.models import Person
from certtrack.errors import NotFound, StaleRecord
from certtrack.rules.calendar import check_day
from certtrack.security import Task
from certtrack.services.addresses import Addresses, BadAddresses, mend_addresses, read_addresses
from certtrack.services.administration.affiliations import BadTime, NewTime, get_offer, join, mend_first_day
from certtrack.services.credits.texts import clean
from certtrack.services.people import fold_address, get_person
from certtrack.web.admin_people import read_choice, show_kept
from certtrack.web.edge import actor, needs, note_look, parts, reading, render, show_toast, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number

admin_affiliations = Blueprint("admin_affiliations", __name__)

_OFFICE = "/people/<int:person_id>/office"
_LONGEST = 200
_FIELDS = ("from_on", "work_address", "supervisor", "seen_work_address", "offered_by")
_NOT_THEIRS = "This page isn't here, or isn't yours to see."


@admin_affiliations.get(f"{_OFFICE}/join")
@needs(Task.MANAGE_PEOPLE)
def ask(person_id: int) -> str:
    """Where they join, from which day, with which address at work and which supervisor; `?organization=` says where."""
    return _show(person_id, {})


@admin_affiliations.post(f"{_OFFICE}/join")
@needs(Task.MANAGE_PEOPLE)
def join_office(person_id: int) -> ResponseReturnValue:
    """Put it on record, or show who supervises at another one; an address that is replaced is told of it."""
    if request.form.get("act") == "show":
        return _show(person_id, {})
    typed = _read()
    organization_id = request.form.get("organization", 0, type=read_number)
    supervisor_id = read_choice(typed["supervisor"])
    from_on, problems = _check(typed)
    if from_on is None or problems:
        return _show(person_id, problems), 400
    try:
        with writing() as session:
            new = NewTime(organization_id, from_on, supervisor_id)
            person = join(session, actor(), person_id, new, today=_find_day(session, person_id), at=parts().clock.now())
            _change_address(session, person, typed)
            name = person.shown_name
    except BadTime as error:
        return _show(person_id, {"from_on": error.why}), 409
    except StaleRecord:
        return _show(person_id, {"work_address": "stale"}), 409
    show_toast(_("Saved. %(name)s belongs there from that day on.") % {"name": name})
    return redirect(f"/people/{person_id}/office")


@admin_affiliations.post(f"{_OFFICE}/first-day")
@needs(Task.MANAGE_PEOPLE)
def first_day(person_id: int) -> ResponseReturnValue:
    """Their time at an office began on another day; empty: it isn't known."""
    organization_id, seen = (request.form.get(name, 0, type=read_number) for name in ("organization", "seen"))
    text = clean(request.form.get("from_on", ""))[:_LONGEST]
    field = f"from_on-{organization_id}"
    try:
        from_on = check_day(date.fromisoformat(text)) if text else None
    except ValueError:
        return show_kept(person_id, {field: "not_a_day"}), 400
    try:
        with writing() as session:
            mend_first_day(
                session, actor(), person_id, organization_id, from_on,
                seen=seen, today=_find_day(session, person_id), at=parts().clock.now(),
            )  # fmt: skip
    except BadTime as error:
        return show_kept(person_id, {field: error.why}), 400
    except StaleRecord:
        return show_kept(person_id, {field: "stale"}), 409
    show_toast(_("Saved. The day as it was before stays on record."))
    return redirect(f"/people/{person_id}/office")


def _change_address(session: Session, person: Person, typed: Mapping[str, str]) -> None:
    """The address at work, where another one was typed; who read the one before hears of it."""
    seen = Addresses(person.private_address, fold_address(typed["seen_work_address"]))
    new = Addresses(person.private_address, fold_address(typed["work_address"]))
    at = parts().clock.now()
    if new.work_address != seen.work_address:
        mend_addresses(session, person, new, seen=seen, actor=actor(), at=at)
        queue_word_of_addresses(session, parts().settings, person, astuple(seen), at=at)


def _read() -> dict[str, str]:
    return {name: clean(request.form.get(name, ""))[:_LONGEST] for name in _FIELDS}


def _check(typed: Mapping[str, str]) -> tuple[date | None, dict[str, str]]:
    """The first day, and what is wrong by field."""
    problems, from_on = {}, None
    try:
        from_on = check_day(date.fromisoformat(typed["from_on"]))
    except ValueError:
        problems["from_on"] = "no_day"
    try:
        read_addresses("", typed["work_address"])
    except BadAddresses:
        problems["work_address"] = "no_address"
    if typed["supervisor"] and typed["offered_by"] not in ("", request.form.get("organization", "")):
        problems["supervisor"] = "missing"  # another organization was chosen than the one whose supervisors were shown
    return from_on, problems


def _find_day(session: Session, person_id: int) -> date:
    return today(get_person(session, person_id).zone)


def _show(person_id: int, problems: Mapping[str, str]) -> str:
    asked = request.values.get("organization", 0, type=read_number)
    with reading() as session:
        now = _find_day(session, person_id)
        offer = get_offer(session, actor(), person_id, asked, now)
    if offer.chosen is None and "there_already" in problems.values():
        return show_kept(person_id, {"": "there_already"})  # sent twice: it isn't offered any more
    if offer.places and offer.chosen is None:
        raise NotFound(_NOT_THEIRS)
    note_look("person.viewed", [offer.person.id])
    return render("admin/join.html", offer=offer, today_on=now, typed=request.form, problems=problems)
