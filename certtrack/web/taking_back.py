"""One's own decisions of the last 24 hours on credits, and taking one of them back."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from certtrack.clock import today_in
from certtrack.errors import NotAllowed, Refused
from certtrack.security import Task
from certtrack.services.credits.claims import get_claim
from certtrack.services.credits.queue import find_moved
from certtrack.services.credits.taking_back import list_takeable, take_back
from certtrack.services.overview import find_zone
from certtrack.web.desk import desk_url
from certtrack.web.edge import actor, needs, note_look, parts, reading, render, show_toast, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number

taking_back = Blueprint("taking_back", __name__)


@taking_back.get("/credits/decided")
@needs(Task.CHECK_QUEUE)
def decided() -> str:
    """What the reader decided and may still take back, the latest first."""
    return _show()


@taking_back.post("/credits/claims/<int:claim_id>/take-back")
@needs(Task.CHECK_QUEUE)
def undo(claim_id: int) -> ResponseReturnValue:
    """Have it wait again as before; where that can't be any more, the page says why."""
    at = parts().clock.now()
    try:
        with writing() as session:
            moved = find_moved(session, actor(), claim_id, at)
            expected_no = request.form.get("no", 0, type=read_number)
            claim = get_claim(session, claim_id)
            take_back(session, parts().rulebook, claim, expected_no=expected_no, actor=actor(), at=at)
    except NotAllowed:
        raise
    except Refused:
        return _show(is_late=True), 409
    show_toast(_("Taken back: “%(title)s”, %(name)s. It waits again.") % {"title": moved.title, "name": moved.name})
    return redirect(desk_url(claim=claim_id))


def _show(*, is_late: bool = False) -> str:
    with reading() as session:
        zone = find_zone(session, actor())
        found = list_takeable(session, actor(), today_in(parts().clock, zone), parts().clock.now())
    note_look("credits.listed", [one.person_id for one in found])
    packs = {pack.key: pack for pack in parts().rulebook.packs.list()}
    return render("credits/decided.html", found=found, packs=packs, zone=zone, is_late=is_late)
