"""The gate that every request passes: the right of its address, checked before its view is called."""

from urllib.parse import urlencode

from flask import current_app, request
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Response

from certtrack.security import can_do
from certtrack.web.errors import answer_expired, list_typed
from certtrack.web.late_forms import forget_sent_form, keep_late_form
from certtrack.web.numbers import HIGHEST
from certtrack.web.rights import find_right
from certtrack.web.swapping import find_page, lead_to
from certtrack.web.viewers import find_viewer, note_viewer


def check_right() -> Response | None:
    """Let the request in with None, or send its sender to sign in: with what was typed kept, where something was.

    Raises NotFound where the page isn't theirs, and BadRequest for text that no database takes.
    """
    _check_values()
    if request.endpoint is None:
        return None
    right = find_right(current_app.view_functions[request.endpoint])
    if right is None:
        raise NotFound
    if not right.needs_account:
        return None
    viewer = find_viewer()
    if viewer is None:
        return _send_to_sign_in()
    if viewer.must_set_up and not right.is_first:
        return lead_to("/account/second-step")
    if right.task is not None and not can_do(viewer.actor, right.task):
        raise NotFound
    if not right.is_quiet:
        note_viewer(viewer)
        forget_sent_form(viewer)
    return None


def _send_to_sign_in() -> Response:
    """What was typed is kept where it is known whose it is, else shown, to be taken along."""
    if not list_typed():
        return lead_to(f"/sign-in?{_write_next()}")
    return lead_to("/sign-in?kept=y") if keep_late_form() else answer_expired()


def _check_values() -> None:
    numbers = [value for value in (request.view_args or {}).values() if isinstance(value, int)]
    if any(number > HIGHEST for number in numbers):
        raise NotFound
    if any("\0" in text for texts in request.values.listvalues() for text in texts):
        raise BadRequest


def _write_next() -> str:
    came_for = find_page()
    return urlencode({"next": came_for}) if came_for != "/" else ""
