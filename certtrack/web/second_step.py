"""The second step of one's own account: set up, moved to another phone, switched off, with its recovery codes."""

from flask import Blueprint, redirect, request, session
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from certtrack.auth.account_mail import queue_notice
from certtrack.auth.requirement import is_required
from certtrack.auth.second_steps import drop_second_step, find_second_step, make_recovery_codes, set_second_step
from certtrack.auth.totp import draw_qr, group_secret, make_secret, make_uri
from certtrack.db.models import Account
from certtrack.errors import Refused
from certtrack.mail.content import NoticeKind
from certtrack.services.accounts import find_office
from certtrack.web.edge import actor, parts, reading, render, show_toast, signed_in, signed_in_first, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.login import end_others, find_way_on, sealer
from certtrack.web.proving import check_proof, needs_password, own_login
from certtrack.web.viewers import find_viewer, has_set_up

second_step = Blueprint("second_step", __name__)

_SECRET, _CODES = "new_secret", "codes"


@second_step.get("/account/second-step")
@signed_in_first
def ask() -> ResponseReturnValue:
    """What to do, with the picture and the key for the app; they stay the same until they are used."""
    return _show()


@second_step.post("/account/second-step")
@signed_in_first
def set_up() -> ResponseReturnValue:
    """Switch it on with a code of the app, which shows that the app has it; the recovery codes come next."""
    wrong = check_proof()
    if wrong:
        return _show({"current": wrong}), 400
    at, login, secret = parts().clock.now(), own_login(), _find_secret()
    with writing() as database:
        kept = database.get_one(Account, login.id)
        code = request.form.get("code", "")[:64]
        codes = set_second_step(database, sealer(), kept, secret, code, actor=actor().key, at=at)
        if codes is not None:
            _tell(database, kept, "second_step_set")
            end_others(database, kept)
    if codes is None:
        return _show({"code": _("That isn't the code that belongs to this picture now. Enter the next one.")}), 400
    session.pop(_SECRET, None)
    has_set_up()
    _keep(codes)
    return redirect("/account/recovery-codes")


@second_step.get("/account/recovery-codes")
@signed_in_first
def show_codes() -> ResponseReturnValue:
    """The codes that were just made, once; afterwards only that they were shown."""
    sealed = session.pop(_CODES, "")
    codes = (sealer().unseal(sealed) or "").split()
    return render("account/codes.html", codes=codes, way_on=find_way_on())


@second_step.get("/account/recovery-codes/new")
@signed_in
def ask_codes() -> ResponseReturnValue:
    """Whether to make new ones, which ends the old ones."""
    return _show_question("codes")


@second_step.post("/account/recovery-codes/new")
@signed_in
def make_codes() -> ResponseReturnValue:
    """Make new ones, to be shown once."""
    wrong = check_proof()
    if wrong:
        return _show_question("codes", {"current": wrong}), 400
    with writing() as database:
        kept = _get_with_step(database)
        codes = make_recovery_codes(database, sealer(), kept, actor=actor().key, at=parts().clock.now())
        _tell(database, kept, "recovery_codes_made")
    _keep(codes)
    return redirect("/account/recovery-codes")


@second_step.get("/account/second-step/off")
@signed_in
def ask_off() -> ResponseReturnValue:
    """Whether to switch it off."""
    return _show_question("off")


@second_step.post("/account/second-step/off")
@signed_in
def switch_off() -> ResponseReturnValue:
    """Switch it off, unless the reader's role needs it."""
    wrong = check_proof()
    if wrong:
        return _show_question("off", {"current": wrong}), 400
    with writing() as database:
        kept = _get_with_step(database)
        if _is_required(database, kept.id):
            raise Refused("Your role needs a second step, so it can't be switched off.")
        drop_second_step(database, kept, actor=actor().key, at=parts().clock.now())
        _tell(database, kept, "second_step_dropped")
    show_toast(_("The second step is switched off."))
    return redirect("/account")


def _show(errors: dict[str, str] | None = None) -> str:
    login, viewer, secret = own_login(), find_viewer(), _find_secret()
    uri = make_uri(secret, login.sign_in_name)
    with reading() as database:
        has_one = find_second_step(database, login.id) is not None
    return render(
        "account/second_step.html",
        errors=errors or {},
        picture=draw_qr(uri),
        uri=uri,
        secret=group_secret(secret),
        has_one=has_one,
        must_set_up=viewer is not None and viewer.must_set_up,
        needs_password=needs_password(),
    )


def _show_question(what: str, errors: dict[str, str] | None = None) -> str:
    with reading() as database:
        kept = _get_with_step(database)
        if what == "off" and _is_required(database, kept.id):
            raise Refused("Your role needs a second step, so it can't be switched off.")
    return render("account/question.html", what=what, errors=errors or {}, needs_password=needs_password())


def _find_secret() -> str:
    """The secret that is being set up in this session; a new one where there is none yet."""
    secret = sealer().unseal(session.get(_SECRET, ""))
    if secret is None:
        secret = make_secret()
        session[_SECRET] = sealer().seal(secret)
    return secret


def _keep(codes: list[str]) -> None:
    session[_CODES] = sealer().seal("\n".join(codes))


def _get_with_step(database: Session) -> Account:
    login = own_login()
    if find_second_step(database, login.id) is None:
        raise Refused("There is no second step yet; it can be set up under your account.")
    return database.get_one(Account, login.id)


def _is_required(database: Session, account_id: int) -> bool:
    office = find_office(database, account_id)
    return is_required(parts().settings, actor(), today(office.zone if office else "UTC"))


def _tell(database: Session, kept: Account, kind: NoticeKind) -> None:
    queue_notice(database, parts().settings, kept, kind, at=parts().clock.now())
