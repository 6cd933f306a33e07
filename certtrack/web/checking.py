"""Credits that wait: looked through and decided by whoever may check them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, request
from flask import session as cookie
from flask.typing import ResponseReturnValue

from certtrack.clock import FixedClock, today_in
from certtrack.errors import NotAllowed, NotFound, Refused, StaleRecord
from certtrack.language import translations
from certtrack.security import Task, can_do
from certtrack.services.certifications import get_certification
from certtrack.services.credits.claims import (
    LONGEST_WORDS,
    RETURN_REASONS,
    decide_claim,
    find_affirmative,
    get_claim,
)
from certtrack.services.credits.queue import MovedClaim, QueuePage, find_moved, list_queue
from certtrack.services.credits.texts import clean
from certtrack.services.credits.waiting import PAGE
from certtrack.services.overview import find_zone
from certtrack.web.desk import ENTRY, desk_query, desk_url, read_asked
from certtrack.web.edge import actor, locale, needs, note_look, parts, reading, render, show_toast, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number

checking = Blueprint("checking", __name__)

_UNDO = "undo"


@dataclass(frozen=True, slots=True)
class TypedReturn:
    """What somebody typed to return a claim. `problem`: `reason`, `words` or `long`; None where nothing is wrong."""

    claim_id: int
    reason: str
    words: str
    problem: str | None = None


@checking.get("/credits")
@needs(Task.CHECK_QUEUE)
def index() -> str:
    """What waits to be checked, the longest on record first, and one of it on the desk.

    `?person=` or `?name=` narrows it; `?claim=` says what lies on the desk, `?after=` after which, `?page=` the page.
    """
    return _show()


@checking.post("/credits/claims/<int:claim_id>")
@needs(Task.CHECK_QUEUE)
def decide(claim_id: int) -> ResponseReturnValue:
    """Say yes by the word that is theirs, or return it; where somebody was quicker, what was typed is kept."""
    way, typed = request.form.get("way"), _read_typed(claim_id)
    if way not in ("yes", "return"):
        return _show(claim_id), 400
    if way == "return" and typed.problem:
        return _show(claim_id, typed=typed), 400
    try:
        sentence, number = _decide(
            claim_id, request.form.get("no", 0, type=read_number), typed if way == "return" else None
        )
    except NotAllowed:
        raise
    except Refused:
        moved = _find_moved(claim_id)
        return _show(claim_id, typed=typed, moved=(moved,) if moved else (), is_own=moved is None), 409
    show_toast(sentence)
    cookie[_UNDO] = [claim_id, number]
    return redirect(desk_url(after=claim_id))


@checking.post("/credits/checked")
@needs(Task.CHECK_QUEUE)
def decide_many() -> ResponseReturnValue:
    """Say yes to all that were chosen, each in its own right; those that changed meanwhile are listed and left."""
    chosen = list(dict.fromkeys(request.form.getlist("claim", type=read_number)))[:PAGE]
    if not chosen:
        return _show(has_chosen_none=True), 400
    done, moved, is_own = 0, [], False
    for claim_id in chosen:
        try:
            _decide(claim_id, request.form.get(f"no{claim_id}", 0, type=read_number), None)
            done += 1
        except (NotAllowed, NotFound):
            continue  # what isn't theirs is as if it weren't there
        except Refused:
            found = _find_moved(claim_id)
            is_own = is_own or found is None
            moved += [found] if found else []
    if moved or is_own or not done:
        return _show(moved=moved, done=done, is_own=is_own, is_gone=not moved and not is_own), 409
    sentence = translations(locale()).ngettext("Saved: 1 credit.", "Saved: %(num)d credits.", done)
    show_toast(sentence % {"num": done})
    cookie[_UNDO] = []
    return redirect(desk_url())


def _decide(claim_id: int, expected_no: int, typed: TypedReturn | None) -> tuple[str, int]:
    """Decide on what waits: the sentence that says so, and the claim's version then. Raises as `decide_claim` does."""
    at = parts().clock.now()
    with writing() as session:
        moved = find_moved(session, actor(), claim_id, at)
        if moved.claim.decision != "waiting":
            raise StaleRecord("Somebody else has decided on this meanwhile, so nothing was written.")
        claim = get_claim(session, claim_id)
        values: dict[str, Any] = {"expected_no": expected_no, "actor": actor(), "at": at}
        if typed is not None:
            values |= {"reason_code": typed.reason, "words": typed.words}
            decide_claim(session, parts().rulebook, claim, "returned", **values)
            said = _("Returned: “%(title)s”, %(name)s.")
        else:
            word = find_affirmative(session, actor(), get_certification(session, claim.certification_id))
            decide_claim(session, parts().rulebook, claim, word, **values)
            said = _("Checked: “%(title)s”, %(name)s.") if word == "checked" else _("Accepted: “%(title)s”, %(name)s.")
        number = claim.no
    return said % {"title": moved.title, "name": moved.name}, number


