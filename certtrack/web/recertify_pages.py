"""The pages of recertifying: what each of them shows besides the steps."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from certtrack.errors import NotFound
from certtrack.services.actors import find_actor_name
from certtrack.services.evidence.shown import list_usable
from certtrack.services.people import get_person
from certtrack.services.recertifying.attesting import can_attest
from certtrack.services.recertifying.review import load_review
from certtrack.services.recertifying.steps import Recertification, load_recertification
from certtrack.services.recertifying.typed import FEE_WAYS
from certtrack.services.recertifying.wordings import get_words
from certtrack.web.credit_form import FormFiles
from certtrack.web.edge import actor, note_look, parts, reading, render, today
from certtrack.web.frame import render_in
from certtrack.web.uploads import FILE_LIMITS, Received

_LONGEST = 1_500  # what is longer than any text that is taken need not come back whole
_WITH_HOURS = ("exam", "hours", "evidence")


def load(session: Session, person_id: int, certification_id: int) -> Recertification:
    """What stands of it for the reader. Raises NotFound, NothingToRecertify."""
    return load_recertification(session, parts().rulebook, actor(), person_id, certification_id, parts().clock)


def show_page(
    person_id: int,
    certification_id: int,
    name: str,
    *,
    came: Received | None = None,
    problems: Mapping[str, str] | None = None,
    why_not: str | None = None,
) -> str:
    """The page of that name: a step's, or `index`. Raises NotFound where the step isn't asked for."""
    came = came or Received()
    with reading() as session:
        found = load(session, person_id, certification_id)
        if name != "index":
            found.find_step(name)
        more = _load_more(session, found, name, came)
    note_look("person.viewed", [found.person.id])
    is_form = request.method == "POST"
    typed = {field: text[:_LONGEST] for field, text in request.form.items()} if is_form else found.saved.get(name, {})
    return render(
        f"recertify/{name}.html",
        found=found,
        name=name,
        typed=typed,
        papers_at_hand=request.form.getlist("papers") if is_form else _list_at_hand(found),
        problems=problems or {},
        why_not=why_not,
        limits=FILE_LIMITS,
        fee_ways=FEE_WAYS,
        **more,
    )


def show_packet(person_id: int, certification_id: int, *, with_certificates: bool) -> str:
    """What goes to the program, in the language that it reads.

    Raises NotFound under a granter: there nothing goes anywhere on paper.
    """
    with reading() as session:
        found = load(session, person_id, certification_id)
        if found.is_granter:
            raise NotFound("The office that keeps this record gives the certification itself.")
        review = load_review(session, parts().rulebook, found)
    note_look("person.viewed", [found.person.id])
    files = [(one.backed.credit, file) for one in (*review.counted, *review.unsure) for file in one.backed.files]
    sheet = render_in(
        found.pack.authority.language,
        "recertify/sheet.html",
        found=found,
        review=review,
        papers_at_hand=_list_at_hand(found),
        paid_on=_find_paid_on(found),
        files=files if with_certificates else [],
    )
    return render("recertify/packet.html", found=found, sheet=sheet, files=files, with_certificates=with_certificates)


def show_over(person_id: int) -> str:
    """No cycle is open, so there is nothing to prepare."""
    with reading() as session:
        person = get_person(session, person_id)
    return render("recertify/over.html", person=person)


def _list_at_hand(found: Recertification) -> list[str]:
    return list(found.saved.get("evidence", {}).get("papers", ()))


def _find_paid_on(found: Recertification) -> date | None:
    text = found.saved.get("fee", {}).get("paid_on", "")
    return date.fromisoformat(text) if text else None


def _load_more(session: Session, found: Recertification, name: str, came: Received) -> dict[str, Any]:
    if name in _WITH_HOURS:
        return {"review": load_review(session, parts().rulebook, found)}
    if name == "statement":
        is_read = found.agreed is not None and found.agreed.is_current
        words = found.agreed.words if found.agreed and is_read else get_words(session, found.wording_id)
        return {"words": words, "can_agree": can_attest(session, actor(), found)}
    if name == "send":
        usable = list_usable(session, actor(), found.person.id, came.ids, today(found.person.zone)) if came.ids else []
        return {"files": FormFiles(tuple(usable), came.refused)}
    return {"by": find_actor_name(session, found.sent[-1].recorded_by) if found.sent else None}
