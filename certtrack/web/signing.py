"""One session: what it says, who has signed, and signing it, each side for itself."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from certtrack.errors import NotAllowed, Refused, StaleRecord
from certtrack.rules.service import Side
from certtrack.security import Task, can_do
from certtrack.services.supervision.records import get_session
from certtrack.services.supervision.rights import NOT_THEIRS
from certtrack.services.supervision.shown import SessionPage, get_session_page
from certtrack.services.supervision.signing import record_paper, sign_session
from certtrack.web.edge import actor, note_look, parts, reading, render, show_toast, signed_in, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number
from certtrack.web.supervision_form import get_expected

signing = Blueprint("signing", __name__)

Answer = str | Response | tuple[str, int]
_SUPERVISOR = "supervisor"


@signing.get("/supervision/<int:session_id>")
@signed_in
def show(session_id: int) -> Answer:
    """A session, for whoever was there and whoever keeps it; to others it isn't here."""
    return _show(session_id)


@signing.post("/supervision/<int:session_id>/sign")
@signed_in
def sign(session_id: int) -> Answer:
    """Sign what it says, for oneself; where it was amended meanwhile it is shown first."""
    try:
        with writing() as session:
            record = get_session(session, session_id)
            sign_session(session, record, expected_no=get_expected(), actor=actor(), at=parts().clock.now())
    except NotAllowed:
        raise
    except StaleRecord:
        return _show(session_id, why_not="stale"), 409
    except Refused:
        return _show(session_id, why_not="signed"), 409
    show_toast(_("Signed. The time stands beside your name."))
    return redirect(_back_url(session_id))


@signing.post("/supervision/<int:session_id>/paper")
@signed_in
def say_paper(session_id: int) -> Answer:
    """Say who has signed it on paper, by one's own name; nobody says so of a session that they were at."""
    chosen = [side for side in map(_read_side, request.form.getlist("signed")) if side is not None]
    try:
        with writing() as session:
            page = get_session_page(session, actor(), session_id, parts().clock.now())
            if not page.can_say_paper:
                raise NotAllowed(NOT_THEIRS)
            if not chosen:
                return _render(page, why_not="nobody"), 400
            record = get_session(session, session_id)
            record_paper(session, record, chosen, expected_no=get_expected(), actor=actor(), at=parts().clock.now())
    except StaleRecord:
        return _show(session_id, why_not="stale"), 409
    show_toast(_("Saved. It says who recorded it, and when."))
    return redirect(f"/supervision/{session_id}")


def _read_side(text: str) -> tuple[Side, int] | None:
    side, _dash, number = text.partition("-")
    try:
        return ("supervisor" if side == _SUPERVISOR else "person"), read_number(number)
    except ValueError:
        return None


def _back_url(session_id: int) -> str:
    back = request.form.get("back")
    if back == "list":
        return "/supervision"
    return f"/people/{actor().person_id}/supervision" if back == "person" else f"/supervision/{session_id}"


def _show(session_id: int, *, why_not: str | None = None) -> str:
    with reading() as session:
        page = get_session_page(session, actor(), session_id, parts().clock.now())
    note_look("supervision.viewed", [one.person.id for one in page.people])
    return _render(page, why_not=why_not)


def _render(page: SessionPage, *, why_not: str | None) -> str:
    own_id = None if can_do(actor(), Task.SEE_SUPERVISION) else actor().person_id
    return render("supervision/show.html", page=page, zone=page.organization.zone, why_not=why_not, own_id=own_id)
