"""Acts on one's own account ask once more for the password, unless it was given within the last ten minutes."""

from datetime import timedelta

from flask import current_app, request, session
from flask_security.utils import verify_password

from certtrack.auth.datastore import AccountDatastore, Login
from certtrack.auth.passwords import LONGEST
from certtrack.errors import NotAllowed
from certtrack.web.edge import actor, parts
from certtrack.web.frame import gettext as _
from certtrack.web.tries import count_try, forget_tries
from certtrack.web.viewers import find_began_at

_FRESH_FOR = timedelta(minutes=10)
_PROVED_AT = "proved_at"
_TRIES = "own-password"


def own_login() -> Login:
    """The account of whoever is signed in, as it is now. Raises NotAllowed where nobody is."""
    datastore: AccountDatastore = current_app.extensions["security"].datastore
    number = actor().account_id
    login = datastore.find_user(id=number) if number else None
    if login is None:
        raise NotAllowed("This page isn't here, or isn't yours to see.")
    return login


def needs_password() -> bool:
    """True where the sign-in, or the last proof, is longer ago than ten minutes: then the form asks for it."""
    proved_at = max(float(session.get(_PROVED_AT, 0)), find_began_at())
    return parts().clock.now().timestamp() > proved_at + _FRESH_FOR.total_seconds()


def check_proof(*, is_always: bool = False) -> str | None:
    """What is wrong with the password in the field `current`; None where it is right, or isn't asked for.

    `is_always`: it is asked for however fresh the sign-in is. Tries are counted as those of signing in are.
    """
    if not is_always and not needs_password():
        return None
    login = own_login()
    name = login.sign_in_name
    if count_try(_TRIES, name):
        return _("There were several tries. Wait 15 minutes, and try again.")
    typed = request.form.get("current", "")[: LONGEST + 1]
    if not login.password or not verify_password(typed, login.password):
        return _("That isn't your password. Enter the one that you sign in with now.")
    forget_tries(_TRIES, name)
    session[_PROVED_AT] = parts().clock.now().timestamp()
    return None
