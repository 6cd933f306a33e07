"""Who signs in: the password is checked in the same time whoever is named, and a session begins."""

import secrets

from flask import current_app, session
from flask_security import hash_password, login_user, logout_user
from flask_security.utils import verify_password

from certtrack.auth.datastore import AccountDatastore, Login
from certtrack.db.audit import record_event
from certtrack.web.edge import parts, writing
from certtrack.web.viewers import forget_viewer, start_session

_HASH = "certtrack_hash_of_nobody"


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


def begin(login: Login) -> None:
    """Sign in, in a session of its own; the audit keeps it."""
    start_session()
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


def end() -> None:
    """Sign out; nothing of the session is left."""
    logout_user()
    session.clear()
    forget_viewer()
