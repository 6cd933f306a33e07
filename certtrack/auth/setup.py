"""Flask-Security, CSRF and limits, joined to an application. Its own pages and mails are left out: ours speak."""

from datetime import timedelta

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_security import Security
from flask_wtf import CSRFProtect

from certtrack.auth.datastore import AccountDatastore, FindSignedIn, OpenDatabase
from certtrack.auth.limits import SCHEME, DatabaseStorage
from certtrack.settings import Settings, load_secret_key

_COOKIE_FOR = timedelta(days=1)
"""Longer than any session: when one is over its record says, and a form that comes too late still has its token."""
# hashing is slow on purpose; where nobody's password is at stake, hundreds of tests needn't wait for it
_HASHING = {"argon2__time_cost": 1, "argon2__memory_cost": 64, "argon2__parallelism": 1}


def join_auth(app: Flask, settings: Settings, open_database: OpenDatabase, find_signed_in: FindSignedIn) -> None:
    """Give `app` sessions, sign-in, CSRF protection and limits; nothing is read from the database yet.

    `find_signed_in` says within a request whose session its cookie names, while that lasts.
    """
    key = load_secret_key(settings)
    app.config.update(
        SECRET_KEY=key,
        SESSION_COOKIE_NAME="certtrack",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        PERMANENT_SESSION_LIFETIME=_COOKIE_FOR,
        SESSION_PROTECTION="basic",
        WTF_CSRF_TIME_LIMIT=None,  # a token ends with its cookie
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106  # the name of a scheme
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS=_HASHING if settings.env == "test" else {},
        SECURITY_PASSWORD_SALT=key,
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_DEPRECATED_PASSWORD_SCHEMES=[],
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_USER_IDENTITY_ATTRIBUTES=[],
        SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None,
    )
    CSRFProtect(app)
    Security(app, AccountDatastore(open_database, find_signed_in), register_blueprint=False)
    # made here so that its scheme is known; Flask-Limiter finds it by that
    assert DatabaseStorage.STORAGE_SCHEME == [SCHEME]  # noqa: S101  # keeps the import honest
    limiter = Limiter(
        get_remote_address,
        storage_uri=f"{SCHEME}://",
        storage_options={"open_database": open_database},  # type: ignore[dict-item]  # options of our own storage
        strategy="fixed-window",
    )
    limiter.init_app(app)
    app.extensions["certtrack_limiter"] = limiter
