"""Drafts of credits: kept whenever a form comes back and as somebody types, gone on with, discarded."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certtrack.db.models import Credit
from certtrack.services.credits.drafts import (
    FormState,
    drop_draft,
    find_draft,
    get_draft,
    list_draft_files,
    save_draft,
)
from certtrack.services.credits.rights import check_can_log
from certtrack.services.people import get_person
from certtrack.web.credit_form import CreditForm, FormFiles, draft_form
from certtrack.web.edge import actor, parts, show_toast, signed_in, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number

drafts = Blueprint("drafts", __name__)
_KEY = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class LoadedDraft:
    """A draft to go on with; `reason` and `expected_no`, the version that was amended, are an amendment's."""

    id: int
    form: CreditForm
    reason: str
    expected_no: int | None
    touched_at: datetime


def keep_draft(
    session: Session,
    person_id: int,
    form: CreditForm,
    files: FormFiles,
    *,
    credit: Credit | None = None,
    is_quiet: bool = False,
    **beside: object,
) -> int | None:
    """Keep what was typed; `beside`: what an amendment says beside the credit. The draft's number.

    `is_quiet`: it is kept as somebody types, and nobody has pressed anything.
    """
    known = {file.id for file in files.known}
    return save_draft(
        session, actor(), person_id, form.to_draft() | beside, [number for number in form.files if number in known],
        form=read_state(request.form, is_quiet=is_quiet), proposed=form.proposed,
        credit_id=credit.id if credit else None, at=parts().clock.now(),
    )  # fmt: skip


def use_draft(session: Session, person_id: int, credit: Credit | None = None) -> None:
    """What was typed is on record now: forget its draft, where there was one that no other form has saved since."""
    state = read_state(request.form)
    draft = find_draft(session, actor(), person_id, state, credit.id if credit else None)
    if draft is not None:
        drop_draft(session, draft, "used", actor=actor(), at=parts().clock.now())


def load_draft(session: Session, person_id: int, credit: Credit | None = None) -> LoadedDraft | None:
    """The draft that `?draft=` names; None where it names none of the actor's for this."""
    number = request.args.get("draft", type=read_number)
    state, about = FormState(number), credit.id if credit else None
    draft = find_draft(session, actor(), person_id, state, about) if number else None
    if draft is None:
        return None
    form = draft_form(draft.typed, list_draft_files(session, draft), draft.proposed)
    return LoadedDraft(draft.id, form, draft.typed.get("reason", ""), draft.typed.get("expected_no"), draft.touched_at)


def read_state(fields: Mapping[str, str], *, is_quiet: bool = False) -> FormState:
    """What a form says of itself, of its fields as a browser sends them."""
    key = fields.get("form_key", "")
    return FormState(_read_draft(fields), _read_seen_at(fields), key if _KEY.fullmatch(key) else None, is_quiet)


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


def _read_draft(fields: Mapping[str, str]) -> int | None:
    with suppress(ValueError):
        return read_number(fields.get("draft", ""))
    return None


def _read_seen_at(fields: Mapping[str, str]) -> datetime | None:
    """When the form was shown; None where it doesn't say so."""
    with suppress(ValueError):
        seen_at = datetime.fromisoformat(fields.get("draft_at", ""))
        return seen_at if seen_at.tzinfo else None
    return None
