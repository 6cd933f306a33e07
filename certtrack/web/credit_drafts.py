"""Drafts of credits: kept whenever a form comes back, gone on with, discarded."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certtrack.db.models import Credit
from certtrack.services.credits.drafts import drop_draft, find_draft, get_draft, list_draft_files, save_draft
from certtrack.services.credits.rights import check_can_log
from certtrack.services.people import get_person
from certtrack.web.credit_form import CreditForm, FormFiles, draft_form
from certtrack.web.edge import actor, parts, show_toast, signed_in, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number

drafts = Blueprint("drafts", __name__)


@dataclass(frozen=True, slots=True)
class LoadedDraft:
    """A draft to go on with; `reason` and `expected_no`, the version that was amended, are an amendment's."""

    id: int
    form: CreditForm
    reason: str
    expected_no: int | None


def keep_draft(
    session: Session,
    person_id: int,
    form: CreditForm,
    files: FormFiles,
    *,
    credit: Credit | None = None,
    **beside: object,
) -> int | None:
    """Keep what was typed; `beside`: what an amendment says beside the credit. The draft's number."""
    known = {file.id for file in files.known}
    return save_draft(
        session, actor(), person_id, form.to_draft() | beside, [number for number in form.files if number in known],
        draft_id=_find_number(), credit_id=credit.id if credit else None, seen_at=_find_seen_at(),
        at=parts().clock.now(),
    )  # fmt: skip


def use_draft(session: Session, person_id: int, credit: Credit | None = None) -> None:
    """What was typed is on record now: forget its draft, where there was one that nobody has saved since."""
    number, about = _find_number(), credit.id if credit else None
    draft = find_draft(session, actor(), person_id, number, about, _find_seen_at()) if number else None
    if draft is not None:
        drop_draft(session, draft, "used", actor=actor(), at=parts().clock.now())


def load_draft(session: Session, person_id: int, credit: Credit | None = None) -> LoadedDraft | None:
    """The draft that `?draft=` names; None where it names none of the actor's for this."""
    number = request.args.get("draft", type=read_number)
    draft = find_draft(session, actor(), person_id, number, credit.id if credit else None) if number else None
    if draft is None:
        return None
    form = draft_form(draft.typed, list_draft_files(session, draft))
    return LoadedDraft(draft.id, form, draft.typed.get("reason", ""), draft.typed.get("expected_no"))


@drafts.post("/people/<int:person_id>/drafts/<int:draft_id>/discard")
@signed_in
def discard(person_id: int, draft_id: int) -> Response:
    """Forget it."""
    with writing() as session:
        person = get_person(session, person_id)
        check_can_log(session, actor(), person.id, parts().clock.now())
        draft = get_draft(session, actor(), person.id, draft_id)
        drop_draft(session, draft, "discarded", actor=actor(), at=parts().clock.now())
    show_toast(_("The draft is discarded."))
    return redirect(f"/people/{person.id}")


def _find_number() -> int | None:
    return request.form.get("draft", type=read_number)


def _find_seen_at() -> datetime | None:
    """When the form was shown; None where it doesn't say so."""
    with suppress(ValueError):
        seen_at = datetime.fromisoformat(request.form.get("draft_at", ""))
        return seen_at if seen_at.tzinfo else None
    return None
