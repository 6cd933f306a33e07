"""A form that comes after its session has run out isn't lost: it waits for its owner to sign in, who then sends it.

It comes back on its own page, filled in; where it has gone from there meanwhile, what was typed is shown apart.
"""

from urllib.parse import urlsplit, urlunsplit

from flask import Blueprint, Response, make_response, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from certtrack.auth.kept_forms import Form, drop_form, find_form, keep_form
from certtrack.auth.sessions import find_run_out
from certtrack.errors import NotFound
from certtrack.services.accounts import find_office
from certtrack.web.credit_kept import find_credit_page
from certtrack.web.edge import parts, reading, render, show_toast, signed_in, writing
from certtrack.web.errors import list_written
from certtrack.web.frame import gettext as _
from certtrack.web.locales import find_page_above
from certtrack.web.login import sealer
from certtrack.web.proving import own_login
from certtrack.web.refilling import MARK, ask_filled_in, fill_in
from certtrack.web.viewers import Viewer, find_key, find_viewer

late_forms = Blueprint("late_forms", __name__)

_MARK = "kept_form"
_APART = "apart"
_NEVER_KEPT = frozenset({"password", "again", "current", "code"})
_NOT_ITS_OWN = frozenset({"csrf_token", _MARK})


def keep_late_form() -> bool:
    """Keep the form that came, for whoever's session in this browser has run out; False where that is nobody's.

    A form with a password or a code is never kept. That it comes from a page of ours its token has shown before.
    """
    if not find_key() or _NEVER_KEPT & set(request.form):
        return False
    at = parts().clock.now()
    fields = tuple((name, value) for name, value in request.form.items(multi=True) if name not in _NOT_ITS_OWN)
    had_files = any(file.filename for file in request.files.values())
    with writing() as session:
        owner = find_run_out(session, find_key(), at)
        if owner is None:
            return False
        path = request.full_path.rstrip("?")
        return keep_form(session, sealer(), owner.account_id, Form(path, fields, had_files, at, _find_page(path)))


def forget_sent_form(viewer: Viewer) -> None:
    """The form that waited is sent now, with its mark: it doesn't wait any more."""
    if request.method == "POST" and _MARK in request.form and viewer.actor.account_id is not None:
        with writing() as session:
            drop_form(session, viewer.actor.account_id)


def fill_in_kept(answer: Response) -> Response:
    """Put the form that waits into the page that it is asked for on, or lead to what was typed, apart."""
    viewer = find_viewer() if request.method == "GET" and MARK in request.args else None
    if viewer is None or viewer.actor.account_id is None:
        return answer
    with reading() as session:
        form = find_form(session, sealer(), viewer.actor.account_id)
    if form is None or form.page is None or find_credit_page(form.path):
        return answer
    filled = None
    if answer.status_code < 300 and answer.mimetype == "text/html":  # the page, and not the way to another
        note = render("account/form_note.html", form=form, zone=viewer.zone)
        filled = fill_in(
            answer.get_data(as_text=True), request.full_path, form.path, (*form.fields, (_MARK, "y")), note
        )
    if filled is None:
        return make_response(redirect(f"/account/form?{_APART}=y"))
    answer.set_data(filled)
    return answer


@late_forms.get("/account/form")
@signed_in
def show() -> ResponseReturnValue:
    """The page of the form, with what was typed in it; where it has no such form, what was typed, to save it."""
    number = own_login().id
    with reading() as session:
        form = find_form(session, sealer(), number)
        zone = _find_zone(session, number)
    if form is None:
        raise NotFound("No form waits for you.")
    page = find_credit_page(form.path) or form.page
    if page and _APART not in request.args:
        return redirect(ask_filled_in(page))
    return render("account/form.html", form=form, typed=list_written(form.fields), zone=zone)


@late_forms.post("/account/form/discard")
@signed_in
def discard() -> ResponseReturnValue:
    """Forget it."""
    with writing() as session:
        drop_form(session, own_login().id)
    show_toast(_("What you typed is discarded."))
    return redirect("/account")


def _find_page(path: str) -> str:
    """Where the form stands: the page that it came from, else the one at its address or above that."""
    came_from = urlsplit(request.referrer or "")
    is_page = came_from.netloc == request.host and find_page_above(came_from.path) == came_from.path
    return (
        urlunsplit(("", "", came_from.path, came_from.query, "")) if is_page else find_page_above(urlsplit(path).path)
    )


def _find_zone(session: Session, account_id: int) -> str:
    office = find_office(session, account_id)
    return office.zone if office else "UTC"
