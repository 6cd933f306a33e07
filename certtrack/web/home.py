"""Where the front door leads, and what a specialist finds behind it: where they stand and what is to be done next."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from certtrack.errors import NotFound
from certtrack.security import Role, Task, can_do
from certtrack.web.edge import actor, render, signed_in
from certtrack.web.numbers import read_number
from certtrack.web.people import describe, load_shown

home = Blueprint("home", __name__)

_NO_RECORD = "There is no record for this account yet; ask your office."


@home.get("/")
@signed_in
def front_door() -> Response:
    """A supervisor goes to the team, whoever else may list people to the list, anybody else to what is their own."""
    viewer = actor()
    if viewer.has(Role.SUPERVISOR) and not viewer.has(Role.AGENCY_ADMINISTRATOR):
        return redirect("/team")
    if can_do(viewer, Task.LIST_PEOPLE):
        return redirect("/people")
    if viewer.person_id is None:
        raise NotFound(_NO_RECORD)
    return redirect("/home")


@home.get("/home")
@signed_in
def own() -> str:
    """The reader's own certification whose day comes first, or the one that the address names."""
    certification_id = request.args.get("certification", type=read_number)
    number = actor().person_id
    if number is None:
        raise NotFound(_NO_RECORD)
    return render("home.html", **describe(load_shown(number, certification_id, is_of_any_day=False)))
