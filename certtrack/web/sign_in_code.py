"""The second step of signing in: a code from the app, or a recovery code in its place."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from certtrack.auth.account_mail import queue_notice
from certtrack.auth.second_steps import accept_code, accept_recovery_code, count_recovery_codes
from certtrack.db.models import Account
from certtrack.web.edge import for_everybody, parts, render, show_toast, writing
from certtrack.web.frame import gettext as _
from certtrack.web.frame import ngettext
from certtrack.web.login import begin, find_halfway, find_way_on, sealer
from certtrack.web.tries import count_try, forget_tries

sign_in_code = Blueprint("sign_in_code", __name__)

_TRIES = "second-step"


@sign_in_code.get("/sign-in/code")
@for_everybody
def ask() -> ResponseReturnValue:
    """The form for the code of the app; whoever hasn't given a password is sent to do so."""
    return _show()


@sign_in_code.get("/sign-in/recovery-code")
@for_everybody
def ask_recovery() -> ResponseReturnValue:
    """The form for a recovery code."""
    return _show(is_recovery=True)


@sign_in_code.post("/sign-in/code")
@for_everybody
def enter() -> ResponseReturnValue:
    """Sign in by the code of the app, which is good once."""
    return _enter(is_recovery=False)


@sign_in_code.post("/sign-in/recovery-code")
@for_everybody
def enter_recovery() -> ResponseReturnValue:
    """Sign in by a recovery code, which is used up then; its owner hears of it by mail."""
    return _enter(is_recovery=True)


@sign_in_code.errorhandler(CSRFError)
def ask_again(_error: CSRFError) -> ResponseReturnValue:
    """The form was open for too long: the same form anew, or the password once more."""
    is_recovery = request.endpoint == "sign_in_code.enter_recovery"
    return _show(_("This page was open for too long, so please send it once more."), is_recovery=is_recovery, field="")


def _enter(*, is_recovery: bool) -> ResponseReturnValue:
    login = find_halfway()
    if login is None:
        return redirect("/sign-in")
    wait_s = count_try(_TRIES, login.sign_in_name)
    if wait_s:
        return _show(is_recovery=is_recovery, wait_s=wait_s)
    left = _accept(login.id, request.form.get("code", "")[:64], is_recovery=is_recovery)
    if left is None:
        return _show(_say_wrong(is_recovery=is_recovery), is_recovery=is_recovery)
    forget_tries(_TRIES, login.sign_in_name)
    way_on = begin(login, "recovery_code" if is_recovery else "code", find_way_on())
    if is_recovery:
        show_toast(ngettext("You have %(num)d recovery code left.", "You have %(num)d recovery codes left.", left))
    return redirect(way_on)


def _accept(account_id: int, code: str, *, is_recovery: bool) -> int | None:
    """How many recovery codes are left; None where the code wasn't right."""
    at = parts().clock.now()
    accept = accept_recovery_code if is_recovery else accept_code
    with writing() as session:
        if not accept(session, sealer(), account_id, code, at=at):
            return None
        if is_recovery:
            account = session.get_one(Account, account_id)
            queue_notice(session, parts().settings, account, "recovery_code_used", at=at)
        return count_recovery_codes(session, account_id)


def _say_wrong(*, is_recovery: bool) -> str:
    if is_recovery:
        return _("That isn't one of your recovery codes, or it was used before. Try another one.")
    return _("That isn't the code now, or it was used before. Wait for the next one in your app, and enter that.")


def _show(
    error: str | None = None, *, is_recovery: bool = False, wait_s: int = 0, field: str = "code"
) -> ResponseReturnValue:
    if find_halfway() is None:
        return redirect("/sign-in")
    values = {"errors": {field: error} if error else {}, "wait_minutes": -(-wait_s // 60), "is_recovery": is_recovery}
    page = render("sign_in/code.html", **values)
    if wait_s:
        return page, 429, {"Retry-After": str(wait_s)}
    return page, 400 if error else 200
