"""One's own record: what is on it, who has looked at it, and what is one's own to change."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from certtrack.auth.account_mail import queue_notice
from certtrack.db.models import Account
from certtrack.errors import NotFound, StaleRecord
from certtrack.security import Task, can_do
from certtrack.services.feeds import find_feed
from certtrack.services.looks import find_last_look, get_looks
from certtrack.services.overview import find_zone
from certtrack.services.own_names import (
    FIELDS,
    LONGEST_NAME,
    BadDetails,
    OwnDetails,
    change_details,
    get_own_names,
    has_other_addresses,
    read_details,
)
from certtrack.services.people import get_person
from certtrack.services.transcripts import get_transcript
from certtrack.web.edge import actor, note_look, parts, reading, render, show_toast, signed_in, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number
from certtrack.web.proving import check_proof, needs_password, own_login

record = Blueprint("record", __name__)

_NAMES = "/people/<int:person_id>/names"
_LONGEST = 500  # what is longer than any name or address need not come back whole


def own_number() -> int:
    """The number of the reader's own record. Raises NotFound for an account that has none."""
    number = actor().person_id
    if number is None:
        raise NotFound("There is no record for this account yet; ask your office.")
    return number


@record.get("/record")
@signed_in
def show() -> str:
    """Where everything about one's own record is."""
    number, account_id = own_number(), actor().account_id
    with reading() as session:
        person = get_person(session, number)
        feed = find_feed(session, account_id) if account_id is not None else None
        has_team = can_do(actor(), Task.SEE_TEAM)
        of_team = find_feed(session, account_id, "team") if has_team and account_id is not None else None
        look = find_last_look(session, person.id)
    return render("record/index.html", person=person, feed=feed, look=look, has_team=has_team, of_team=of_team)


@record.get("/people/<int:person_id>/transcript")
@signed_in
def transcript(person_id: int) -> str:
    """Everything on one sheet, to be printed."""
    with reading() as session:
        sheet = get_transcript(session, parts().rulebook, actor(), person_id, parts().clock)
    note_look("person.viewed", [sheet.person.id])
    return render("record/transcript.html", sheet=sheet)


@record.get("/people/<int:person_id>/looks")
@signed_in
def looks(person_id: int) -> str:
    """Who has looked at the record, the latest first; the office's own look at this page is one of them."""
    before = request.args.get("before", type=read_number)
    with reading() as session:
        page = get_looks(session, actor(), person_id, today(find_zone(session, actor())), before)
    note_look("looks.listed", [page.person.id])
    return render("record/looks.html", page=page, is_first=before is None)


@record.get(_NAMES)
@signed_in
def names(person_id: int) -> str:
    """By which name somebody goes, and where their mail goes: a form for themselves, a page for their office."""
    return _show_names(person_id)


@record.post(_NAMES)
@signed_in
def change_names(person_id: int) -> ResponseReturnValue:
    """Put on record what the reader goes by; where that can't be, what was typed stays on the page."""
    _check_own(person_id)
    errors: dict[str, str] = {}
    try:
        new = read_details({field: request.form.get(field, "")[:_LONGEST] for field in FIELDS})
    except BadDetails as error:
        errors = {field: _say_bad(field) for field in error.fields}
    if wrong := check_proof():
        errors["current"] = wrong
    if errors:
        return _show_names(person_id, errors=errors), 400
    try:
        is_other = _save_names(person_id, new)
    except StaleRecord:
        return _show_names(person_id, is_stale=True), 409
    show_toast(_("Saved. It holds from now on.") if is_other else _("It was on record like this already."))
    return redirect("/record")


def _save_names(person_id: int, new: OwnDetails) -> bool:
    """Put them on record; where mail goes elsewhere from now on, a mail to the address until then says so."""
    number, at = own_login().id, parts().clock.now()
    with writing() as session:
        if has_other_addresses(session, person_id, new):
            queue_notice(session, parts().settings, session.get_one(Account, number), "addresses_changed", at=at)
        day = today(get_person(session, person_id).zone)
        seen = request.form.get("seen", "")
        return change_details(session, person_id, new, seen=seen, today=day, actor=actor(), at=at)


def _check_own(person_id: int) -> None:
    with reading() as session:
        day = today(get_person(session, person_id).zone)
        if not get_own_names(session, actor(), person_id, day).can_change:
            raise NotFound("This page isn't here, or isn't yours to see.")


def _say_bad(field: str) -> str:
    if field == "chosen_name":
        return _("A name has at most %(num)d letters here. Write it shorter.") % {"num": LONGEST_NAME}
    return _("That isn't an address. It looks like name@example.org.")


def _show_names(person_id: int, *, errors: dict[str, str] | None = None, is_stale: bool = False) -> str:
    with reading() as session:
        found = get_own_names(session, actor(), person_id, today(get_person(session, person_id).zone))
    note_look("person.viewed", [found.person.id])
    typed = {field: request.form[field][:_LONGEST] for field in FIELDS if field in request.form}
    return render(
        "record/names.html",
        found=found,
        typed=typed,
        errors=errors or {},
        is_stale=is_stale,
        needs_password=needs_password(),
        links_go_to=own_login().address if found.can_change else None,
    )