def _find_moved(claim_id: int) -> MovedClaim | None:
    """What has become of it; None where it is their own, on which somebody else decides."""
    with reading() as session:
        try:
            return find_moved(session, actor(), claim_id, parts().clock.now())
        except NotAllowed:
            raise
        except Refused:
            return None


def _show(
    claim_id: int | None = None,
    *,
    typed: TypedReturn | None = None,
    moved: Sequence[MovedClaim] = (),
    is_own: bool = False,
    **said: Any,  # noqa: ANN401  # done, is_gone, has_chosen_none
) -> str:
    """The page, with `claim_id` on the desk rather than what the address asks for."""
    asked = read_asked() if claim_id is None else replace(read_asked(), claim_id=claim_id, after_id=None)
    with reading() as session:
        zone = find_zone(session, actor())
        today = today_in(parts().clock, zone)
        page = list_queue(session, parts().rulebook, actor(), today, asked)
    note_look("credits.listed", [*page.person_ids, *(one.person_id for one in moved)])
    days = {
        item.credit.claim.id: (today - item.credit.recorded_at.astimezone(ZoneInfo(zone)).date()).days
        for item in page.items
    }
    oldest = today_in(FixedClock(page.waiting.oldest_at), zone) if page.waiting.oldest_at else today
    undo = cookie.pop(_UNDO, None)
    return render(
        "credits/queue.html",
        can_log_for_many=can_do(actor(), Task.LOG_FOR_MANY),
        page=page,
        asked=asked,
        days=days,
        waited=max((today - oldest).days, 0),
        zone=zone,
        packs={pack.key: pack for pack in parts().rulebook.packs.list()},
        reasons=RETURN_REASONS,
        longest=LONGEST_WORDS,
        typed=typed,
        moved=moved,
        is_own=is_own,
        said={"done": 0, "is_gone": False, "has_chosen_none": False} | said,
        undo=undo,
        entry=ENTRY,
        query=desk_query(),
        **_list_urls(page),
    )


def _list_urls(page: QueuePage) -> dict[str, Any]:
    return {
        "urls": {item.credit.claim.id: desk_url(claim=item.credit.claim.id) for item in page.items},
        "back_url": desk_url(claim=page.previous_id) if page.previous_id is not None else None,
        "on_url": desk_url(claim=page.next_id) if page.next_id is not None else None,
        "previous_url": f"/credits{desk_query(page=page.number - 1)}" if page.number > 1 else None,
        "next_url": f"/credits{desk_query(page=page.number + 1)}" if page.has_more else None,
    }


def _read_typed(claim_id: int) -> TypedReturn:
    reason, words = request.form.get("reason", ""), request.form.get("words", "").strip()
    return TypedReturn(claim_id, reason, words, _find_problem(reason, clean(words)))


def _find_problem(reason: str, said: str) -> str | None:
    if reason not in RETURN_REASONS:
        return "reason"
    if len(said) > LONGEST_WORDS:
        return "long"
    return "words" if reason == "other" and not said else None
