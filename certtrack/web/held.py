"""Held mail: what waits, for which cause, and its release by a person who has seen how many people it is."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from certtrack.errors import NotFound
from certtrack.security import Role, Task
from certtrack.services.alarms import list_alarms
from certtrack.services.causes import HeldCause, list_held, release_cause
from certtrack.web.edge import actor, needs, note_look, parts, reading, render, writing

held = Blueprint("held", __name__)


@held.get("/held")
@needs(Task.RELEASE_MAIL)
def index() -> str:
    """What waits for release, oldest cause first."""
    with reading() as session:
        causes, alarms = _list_own(), list_alarms(session)
    note_look("people.listed", [person.person_id for cause in causes for person in (*cause.people, *cause.by_name)])
    return render("held/list.html", causes=causes, alarms=alarms)


@held.get("/held/release")
@needs(Task.RELEASE_MAIL)
def ask() -> str:
    """Says how many people a release is about, before anything happens."""
    return render("held/release.html", cause=_get_own(request.args.get("cause", "")))


@held.post("/held/release")
@needs(Task.RELEASE_MAIL)
def release() -> Response:
    """Release one cause; a second time it does nothing."""
    cause = _get_own(request.form.get("cause", ""))
    with writing() as session:
        release_cause(session, cause.key, actor=actor(), at=parts().clock.now())
    return redirect("/held")


def _list_own() -> list[HeldCause]:
    own = {grant.organization_id for grant in actor().grants if grant.role is Role.AGENCY_ADMINISTRATOR}
    with reading() as session:
        if None in own:
            return list_held(session)
        return [cause for number in sorted(n for n in own if n is not None) for cause in list_held(session, number)]


def _get_own(key: str) -> HeldCause:
    for cause in _list_own():
        if cause.key and cause.key == key and cause.people:
            return cause
    raise NotFound("Nothing waits here any more, or it isn't yours to release.")
