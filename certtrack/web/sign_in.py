"""Signing in and out, and choosing a password by a one-time link."""

import secrets
from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_security import hash_password, login_user, logout_user
from flask_security.utils import verify_password

from certtrack.auth.datastore import AccountDatastore, Login
from certtrack.auth.limits import BY_ACCOUNT, BY_ADDRESS, DatabaseStorage, hide
from certtrack.auth.links import find_by_token
from certtrack.auth.passwords import LONGEST, Fault, find_fault, set_password
from certtrack.db.audit import record_event
from certtrack.web.edge import for_everybody, parts, reading, render, show_toast, signed_in, writing
from certtrack.web.forgotten import queue_link
from certtrack.web.frame import gettext as _
from certtrack.web.viewers import find_viewer, forget_viewer

sign_in = Blueprint("sign_in", __name__)


@sign_in.get("/sign-in")
@for_everybody
def ask() -> ResponseReturnValue:
    """The form; whoever is signed in goes on at once."""
    if find_viewer() is not None:
        return redirect(_next())
    return render("sign_in/sign_in.html", name="", errors={}, next=_next(), wait_minutes=0)


@sign_in.post("/sign-in")
@for_everybody
def enter() -> ResponseReturnValue:
    """Sign in; a wrong name and a wrong password are answered alike, also in time."""
    name, password = request.form.get("name", ""), request.form.get("password", "")[: LONGEST + 1]
    wait_s = _count_try("sign-in", name)
    if wait_s:
        minutes = -(-wait_s // 60)
        page = render("sign_in/sign_in.html", name=name, errors={}, next=_next(), wait_minutes=minutes)
        return page, 429, {"Retry-After": str(wait_s)}
    login = _find_login(name, password)
    if login is None:
        wrong = _("That name and that password don't go together. Check both, and try again.")
        errors = {"name": wrong}
        return render("sign_in/sign_in.html", name=name, errors=errors, next=_next(), wait_minutes=0), 400
    _forget_tries("sign-in", name)
    _begin(login)
    return redirect(_next())


@sign_in.post("/sign-out")
@signed_in
def leave() -> ResponseReturnValue:
    """Sign out."""
    logout_user()
    session.clear()
    forget_viewer()
    return redirect("/sign-in")


@sign_in.get("/sign-in/help")
@for_everybody
def ask_for_link() -> ResponseReturnValue:
    """Trouble signing in: a link by mail."""
    return render("sign_in/help.html", name="", is_done=False)


@sign_in.post("/sign-in/help")
@for_everybody
def send_link() -> ResponseReturnValue:
    """Queue a link where the account is there and has an address; the answer is always the same."""
    name = request.form.get("name", "")
    if not _count_try("help", name):
        queue_link(name)
    return render("sign_in/help.html", name=name, is_done=True)


@sign_in.get("/password/<token>")
@for_everybody
def ask_for_password(token: str) -> ResponseReturnValue:
    """The form where a password is chosen; it names nobody."""
    with reading() as database:
        account = find_by_token(database, parts().settings, token, at=parts().clock.now())
    if account is None:
        return render("sign_in/link_over.html"), 404
    return render("sign_in/password.html", errors={})


@sign_in.post("/password/<token>")
@for_everybody
def choose_password(token: str) -> ResponseReturnValue:
    """Set the password and sign in; the link is used up then."""
    password, again = request.form.get("password", ""), request.form.get("again", "")
    with reading() as database:
        account = find_by_token(database, parts().settings, token, at=parts().clock.now())
    if account is None:
        return render("sign_in/link_over.html"), 404
    errors = _check_password(password, again, account.sign_in_name)
    if errors:
        return render("sign_in/password.html", errors=errors), 400
    hashed, at = hash_password(password), parts().clock.now()
    with writing() as database:
        account = find_by_token(database, parts().settings, token, at=at)
        if account is None:  # another tab was faster
            return render("sign_in/link_over.html"), 404
        set_password(database, account, hashed, actor=f"account:{account.id}", at=at)
        number = account.id
    login = _datastore().find_user(id=number)
    if login is not None:
        _begin(login)
        show_toast(_("Your password is saved."))
    return redirect("/")


def _begin(login: Login) -> None:
    session.clear()
    session.permanent = True
    login_user(login, remember=False, authn_via=["password"])
    forget_viewer()
    with writing() as database:
        record_event(
            database,
            at=parts().clock.now(),
            actor=f"account:{login.id}",
            action="account.signed_in",
            subject=("account", login.id),
        )


def _find_login(name: str, password: str) -> Login | None:
    login = _datastore().find_user(sign_in_name=name.strip().lower())
    if login is None or not login.password:
        verify_password(password, _a_hash())
        return None
    is_right = bool(login.verify_and_update_password(password))
    return login if is_right and login.is_active else None


def _a_hash() -> str:
    # a name that isn't here takes as long as one that is
    kept = current_app.extensions.setdefault("certtrack_a_hash", [])
    if not kept:
        kept.append(hash_password(secrets.token_urlsafe(16)))
    return str(kept[0])


def _check_password(password: str, again: str, sign_in_name: str) -> dict[str, str]:
    fault = find_fault(password, sign_in_name)
    if fault is not None:
        return {"password": _say_fault(fault)}
    if password != again:
        return {"again": _("The two aren't the same. Enter your new password once more.")}
    return {}


def _say_fault(fault: Fault) -> str:
    return {
        "too_short": _("Use at least 12 characters. Three or four words in a row are a good password."),
        "too_long": _("Use at most 128 characters."),
        "too_plain": _("The same few characters again and again are easy to guess. Mix in some words."),
        "is_name": _("Your sign-in name is easy to guess. Choose something else as a password."),
    }[fault]


def _count_try(what: str, name: str) -> int:
    """Count one try for the name and one for the sender's address; seconds to wait, 0 while it may go on."""
    limiter = _limiter()
    storage = limiter.storage
    by = ((BY_ACCOUNT, hide(name)), (BY_ADDRESS, hide(request.remote_addr or "")))
    for item, key in by:
        if not limiter.limiter.hit(item, what, key):
            left = storage.seconds_left(item.key_for(what, key)) if isinstance(storage, DatabaseStorage) else 0
            return max(1, left)
    return 0


def _forget_tries(what: str, name: str) -> None:
    _limiter().limiter.clear(BY_ACCOUNT, what, hide(name))


def _limiter() -> Limiter:
    found: Limiter = current_app.extensions["certtrack_limiter"]
    return found


def _datastore() -> AccountDatastore:
    found: AccountDatastore = current_app.extensions["security"].datastore
    return found


def _next() -> str:
    """Where to go on: an address of our own only, else the start."""
    asked = request.values.get("next", "/")
    is_own = asked.startswith("/") and not asked.startswith(("//", "/\\")) and not urlsplit(asked).netloc
    return asked if is_own and asked.isprintable() else "/"
