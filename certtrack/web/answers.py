"""The holder's answer to a claim that was returned."""

from typing import Any

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from certtrack.errors import NotAllowed, Refused
from certtrack.services.credits.claims import LONGEST_WORDS, answer_claim, get_claim
from certtrack.services.credits.queue import get_answerable
from certtrack.services.credits.texts import clean
from certtrack.web.edge import actor, parts, reading, render, show_toast, signed_in, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number

answers = Blueprint("answers", __name__)

_PATH = "/people/<int:person_id>/credits/<int:credit_id>/claims/<int:claim_id>/answer"


@answers.get(_PATH)
@signed_in
def ask(person_id: int, credit_id: int, claim_id: int) -> ResponseReturnValue:
    """Why it was returned, and room for the holder's answer; to anybody else the page isn't there."""
    return _show(person_id, credit_id, claim_id)


@answers.post(_PATH)
@signed_in
def answer(person_id: int, credit_id: int, claim_id: int) -> ResponseReturnValue:
    """Write the answer down: the claim waits again. Without words, or too late, what was typed stays on the page."""
    words = request.form.get("words", "").strip()
    problem = "long" if len(clean(words)) > LONGEST_WORDS else None if clean(words) else "words"
    if problem:
        return _show(person_id, credit_id, claim_id, words=words, problem=problem), 400
    at, number = parts().clock.now(), request.form.get("no", 0, type=read_number)
    values: dict[str, Any] = {"expected_no": number, "actor": actor(), "at": at}
    try:
        with writing() as session:
            get_answerable(session, actor(), person_id, credit_id, claim_id, at)
            claim = get_claim(session, claim_id)
            answer_claim(session, parts().rulebook, claim, words, **values)
            certification_id = claim.certification_id
    except NotAllowed:
        raise
    except Refused:
        return _show(person_id, credit_id, claim_id, words=words, is_late=True), 409
    show_toast(_("Your answer is saved. The credit waits to be looked at again."))
    return redirect(f"/people/{person_id}/certifications/{certification_id}")


def _show(
    person_id: int,
    credit_id: int,
    claim_id: int,
    *,
    words: str = "",
    problem: str | None = None,
    is_late: bool = False,
) -> str:
    with reading() as session:
        asked = get_answerable(session, actor(), person_id, credit_id, claim_id, parts().clock.now())
    values = {"words": words, "problem": problem, "is_late": is_late, "longest": LONGEST_WORDS}
    return render("credits/answer.html", asked=asked, credit_id=credit_id, **values)
