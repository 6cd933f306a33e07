"""The files of a credit come first: sent as soon as they are chosen, and what their text says is proposed."""

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certtrack.web.credit_drafts import keep_draft
from certtrack.web.credit_form import CreditForm
from certtrack.web.credit_page import Editing, come_back, find_files, get_beside, get_editing, take_form
from certtrack.web.edge import signed_in, today, writing
from certtrack.web.numbers import read_number
from certtrack.web.uploads import Received, takes_files

credit_files = Blueprint("credit_files", __name__)

Answer = Response | tuple[str, int]


@credit_files.post("/people/<int:person_id>/credits/files")
@signed_in
@takes_files
def take_first(person_id: int) -> Answer:
    """Keep what was sent in a draft of a new credit, and go on with that; or take one of its files away."""
    return _take(person_id)


@credit_files.post("/people/<int:person_id>/credits/<int:credit_id>/files")
@signed_in
@takes_files
def take_more(person_id: int, credit_id: int) -> Answer:
    """The same in a draft of an amendment."""
    return _take(person_id, credit_id)


def _take(person_id: int, credit_id: int | None = None) -> Answer:
    form, received = take_form(person_id)
    with writing() as session:
        editing = get_editing(session, person_id, credit_id)
        return _keep(session, editing, form, received)


def _keep(session: Session, editing: Editing, form: CreditForm, received: Received) -> Answer:
    gone, back = _read("drop") or (_read("replaces") if received.ids else None), _read("back")
    kept = form.without_file(gone) if gone and gone not in received.ids else form
    kept = kept.with_files([back]) if back else kept
    kept = kept.filled_in(received.read, editing.offer, today(editing.offer.person.zone))
    files, beside = find_files(session, editing, kept, received), get_beside(editing)
    if received.refused or not (received.ids or gone or back):
        problem = "refused" if received.refused else "missing"
        return come_back(session, editing, kept, files, problems={"upload": problem}, **beside), 400
    number = keep_draft(session, editing.offer.person.id, kept, files, **beside)
    return redirect(f"{editing.url}?draft={number}")


def _read(name: str) -> int | None:
    return request.form.get(name, type=read_number)
