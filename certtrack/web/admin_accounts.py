"""Accounts: who can sign in, as what and where. Nobody but its owner ever knows a password: a link goes by mail."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from certtrack.auth.account_mail import queue_invitation
from certtrack.auth.sessions import end_sessions
from certtrack.db.models import Account
from certtrack.errors import BadInput, NotAllowed, Refused, StaleRecord
from certtrack.language import LOCALES
from certtrack.rules.calendar import check_day
from certtrack.security import Role, Task
from certtrack.services.administration.account_list import PAGE, get_shown_account, list_accounts
from certtrack.services.administration.accounts import (
    BadRole,
    add_account,
    add_role,
    end_role,
    get_account_to_write_to,
    list_roles_to_give,
    set_active,
)
from certtrack.services.administration.organizations import find_asked
from certtrack.services.administration.places import list_offices
from certtrack.services.credits.texts import clean
from certtrack.services.overview import find_zone
from certtrack.services.sheets.cells import Unreadable, read_address
from certtrack.web.edge import actor, needs, note_look, parts, reading, render, show_toast, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number
from certtrack.web.offices import check_has_office

admin_accounts = Blueprint("admin_accounts", __name__)

_MOST_PAGES = 100_000
_LONGEST = 200
_ONE = "/admin/accounts/<int:account_id>"
_OF_ROLE = ("no_programme", "not_named_here")


@dataclass(frozen=True, slots=True)
class RoleForm:
    """What was typed of a role: as it came."""

    role: str = ""
    organization: str = ""
    until_on: str = ""

    @property
    def day(self) -> date | None:
        """The last day; None where none is said. Raises ValueError for what is no day."""
        return check_day(date.fromisoformat(self.until_on)) if self.until_on else None


@admin_accounts.get("/admin/accounts")
@needs(Task.MANAGE_ACCOUNTS)
def index() -> str:
    """All of them by sign-in name; `?words=` is a part of it, or of the owner's name.

    `?organization=`, by its number, its key or its whole name: those alone who have a role there.
    """
    words, place = (clean(request.args.get(name, ""))[:_LONGEST] for name in ("words", "organization"))
    number = min(max(request.args.get("page", 1, type=int), 1), _MOST_PAGES)
    with reading() as session:
        found = find_asked(session, actor(), place) if place else None
        places = None if found is None else [one.id for one in found]
        page = list_accounts(session, actor(), words, number, places=places)
        has_places = len(list_offices(session, actor(), Task.MANAGE_ACCOUNTS, most=2)) > 1
    note_look("accounts.listed", page.person_ids)
    return render(
        "admin/accounts.html",
        page=page,
        words=words,
        organization=found[0].name if found and len(found) == 1 else place,
        has_places=has_places,
        previous_url=_page_url(number - 1) if number > 1 else None,
        next_url=_page_url(number + 1) if number * PAGE < page.total else None,
    )


@admin_accounts.get("/admin/accounts/new")
@needs(Task.MANAGE_ACCOUNTS)
def new() -> str:
    """An empty form."""
    return _show_new({})


@admin_accounts.post("/admin/accounts/new")
@needs(Task.MANAGE_ACCOUNTS)
def add() -> ResponseReturnValue:
    """Make it, and mail its owner a link to choose a password."""
    address, language, form = clean(request.form.get("address", ""))[:_LONGEST], request.form.get("language"), _read()
    problems = _check_address(address) | _check(form)
    if problems or language not in LOCALES:
        return _show_new(problems), 400
    try:
        with writing() as session:
            made = add_account(
                session, address, role=Role(form.role), organization_id=int(form.organization), language=language,
                until_on=form.day, today=_today(session), actor=actor(), at=parts().clock.now(),
            )  # fmt: skip
            _invite(session, made)
    except BadRole as error:
        return _show_new({"role" if error.code in _OF_ROLE else "address": error.code}), 400
    except BadInput:
        return _show_new({"until_on": "days"}), 400
    except NotAllowed:
        raise
    except Refused:
        return _show_new({"address": "taken"}), 409
    show_toast(
        _("The account is there. A link to choose a password is on its way to %(address)s.") % {"address": address}
    )
    return redirect(f"/admin/accounts/{made.id}")


@admin_accounts.get(_ONE)
@needs(Task.MANAGE_ACCOUNTS)
def show(account_id: int) -> str:
    """One account: whose it is, its roles, and what can be done to it."""
    return _show(account_id)


@admin_accounts.post(f"{_ONE}/roles")
@needs(Task.MANAGE_ACCOUNTS)
def give(account_id: int) -> ResponseReturnValue:
    """Give it a role, or new days to one that it has."""
    form = _read()
    with reading() as session:
        get_shown_account(session, actor(), account_id)
    if problems := _check(form):
        return _show(account_id, problems), 400
    try:
        with writing() as session:
            add_role(
                session, account_id, Role(form.role), int(form.organization), until_on=form.day,
                today=_today(session), actor=actor(), at=parts().clock.now(),
            )  # fmt: skip
    except BadRole as error:
        return _show(account_id, {"role": error.code}), 409
    except BadInput:
        return _show(account_id, {"until_on": "days"}), 400
    show_toast(_("Saved. The role holds from now on."))
    return redirect(f"/admin/accounts/{account_id}")


@admin_accounts.post(f"{_ONE}/roles/<int:role_id>/end")
@needs(Task.MANAGE_ACCOUNTS)
def end(account_id: int, role_id: int) -> ResponseReturnValue:
    """Take a role away, at once."""
    try:
        with writing() as session:
            end_role(session, account_id, role_id, today=_today(session), actor=actor(), at=parts().clock.now())
    except BadRole as error:
        return _show(account_id, {"": error.code}), 409
    except StaleRecord:
        return _show(account_id, {"": "stale"}), 409
    show_toast(_("Saved. The role is gone, at once."))
    return redirect(f"/admin/accounts/{account_id}")


@admin_accounts.post(f"{_ONE}/link")
@needs(Task.MANAGE_ACCOUNTS)
def send_link(account_id: int) -> ResponseReturnValue:
    """Mail its owner a fresh link to choose a password."""
    try:
        with writing() as session:
            account = get_account_to_write_to(session, actor(), account_id)
            is_sent = account.is_active and _invite(session, account)
    except BadRole:
        return _show(account_id, {"": "no_link"}), 409
    if not is_sent:
        return _show(account_id, {"": "no_mail"}), 409
    show_toast(_("A link to choose a password is on its way. It works once, for 3 days."))
    return redirect(f"/admin/accounts/{account_id}")


@admin_accounts.post(f"{_ONE}/<any(close, open):way>")
@needs(Task.MANAGE_ACCOUNTS)
def switch(account_id: int, way: str) -> ResponseReturnValue:
    """Close it: nobody signs in by it, and its sessions end; or open it again."""
    at = parts().clock.now()
    try:
        with writing() as session:
            account = set_active(
                session, account_id, is_active=way == "open", today=_today(session), actor=actor(), at=at
            )
            if way == "close":
                end_sessions(session, account, actor=actor().key, at=at)
    except BadRole as error:
        return _show(account_id, {"": error.code}), 409
    except StaleRecord:
        return _show(account_id, {"": "stale"}), 409
    show_toast(
        _("Saved. Whoever was signed in by it is signed out.") if way == "close" else _("Saved. It is open again.")
    )
    return redirect(f"/admin/accounts/{account_id}")


def _invite(session: Session, account: Account) -> bool:
    return queue_invitation(session, parts().settings, account, actor=actor().key, at=parts().clock.now())


def _today(session: Session) -> date:
    return today(find_zone(session, actor()))


def _read() -> RoleForm:
    return RoleForm(*(clean(request.form.get(name, ""))[:_LONGEST] for name in ("role", "organization", "until_on")))


def _check_address(text: str) -> dict[str, str]:
    try:
        read_address(text)
    except Unreadable:
        return {"address": "no_address"}
    return {}


def _check(form: RoleForm) -> dict[str, str]:
    problems = {}
    if form.role not in {role.value for role in Role}:
        problems["role"] = "missing"
    try:
        read_number(form.organization)
    except ValueError:
        problems["organization"] = "missing"
    try:
        last_on = form.day
    except ValueError:
        return problems | {"until_on": "not_a_day"}
    if form.role == Role.AUDITOR and last_on is None:
        problems["until_on"] = "auditor"
    return problems


def _show_new(problems: dict[str, str]) -> str:
    with reading() as session:
        offices = list_offices(session, actor(), Task.MANAGE_ACCOUNTS)
        check_has_office(offices, Task.MANAGE_ACCOUNTS)
        roles = list_roles_to_give(session, actor(), [office.id for office in offices])
    typed = {"address": request.form.get("address", ""), "language": request.form.get("language", "en")}
    return render("admin/account_new.html", offices=offices, roles=roles, form=_read(), typed=typed, problems=problems)


def _show(account_id: int, problems: dict[str, str] | None = None) -> str:
    with reading() as session:
        shown = get_shown_account(session, actor(), account_id)
        offices = list_offices(session, actor(), Task.MANAGE_ACCOUNTS)
        roles = list_roles_to_give(session, actor(), [office.id for office in offices])
        now = _today(session)
    note_look("accounts.viewed", [shown.person.id] if shown.person else [], ("account", account_id))
    return render(
        "admin/account.html", shown=shown, offices=offices, roles=roles, form=_read(), problems=problems or {}, now=now
    )


def _page_url(number: int) -> str:
    return f"/admin/accounts?{urlencode({**request.args, 'page': number})}"
