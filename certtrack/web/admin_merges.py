"""Two records of one person: made one, and parted again where it was a mistake."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from certtrack.db.models import Person
from certtrack.errors import BadInput, NotAllowed, Refused, StaleRecord
from certtrack.security import Task
from certtrack.services.administration.merging import BadPair, get_pair, list_merged, merge_own, part_own
from certtrack.services.credits.texts import clean
from certtrack.services.overview import find_zone
from certtrack.web.edge import actor, needs, note_look, parts, reading, render, show_toast, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number

admin_merges = Blueprint("admin_merges", __name__)

_LONGEST = 200
_FIELDS = ("first", "into", "reason")


@admin_merges.get("/admin/merges")
@needs(Task.MANAGE_PEOPLE)
def index() -> str:
    """Which records are one person's by now, and a form to say it of two more."""
    return _show({})


@admin_merges.post("/admin/merges")
@needs(Task.MANAGE_PEOPLE)
def merge() -> ResponseReturnValue:
    """Show both first, which saves nothing and is no mistake; with a tick that they are one person, make them one."""
    typed = _read()
    problems: dict[str, str] = {} if typed["reason"] else {"reason": "reason"}
    try:
        with reading() as session:
            pair = _get_pair(session, typed)
    except BadPair as error:
        return _show(dict(error.why) | problems), 400
    if not problems and _read_seen() != (pair[0].id, pair[1].id) and request.form.get("sure") != "y":
        return _show({}, pair)
    if problems or request.form.get("sure") != "y":
        return _show(problems or {"sure": "unsure"}, pair), 400
    try:
        with writing() as session:
            now, at = _get_pair(session, typed), parts().clock.now()
            whole = merge_own(session, parts().rulebook, now, typed["reason"], seen=_read_seen(), actor=actor(), at=at)
            number, name = whole.id, whole.shown_name
    except StaleRecord:
        return _show({"": "others"}, pair), 409
    except (BadPair, Refused):
        return _show({"": "stale"}), 409
    show_toast(_("Saved. Both records are those of %(name)s from now on.") % {"name": name})
    return redirect(f"/people/{number}")


@admin_merges.post("/admin/merges/<int:person_id>/part")
@needs(Task.MANAGE_PEOPLE)
def part(person_id: int) -> ResponseReturnValue:
    """Let a record be somebody's own again."""
    reason = clean(request.form.get("reason", ""))[:_LONGEST]
    try:
        with writing() as session:
            now, at = today(find_zone(session, actor())), parts().clock.now()
            parted = part_own(session, parts().rulebook, person_id, reason, today=now, actor=actor(), at=at)
            name = parted.shown_name
    except BadInput:
        return _show({f"reason-{person_id}": "reason"}), 400
    except NotAllowed:
        raise
    except Refused:
        return _show({"": "stale"}), 409
    show_toast(_("Saved. %(name)s is a person of their own again.") % {"name": name})
    return redirect("/admin/merges")


def _get_pair(session: Session, typed: dict[str, str]) -> tuple[Person, Person]:
    return get_pair(session, actor(), typed["first"], typed["into"], today(find_zone(session, actor())))


def _read_seen() -> tuple[int, int]:
    """The numbers of the two who were shown; 0 for what is none."""
    first, into = (request.form.get(f"seen_{which}", 0, type=read_number) for which in ("first", "into"))
    return first, into


def _read() -> dict[str, str]:
    return {name: clean(request.form.get(name, ""))[:_LONGEST] for name in _FIELDS}


def _show(problems: dict[str, str], pair: tuple[Person, Person] | None = None) -> str:
    with reading() as session:
        merged = list_merged(session, actor(), today(find_zone(session, actor())))
    shown = {one.into.id for one in merged} | {person.id for person in pair or ()}
    note_look("people.listed", sorted(shown))
    return render("admin/merges.html", merged=merged, form=_read(), problems=problems, pair=pair)
