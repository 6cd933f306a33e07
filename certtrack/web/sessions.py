"""Sessions of one's own account: ended one by one or all others at once, and how long this one still lasts."""

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from certtrack.auth.sessions import end_all, end_sessions
from certtrack.db.models import Account
from certtrack.errors import NotAllowed, NotFound
from certtrack.web.edge import parts, show_toast, signed_in, signed_in_first, signed_in_quietly, writing
from certtrack.web.frame import gettext as _
from certtrack.web.login import end
from certtrack.web.proving import own_login
from certtrack.web.viewers import Viewer, count_left, find_viewer

sessions = Blueprint("sessions", __name__)


@sessions.post("/account/sessions/<int:web_session_id>/end")
@signed_in
def end_one(web_session_id: int) -> ResponseReturnValue:
    """End one of the reader's own; their present one is signing out."""
    viewer = _get_viewer()
    if web_session_id == viewer.session_id:
        end(viewer)
        return redirect("/sign-in")
    with writing() as database:
        account = database.get_one(Account, own_login().id)
        at = parts().clock.now()
        if not end_sessions(database, account, actor=viewer.actor.key, at=at, only=web_session_id):
            raise NotFound("That session has ended already.")
    show_toast(_("Ended. Whoever goes on there has to sign in."))
    return redirect("/account")


@sessions.post("/account/sessions/end-others")
@signed_in
def end_all_others() -> ResponseReturnValue:
    """End all but the present one, and the calendar's address."""
    viewer, at = _get_viewer(), parts().clock.now()
    with writing() as database:
        account = database.get_one(Account, own_login().id)
        end_all(database, account, actor=viewer.actor.key, at=at, but=viewer.session_id)
    show_toast(_("You are signed in here alone now."))
    return redirect("/account")


@sessions.get("/account/left")
@signed_in_quietly
def tell_left() -> ResponseReturnValue:
    """Whole seconds until this session is over, as JSON; asking makes it no longer."""
    return {"left_s": count_left(_get_viewer())}


@sessions.post("/account/stay")
@signed_in_first
def stay() -> ResponseReturnValue:
    """The reader is still there: the session lasts on, and comes to its end after 12 hours all the same."""
    return {"left_s": count_left(_get_viewer())}


def _get_viewer() -> Viewer:
    viewer = find_viewer()
    if viewer is None:
        raise NotAllowed("This page isn't here, or isn't yours to see.")
    return viewer
