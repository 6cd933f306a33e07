"""One attendance list that gives credits to all who were there."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certtrack.db.models import Credit
from certtrack.errors import NotFound
from certtrack.language import translations
from certtrack.security import Task
from certtrack.services.credits.problems import BadCredit, Problem
from certtrack.services.credits.together import (
    Choosable,
    TogetherOffer,
    choose_people,
    get_together_offer,
    list_doubles,
    log_together,
)
from certtrack.services.credits.typed import NewCredit, TypedCredit, read_credit
from certtrack.services.locking import lock_people
from certtrack.services.overview import find_zone
from certtrack.web.edge import actor, locale, needs, note_look, parts, reading, render, show_toast, today, writing
from certtrack.web.numbers import read_number

credits_together = Blueprint("credits_together", __name__)

Answer = str | Response | tuple[str, int]
_LONGEST = 500
_TEXTS = ("title", "provider", "first_on", "last_on", "amount", "unit", "activity", "form")
_FIELDS = ("title", "provider", "first_on", "last_on", "amount", "unit", "areas", "activity", "form", "people")


@credits_together.get("/credits/together")
@needs(Task.LOG_FOR_MANY)
def new() -> Answer:
    """An empty form; hours are what most lists state."""
    with reading() as session:
        offer = _get_offer(session)
    note_look("people.listed", [one.person_id for one in offer.people])
    texts = dict.fromkeys(_TEXTS, "") | {"unit": "hours"}
    return _show(offer, _make_typed(texts, ()), ())


@credits_together.post("/credits/together")
@needs(Task.LOG_FOR_MANY)
def log() -> Answer:
    """Log it for everybody or nobody. Doubles are said first; `anyway` saves all, `without` the others."""
    texts = {name: request.form.get(name, "")[:_LONGEST] for name in _TEXTS}
    typed = _make_typed(texts, tuple(text[:_LONGEST] for text in request.form.getlist("areas")))
    asked = tuple(request.form.getlist("people"))
    with writing() as session:
        offer = _get_offer(session)
        try:
            credit, chosen = _read(session, offer, typed, asked)
        except BadCredit as error:
            return _show(offer, typed, asked, problems=error.problems), 400
        lock_people(session, [one.person_id for one in chosen])
        doubles = list_doubles(session, chosen, credit, offer.keys)
        if doubles and not (request.form.get("anyway") or request.form.get("without")):
            return _show(offer, typed, asked, doubles=doubles), 409
        if request.form.get("without"):
            chosen = [one for one in chosen if one.person_id not in doubles]
        if not chosen:
            return _show(offer, typed, asked, doubles=doubles), 409
        made = log_together(session, parts().rulebook, chosen, credit, actor=actor(), at=parts().clock.now())
    show_toast(_say_saved(len(made)))
    return redirect("/credits")


def _get_offer(session: Session) -> TogetherOffer:
    return get_together_offer(session, parts().rulebook, actor(), today(find_zone(session, actor())))


def _make_typed(texts: Mapping[str, str], areas: tuple[str, ...]) -> TypedCredit:
    return TypedCredit(**texts, areas=areas, role="participant", proof="on_paper")


def _read(
    session: Session, offer: TogetherOffer, typed: TypedCredit, asked: Sequence[str]
) -> tuple[NewCredit, list[Choosable]]:
    """The credit and who was there. Raises BadCredit with all that is wrong, in the order of the page."""
    problems: dict[str, Problem] = {}
    credit, chosen = None, []
    try:
        credit = read_credit(typed, offer.ceu_minutes, today(find_zone(session, actor())))
    except BadCredit as error:
        problems |= error.problems
    if not {*typed.areas} <= {area.key for area in offer.areas}:
        problems.setdefault("areas", "not_a_choice")
    try:
        chosen = choose_people(offer, [read_number(text) for text in asked])
    except (ValueError, NotFound):
        problems["people"] = "not_a_choice"
    if not asked:
        problems["people"] = "missing"
    if problems or credit is None:
        raise BadCredit({field: problems[field] for field in _FIELDS if field in problems})
    return credit, chosen


def _show(offer: TogetherOffer, typed: TypedCredit, asked: Sequence[str], **values: Any) -> str:  # noqa: ANN401  # problems, doubles
    own: dict[str, Any] = {"problems": {}, "doubles": dict[int, Sequence[Credit]]()} | values
    names = {one.person_id: one.name for one in offer.people}
    return render("credits/together.html", offer=offer, its=typed, asked=asked, names=names, **own)


def _say_saved(count: int) -> str:
    words = translations(locale()).ngettext(
        "Saved. 1 credit is on record and waits to be checked by somebody else.",
        "Saved. %(num)d credits are on record and wait to be checked, each by somebody else.",
        count,
    )
    return words % {"num": count}
