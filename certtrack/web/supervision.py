"""Supervision sessions: the list, and the form that logs and amends one."""

from typing import Any

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certtrack.errors import NotAllowed, StaleRecord
from certtrack.security import Task, can_do
from certtrack.services.locking import lock_people
from certtrack.services.supervision.due import list_places_of
from certtrack.services.supervision.listing import PAGE, list_session_page
from certtrack.services.supervision.offer import SessionOffer, get_offer
from certtrack.services.supervision.records import (
    NewSession,
    amend_session,
    find_same_session,
    get_session,
    log_session,
    withdraw_session,
)
from certtrack.services.supervision.rights import NOT_THEIRS, find_zone_of
from certtrack.services.supervision.shown import SessionPage, get_session_page
from certtrack.services.supervision.typed import BadTyped, TypedSession, read_session
from certtrack.web.edge import actor, needs, note_look, parts, reading, render, show_toast, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.offices import pick_office
from certtrack.web.supervision_form import get_expected, get_reason, recorded_session, typed_session

supervision = Blueprint("supervision", __name__)

Answer = str | Response | tuple[str, int]
_MOST_PAGES = 100_000


@supervision.get("/supervision")
@needs(Task.SEE_SUPERVISION)
def index() -> str:
    """The sessions that the reader may see, what waits for a signature first; `?page=` turns the page."""
    viewer = actor()
    asked = min(max(request.args.get("page", 1, type=int), 1), _MOST_PAGES)
    with reading() as session:
        zone = find_zone_of(session, viewer)
        page = list_session_page(session, viewer, today(zone), asked)
        places = list_places_of(session, viewer)
    note_look("supervision.listed", page.person_ids)
    return render(
        "supervision/list.html",
        page=page,
        mine=page.mine,
        zone=zone,
        is_titled=len(places) > 1,
        is_office=can_do(viewer, Task.MANAGE_SUPERVISION),
        can_log=can_do(viewer, Task.MANAGE_SUPERVISION) or (viewer.person_id is not None and bool(places)),
        previous_url=f"/supervision?page={page.number - 1}" if page.number > 1 else None,
        next_url=f"/supervision?page={page.number + 1}" if page.number * PAGE < page.total else None,
    )


@supervision.get("/supervision/new")
@needs(Task.SEE_SUPERVISION)
def new() -> Answer:
    """An empty form; `?organization=` says where, and `?person=` who was there."""
    with reading() as session:
        offer = _get_offer(session)
        only = str(offer.supervisors[0].id) if len(offer.supervisors) == 1 else ""
        chosen = tuple(request.args.getlist("person")[:1])
        answer = _show_form(session, offer, TypedSession(supervisor=only, people=chosen))
    note_look("people.listed", [one.id for one in offer.people])
    return answer


@supervision.post("/supervision/new")
@needs(Task.SEE_SUPERVISION)
def log() -> Answer:
    """Put it on record; what can't be read, or is there already, is said before anything is saved."""
    form = typed_session()
    with writing() as session:
        offer = _get_offer(session)
        try:
            said = _read(form, offer)
        except BadTyped as error:
            return _show_form(session, offer, form, problems=error.problems), 400
        lock_people(session, [said.supervisor_id, *said.people])
        same = find_same_session(session, offer.organization.id, said)
        if same is not None and not request.form.get("anyway"):
            return _show_form(session, offer, form, same_id=same.id), 409
        record = log_session(session, offer.organization.id, said, actor=actor(), at=parts().clock.now())
        number = record.id
    show_toast(_("Saved. Now everybody who was there signs it."))
    return redirect(f"/supervision/{number}")


@supervision.get("/supervision/<int:session_id>/amend")
@needs(Task.SEE_SUPERVISION)
def show_amend(session_id: int) -> Answer:
    """The form with what is on record."""
    with reading() as session:
        page = get_changeable(session, session_id)
        answer = _show_form(session, _offer_with(session, page), recorded_session(page.row), page)
    note_look("supervision.viewed", [one.person.id for one in page.people])
    return answer


