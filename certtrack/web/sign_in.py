"""Signing in and out, and a link by mail for whoever has trouble with that."""

from urllib.parse import urlsplit

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from certtrack.auth.passwords import LONGEST
from certtrack.web.edge import for_everybody, render, signed_in_first
from certtrack.web.errors import answer_expired
from certtrack.web.forgotten import queue_link
from certtrack.web.frame import gettext as _
from certtrack.web.login import end, find_login, go_on
from certtrack.web.tries import MAIL, count_try, forget_tries
from certtrack.web.viewers import find_viewer

sign_in = Blueprint("sign_in", __name__)


@sign_in.get("/sign-in")
@for_everybody
def ask() -> ResponseReturnValue:
    """The form; whoever is signed in goes on at once."""
    if find_viewer() is not None:
        return redirect(_next())
    return _show()


@sign_in.post("/sign-in")
@for_everybody
def enter() -> ResponseReturnValue:
    """Sign in; a wrong name and a wrong password are answered alike, also in time."""
    name, password = request.form.get("name", ""), request.form.get("password", "")[: LONGEST + 1]
    wait_s = count_try("sign-in", name)
    if wait_s:
        return _show(wait_s=wait_s), 429, {"Retry-After": str(wait_s)}
    login = find_login(name, password)
    if login is None:
        return _show(_("That name and that password don't go together. Check both, and try again.")), 400
    forget_tries("sign-in", name)
    return redirect(go_on(login, "password", _next()))


@sign_in.post("/sign-out")
@signed_in_first
def leave() -> ResponseReturnValue:
    """Sign out."""
    viewer = find_viewer()
    if viewer is not None:
        end(viewer)
    return redirect("/sign-in")


@sign_in.get("/sign-in/help")
@for_everybody
def ask_for_link() -> ResponseReturnValue:
    """Trouble signing in: a link by mail."""
    return _show_help()


@sign_in.post("/sign-in/help")
@for_everybody
def send_link() -> ResponseReturnValue:
    """Queue a link where the account is there and has an address; the answer is always the same."""
    name = request.form.get("name", "")
    if not count_try(MAIL, name):
        queue_link(name)
    return _show_help(is_done=True)


@sign_in.errorhandler(CSRFError)
def ask_again(error: CSRFError) -> ResponseReturnValue:
    """A form was open for too long: the same form anew, with the name that was typed."""
    again = _("This page was open for too long, so please send it once more. The name you typed is kept.")
    if request.endpoint == "sign_in.enter":
        return _show(again, field=""), 400
    if request.endpoint == "sign_in.send_link":
        return _show_help(again), 400
    return answer_expired(error)


def _show(error: str | None = None, *, field: str = "name", wait_s: int = 0) -> str:
    name, errors = request.form.get("name", ""), {field: error} if error else {}
    values = {"next": _next(), "wait_minutes": -(-wait_s // 60), "is_kept": "kept" in request.args}
    return render("sign_in/sign_in.html", name=name, errors=errors, **values)


def _show_help(error: str | None = None, *, is_done: bool = False) -> str:
    errors = {"": error} if error else {}
    return render("sign_in/help.html", name=request.form.get("name", ""), errors=errors, is_done=is_done)


def _next() -> str:
    """Where to go on: an address of our own only, else the start."""
    asked = request.values.get("next", "/")
    is_own = asked.startswith("/") and not asked.startswith(("//", "/\\")) and not urlsplit(asked).netloc
    return asked if is_own and asked.isprintable() else "/"
