"""What a credit would change, said as it is typed or by a button; what was typed is kept as a draft each time."""

from flask import Blueprint
from werkzeug.wrappers import Response

from certtrack.web.credit_drafts import keep_draft
from certtrack.web.credit_form import typed_form
from certtrack.web.credit_page import find_ahead, find_files, get_beside, get_editing, show_ahead, show_form
from certtrack.web.edge import parts, reading, signed_in, writing
from certtrack.web.swapping import wants_part

credit_preview = Blueprint("credit_preview", __name__)

Answer = str | Response


@credit_preview.post("/people/<int:person_id>/credits/preview")
@signed_in
def preview_new(person_id: int) -> Answer:
    """Of a new credit: a part of its page for a script, else the page."""
    return _preview(person_id)


@credit_preview.post("/people/<int:person_id>/credits/<int:credit_id>/preview")
@signed_in
def preview_change(person_id: int, credit_id: int) -> Answer:
    """The same of an amendment, which takes the place of what is on record."""
    return _preview(person_id, credit_id)


def _preview(person_id: int, credit_id: int | None = None) -> Answer:
    form, at, is_part = typed_form(), parts().clock.now(), wants_part()
    with reading() as session:  # to count takes longer than to write may
        editing = get_editing(session, person_id, credit_id)
        found = find_ahead(session, editing, form)
    with writing() as session:
        files, beside = find_files(session, editing, form), get_beside(editing)
        number = None
        if not form.is_blank:
            number = keep_draft(session, editing.offer.person.id, form, files, is_quiet=is_part, **beside)
    if not is_part:
        return show_form(editing.offer, form, files, draft=number, preview=found, **beside)
    answer = Response(show_ahead(editing, form, found, number, at), mimetype="text/html")
    if number is not None:
        answer.headers["HX-Replace-Url"] = f"{editing.url}?draft={number}"
    return answer
