"""A form that comes after its session has run out isn't lost: it waits for its owner to sign in, who then sends it."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from certtrack.auth.kept_forms import Form, drop_form, find_form, keep_form
from certtrack.auth.sessions import find_run_out
from certtrack.errors import NotFound
from certtrack.services.accounts import find_office
from certtrack.web.credit_kept import find_credit_page
from certtrack.web.edge import parts, reading, render, show_toast, signed_in, writing
from certtrack.web.errors import list_written
from certtrack.web.frame import gettext as _
from certtrack.web.login import sealer
from certtrack.web.proving import own_login
from certtrack.web.viewers import Viewer, find_key

late_forms = Blueprint("late_forms", __name__)

_MARK = "kept_form"
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
        return keep_form(
            session, sealer(), owner.account_id, Form(request.full_path.rstrip("?"), fields, had_files, at)
        )


def forget_sent_form(viewer: Viewer) -> None:
    """The form that waited is sent now, with its mark: it doesn't wait any more."""
    if request.method == "POST" and _MARK in request.form and viewer.actor.account_id is not None:
        with writing() as session:
            drop_form(session, viewer.actor.account_id)


@late_forms.get("/account/form")
@signed_in
def show() -> ResponseReturnValue:
    """What was typed, with a button that sends it; a form for a credit is there as the form itself."""
    number = own_login().id
    with reading() as session:
        form = find_form(session, sealer(), number)
        office = find_office(session, number)
    if form is None:
        raise NotFound("No form waits for you.")
    if url := find_credit_page(form.path):
        return redirect(f"{url}?kept=y")
    zone = office.zone if office else "UTC"
    return render("account/form.html", form=form, typed=list_written(form.fields), zone=zone)


@late_forms.post("/account/form/discard")
@signed_in
def discard() -> ResponseReturnValue:
    """Forget it."""
    with writing() as session:
        drop_form(session, own_login().id)
    show_toast(_("What you typed is discarded."))
    return redirect("/account")
