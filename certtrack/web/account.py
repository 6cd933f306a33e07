"""My account: how one signs in, and a new password."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from flask_security import hash_password

from certtrack.auth.account_mail import queue_notice
from certtrack.auth.kept_forms import find_form
from certtrack.auth.passwords import set_password
from certtrack.auth.requirement import find_first_day, is_required
from certtrack.auth.second_steps import CODES, count_recovery_codes, find_second_step
from certtrack.auth.sessions import list_sessions
from certtrack.db.models import Account
from certtrack.services.accounts import find_office
from certtrack.web.edge import actor, parts, reading, render, show_toast, signed_in, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.login import begin_anew, sealer
from certtrack.web.passwords import check_new_password
from certtrack.web.proving import check_proof, own_login

account = Blueprint("account", __name__)


@account.get("/account")
@signed_in
def show() -> ResponseReturnValue:
    """How the reader signs in, and what can be changed of it."""
    login, settings = own_login(), parts().settings
    with reading() as session:
        office = find_office(session, login.id)
        step = find_second_step(session, login.id)
        zone = office.zone if office else "UTC"
        values = {
            "step_since": step.recorded_at if step else None,
            "codes_left": count_recovery_codes(session, login.id),
            "has_form": find_form(session, sealer(), login.id) is not None,
            "sessions": list_sessions(session, login.id, parts().clock.now()),
        }
    day = today(zone)
    return render(
        "account/index.html",
        login=login,
        zone=zone,
        most_codes=CODES,
        is_required=is_required(settings, actor(), day),
        required_from=find_first_day(settings, actor(), day),
        is_demo=settings.env == "demo",
        **values,
    )


@account.get("/account/password")
@signed_in
def ask_password() -> ResponseReturnValue:
    """The form for a new password."""
    return render("account/password.html", errors={})


@account.post("/account/password")
@signed_in
def change_password() -> ResponseReturnValue:
    """Put a new password on record: every other session ends, and a mail says so."""
    password, again = request.form.get("password", ""), request.form.get("again", "")
    login = own_login()
    wrong = check_proof(is_always=True)
    errors = ({"current": wrong} if wrong else {}) | check_new_password(password, again, login.sign_in_name)
    if errors:
        return render("account/password.html", errors=errors), 400
    hashed, at = hash_password(password), parts().clock.now()
    with writing() as session:
        kept = session.get_one(Account, login.id)
        set_password(session, kept, hashed, actor=actor().key, at=at)
        queue_notice(session, parts().settings, kept, "password_changed", at=at)
    begin_anew(login.id)
    show_toast(_("Your new password is saved. Wherever else you were signed in, you aren't any more."))
    return redirect("/account")
