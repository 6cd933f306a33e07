"""One-time links: whoever has one chooses a password. The link's token leaves the address at once."""

from flask import Blueprint, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_security import hash_password
from flask_wtf.csrf import CSRFError

from certtrack.auth.account_mail import queue_notice
from certtrack.auth.links import find_by_token, read_token
from certtrack.auth.passwords import Fault, find_fault, set_password
from certtrack.web.edge import for_everybody, parts, reading, render, show_toast, writing
from certtrack.web.frame import gettext as _
from certtrack.web.login import find_by, go_on

passwords = Blueprint("passwords", __name__)

_KEPT = "link"


@passwords.get("/password/<token>")
@for_everybody
def take_link(token: str) -> ResponseReturnValue:
    """Keep the token for this browser and go on without it in the address, where it could be read or passed on."""
    if _find_name(token) is None:
        return _say_over(token)
    session[_KEPT] = token
    return redirect("/password")


@passwords.get("/password")
@for_everybody
def ask() -> ResponseReturnValue:
    """The form where a password is chosen; it names nobody."""
    if _find_name(_kept_token()) is None:
        return _say_over(_kept_token())
    return render("sign_in/password.html", errors={})


@passwords.post("/password")
@for_everybody
def choose() -> ResponseReturnValue:
    """Set the password and sign in; the link is used up then."""
    token = _kept_token()
    password, again = request.form.get("password", ""), request.form.get("again", "")
    name = _find_name(token)
    if name is None:
        return _say_over(token)
    errors = check_new_password(password, again, name)
    if errors:
        return render("sign_in/password.html", errors=errors), 400
    number = _set_password(token, password)
    login = find_by(id=number) if number is not None else None
    if login is None:  # another tab was faster
        return _say_over(token)
    way_on = go_on(login, "link", "/")
    show_toast(_("Your password is saved. Your sign-in name is %(name)s.") % {"name": name})
    return redirect(way_on)


@passwords.errorhandler(CSRFError)
def ask_again(_error: CSRFError) -> ResponseReturnValue:
    """The form was open for too long: the same form anew while the link is at hand, else what to do."""
    if _find_name(_kept_token()) is None:
        return _say_over(_kept_token())
    return render("sign_in/password.html", errors={"": _say_too_long()}), 400


def _find_name(token: str) -> str | None:
    with reading() as database:
        account = find_by_token(database, parts().settings, token, at=parts().clock.now())
        return account.sign_in_name if account else None


def _set_password(token: str, password: str) -> int | None:
    hashed, at = hash_password(password), parts().clock.now()
    with writing() as database:
        account = find_by_token(database, parts().settings, token, at=at)
        if account is None:
            return None
        had_one = account.password is not None
        set_password(database, account, hashed, actor=f"account:{account.id}", at=at)
        if had_one:
            queue_notice(database, parts().settings, account, "password_changed", at=at)
        return account.id


def _kept_token() -> str:
    return str(session.get(_KEPT, ""))


def _say_over(token: str) -> ResponseReturnValue:
    session.pop(_KEPT, None)
    with reading() as database:
        found = read_token(database, parts().settings, token, at=parts().clock.now())
    return render("sign_in/link_over.html", fault=found if isinstance(found, str) else "unknown"), 404


def _say_too_long() -> str:
    return _("This page was open for too long. Please enter both once more; your link still works.")


def check_new_password(password: str, again: str, sign_in_name: str) -> dict[str, str]:
    """What is wrong with a new password and its repetition, by field; empty where nothing is."""
    fault = find_fault(password, sign_in_name)
    if fault is not None:
        return {"password": _say_fault(fault)}
    if password != again:
        return {"again": _("The two aren't the same. Enter your new password once more.")}
    return {}


def _say_fault(fault: Fault) -> str:
    return {
        "too_short": _("That is too short. Use 12 characters or more."),
        "too_long": _("Use at most 128 characters."),
        "too_plain": _("The same few characters again and again are easy to guess. Mix in some words."),
        "is_name": _("Your sign-in name is easy to guess. Choose something else as a password."),
    }[fault]
