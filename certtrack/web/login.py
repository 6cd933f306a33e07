"""Who signs in: the password is checked in the same time whoever is named; then come the second step and a session."""

import hashlib
import secrets
from datetime import timedelta
from typing import Literal

from flask import current_app, session
from flask_security import hash_password, login_user, logout_user
from flask_security.utils import verify_password
from sqlalchemy.orm import Session

from certtrack.auth.datastore import AccountDatastore, Login
from certtrack.auth.kept_forms import find_form
from certtrack.auth.requirement import is_required
from certtrack.auth.sealing import Sealer, make_sealer
from certtrack.auth.second_steps import find_second_step
from certtrack.auth.sessions import end_sessions
from certtrack.clock import today_in
from certtrack.db.audit import record_event
from certtrack.db.models import Account
from certtrack.services.accounts import find_office
from certtrack.services.actors import find_actor
from certtrack.web.edge import parts, reading, writing
from certtrack.web.known_browsers import remember_browser
from certtrack.web.viewers import Viewer, find_viewer, forget_viewer, start_session

Way = Literal["password", "link", "code", "recovery_code"]
"""By what somebody has come in last: their password, a link by mail, or a second step after either."""

_HASH = "certtrack_hash_of_nobody"
_HALFWAY, _HALFWAY_FOR = "halfway", timedelta(minutes=10)
_GO_ON = "go_on"


def sealer() -> Sealer:
    """What seals and digests all that second steps and kept forms rest on."""
    return make_sealer(parts().settings, "second-step")


def prepare_hash() -> None:
    """Make the hash that unknown names are checked against; at the start, so that no first try takes twice as long."""
    current_app.extensions[_HASH] = hash_password(secrets.token_urlsafe(16))


def find_login(name: str, password: str) -> Login | None:
    """The account of that name, if it is active and the password is its own; None takes as long for any reason."""
    login = find_by(sign_in_name=name.strip().lower())
    if login is None or not login.password:
        verify_password(password, current_app.extensions[_HASH])
        return None
    is_right = bool(login.verify_and_update_password(password))
    return login if is_right and login.is_active else None


def find_by(**value: str | int) -> Login | None:
    """The account with that one value, such as `id=7`; None where there is none."""
    datastore: AccountDatastore = current_app.extensions["security"].datastore
    return datastore.find_user(case_insensitive=False, **value)


def go_on(login: Login, way: Way, next_url: str) -> str:
    """Where to go from a right password or link: into a session, or to the second step where the account has one."""
    with reading() as database:
        has_step = find_second_step(database, login.id) is not None
    if not has_step:
        return begin(login, way, next_url)
    session.clear()
    session[_HALFWAY] = [login.id, _mark(login), parts().clock.now().timestamp()]
    session[_GO_ON] = next_url
    return "/sign-in/code"


def find_halfway() -> Login | None:
    """Whoever has given their password within the last ten minutes and owes the second step; None where nobody has."""
    number, mark, given_at = session.get(_HALFWAY, (0, "", 0.0))
    login = find_by(id=number) if number else None
    is_over = parts().clock.now().timestamp() > given_at + _HALFWAY_FOR.total_seconds()
    return login if login is not None and login.is_active and not is_over and mark == _mark(login) else None


def find_way_on() -> str:
    """Where whoever is on their way in wanted to go: an address of our own."""
    return str(session.get(_GO_ON, "/"))


def begin(login: Login, way: Way, next_url: str = "/") -> str:
    """Sign in, in a session of its own; the audit keeps it. Where to go on: to a form that waits, else to `next_url`.

    Whoever must set up a second step does that first.
    """
    with writing() as database:
        must_set_up = _must_set_up(database, login)
        has_form = find_form(database, sealer(), login.id) is not None
        start_session(database, login.id, must_set_up=must_set_up)
        record_event(
            database,
            at=parts().clock.now(),
            actor=f"account:{login.id}",
            action="account.signed_in",
            subject=("account", login.id),
            details={"by": way},
        )
    way_on = "/account/form" if has_form else next_url
    session[_GO_ON] = way_on
    login_user(login, remember=False, authn_via=[way])
    remember_browser(login.sign_in_name)
    forget_viewer()
    return way_on


def begin_anew(account_id: int) -> None:
    """Go on in a new session after the account's others have ended, such as with a new password."""
    login = find_by(id=account_id)
    if login is not None:
        with writing() as database:
            start_session(database, account_id, must_set_up=False)
        login_user(login, remember=False, authn_via=["password"])
        forget_viewer()


def end(viewer: Viewer) -> None:
    """Sign out; nothing of the session is left, and its cookie is good for nothing any more."""
    with writing() as database:
        account = database.get_one(Account, viewer.actor.account_id)
        end_sessions(database, account, actor=viewer.actor.key, at=parts().clock.now(), only=viewer.session_id)
    logout_user()
    session.clear()
    forget_viewer()


def end_others(database: Session, account: Account) -> int:
    """End every session of the reader's account but this one; how many they were."""
    viewer = find_viewer()
    if viewer is None:
        return 0
    at = parts().clock.now()
    return end_sessions(database, account, actor=viewer.actor.key, at=at, but=viewer.session_id)


def _must_set_up(database: Session, login: Login) -> bool:
    office = find_office(database, login.id)
    today = today_in(parts().clock, office.zone if office else "UTC")
    actor = find_actor(database, login.id, today)
    is_asked = actor is not None and is_required(parts().settings, actor, today)
    return is_asked and find_second_step(database, login.id) is None


def _mark(login: Login) -> str:
    return hashlib.sha256(f"halfway\n{login.fs_uniquifier}".encode()).hexdigest()[:24]