@supervision.post("/supervision/<int:session_id>/amend")
@needs(Task.SEE_SUPERVISION)
def amend(session_id: int) -> Answer:
    """Correct it, to be signed anew; where somebody else was first nothing is saved, and what was typed stays."""
    form = typed_session()
    beside: dict[str, Any] = {"reason": get_reason(), "expected_no": get_expected()}
    try:
        with writing() as session:
            page = get_changeable(session, session_id)
            offer = _offer_with(session, page)
            try:
                said = _read(form, offer)
            except BadTyped as error:
                return _show_form(session, offer, form, page, problems=error.problems, **beside), 400
            is_changed = amend_session(
                session, get_session(session, session_id), said, expected_no=get_expected(),
                reason=get_reason() or None, actor=actor(), at=parts().clock.now(),
            )  # fmt: skip
    except StaleRecord:
        with reading() as session:
            page = get_changeable(session, session_id)
            beside["expected_no"] = page.row.no
            return _show_form(session, _offer_with(session, page), form, page, is_stale=True, **beside), 409
    show_toast(
        _("Saved. What it says now is signed anew.") if is_changed else _("Nothing was different, so nothing changed.")
    )
    return redirect(f"/supervision/{session_id}")


@supervision.get("/supervision/<int:session_id>/withdraw")
@needs(Task.SEE_SUPERVISION)
def show_withdraw(session_id: int) -> Answer:
    """What would be withdrawn, and the question why."""
    with reading() as session:
        page = get_changeable(session, session_id)
    note_look("supervision.viewed", [one.person.id for one in page.people])
    return _show_withdraw(page)


@supervision.post("/supervision/<int:session_id>/withdraw")
@needs(Task.SEE_SUPERVISION)
def withdraw(session_id: int) -> Answer:
    """Take it back, with a reason; it stays on record."""
    reason = get_reason()
    try:
        with writing() as session:
            page = get_changeable(session, session_id)
            if not reason:
                return _show_withdraw(page, is_missing=True), 400
            withdraw_session(
                session, get_session(session, session_id), expected_no=get_expected(), reason=reason,
                actor=actor(), at=parts().clock.now(),
            )  # fmt: skip
    except StaleRecord:
        with reading() as session:
            page = get_changeable(session, session_id)
        return _show_withdraw(page, words=reason, is_stale=True), 409
    show_toast(_("Withdrawn. It stays on record and counts for nothing any more."))
    return redirect("/supervision")


def get_changeable(session: Session, session_id: int) -> SessionPage:
    """The session, where the reader may change it. Raises NotFound, NotAllowed."""
    page = get_session_page(session, actor(), session_id, parts().clock.now())
    if not page.can_amend:
        raise NotAllowed(NOT_THEIRS)
    return page


def _get_offer(session: Session) -> SessionOffer:
    """Of the organization that is asked for, or the reader's only one. Raises NotFound, NoOrganization."""
    place = pick_office(list_places_of(session, actor()), Task.SEE_SUPERVISION)
    return get_offer(session, actor(), place, today(place.zone))


def _offer_with(session: Session, page: SessionPage) -> SessionOffer:
    """What is offered to amend a session with: whom it names already too."""
    offer = get_offer(session, actor(), page.organization, today(page.organization.zone))
    return offer.with_those(page.supervisor, page.everybody)


def _read(form: TypedSession, offer: SessionOffer) -> NewSession:
    return read_session(
        form,
        [one.id for one in offer.supervisors],
        [one.id for one in offer.people],
        today(offer.organization.zone),
    )


def _show_form(
    session: Session,
    offer: SessionOffer,
    form: TypedSession,
    page: SessionPage | None = None,
    *,
    expected_no: int | None = None,
    **values: Any,  # noqa: ANN401  # problems, reason, is_stale, same_id
) -> str:
    own = {"problems": {}, "reason": "", "is_stale": False, "same_id": None} | values
    places = list_places_of(session, actor()) if page is None else []
    return render(
        "supervision/form.html",
        offer=offer,
        form=form,
        page=page,
        expected_no=expected_no or (page.row.no if page else None),
        other_places=[one for one in places if one.id != offer.organization.id],
        **own,
    )


def _show_withdraw(page: SessionPage, *, words: str = "", is_missing: bool = False, is_stale: bool = False) -> str:
    return render("supervision/withdraw.html", page=page, words=words, is_missing=is_missing, is_stale=is_stale)
