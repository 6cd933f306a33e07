"""The page of the form for a credit: what it offers, the files that can be chosen in it, and how it comes back."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from certtrack.db.models import Claim, Credit
from certtrack.db.together import ask_together
from certtrack.services.credits.claiming import make_claims, select_claims
from certtrack.services.credits.drafts import KEPT_DAYS
from certtrack.services.credits.page import CreditOffer, get_credit_offer, get_own_credit
from certtrack.services.credits.preview import Preview, convert, list_areas_now, look_ahead
from certtrack.services.credits.shown import ShownArea
from certtrack.services.credits.texts import clean
from certtrack.services.evidence.shown import ShownFile, list_usable, make_files, select_files
from certtrack.services.people import get_person
from certtrack.web.credit_drafts import keep_draft, read_state
from certtrack.web.credit_form import CreditForm, FormFiles, has_choice, typed_form
from certtrack.web.edge import actor, parts, reading, render, today
from certtrack.web.numbers import read_number
from certtrack.web.uploads import FILE_LIMITS, Received, list_uploads, receive_files

_LONGEST_WORDS = 1_000


@dataclass(frozen=True, slots=True)
class Editing:
    """What a form is about: `credit` None where a new one is to be logged.

    `attached` are the files that it has, `claims` by certification its claims.
    """

    offer: CreditOffer
    credit: Credit | None = None
    attached: tuple[ShownFile, ...] = ()
    claims: Mapping[int, Claim] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the form is shown and sent."""
        base = f"/people/{self.offer.person.id}/credits"
        return f"{base}/{self.credit.id}/amend" if self.credit else f"{base}/new"

    @property
    def place(self) -> str:
        """Under which its files and its preview are."""
        base = f"/people/{self.offer.person.id}/credits"
        return f"{base}/{self.credit.id}" if self.credit else base


def get_offer(session: Session, person_id: int) -> CreditOffer:
    """What a credit of this person can be. Raises what `get_credit_offer` does."""
    now = parts().clock.now()
    person = get_person(session, person_id)  # held, so that it isn't asked for again
    return get_credit_offer(session, parts().rulebook, actor(), person.id, today=today(person.zone), at=now)


def get_editing(session: Session, person_id: int, credit_id: int | None = None) -> Editing:
    """What the form is about; with `credit_id` also the areas that the credit names already. Raises NotFound."""
    offer = get_offer(session, person_id)
    if credit_id is None:
        return Editing(offer)
    credit = get_own_credit(session, offer.person.id, credit_id)
    known = {area.key for area in offer.areas}
    named = dict.fromkeys(area for part in credit.parts for area in part["areas"] if area not in known)
    whole = replace(offer, areas=(*offer.areas, *(ShownArea(key, None) for key in named)))
    links, claims = ask_together(session, select_files(credit.id), select_claims(credit.id))
    return Editing(whole, credit, tuple(make_files(links).get(credit.id, ())), make_claims(claims))


def take_form(person_id: int) -> tuple[CreditForm, Received]:
    """What was typed, with the files that came; those of whoever may not log here aren't looked at."""
    with reading() as session:
        offer = get_offer(session, person_id)
    received = receive_files(list_uploads(), offer.person.id)
    return typed_form().with_files(received.ids), received


def find_files(session: Session, editing: Editing, form: CreditForm, received: Received | None = None) -> FormFiles:
    """What can be chosen: files that are attached, and those that were sent."""
    person, attached = editing.offer.person, editing.attached
    sent = set(form.files) - {file.id for file in attached}
    usable = list_usable(session, actor(), person.id, sent, today(person.zone)) if sent else ()
    return FormFiles((*attached, *usable), received.refused if received else ())


def find_ahead(session: Session, editing: Editing, form: CreditForm) -> Preview:
    """What the credit that is typed would change."""
    offered = [item.certification.id for item in editing.offer.claimable]
    chosen = [number for number in offered if str(number) in form.certifications]
    return look_ahead(
        session,
        editing.offer,
        form.typed,
        chosen if has_choice(editing.offer) else None,
        files=form.files,
        credit_id=editing.credit.id if editing.credit else None,
        at=parts().clock.now(),
    )


def get_beside(editing: Editing) -> dict[str, Any]:
    """What an amendment says beside the credit: which one, why, and the version that it is of."""
    if editing.credit is None:
        return {}
    return {"credit": editing.credit, "reason": get_words("reason"), "expected_no": get_expected()}


def get_expected() -> int:
    """The version that the form was made from; 0, which none has, where it doesn't say."""
    try:
        return read_number(request.form.get("expected_no", ""))
    except ValueError:
        return 0


def get_words(name: str) -> str:
    """What was written into that field, on one line."""
    return clean(request.form.get(name, ""))[:_LONGEST_WORDS]


def come_back(session: Session, editing: Editing, form: CreditForm, files: FormFiles, **values: Any) -> str:  # noqa: ANN401  # those of show_form
    """The form once more, with what was typed kept as a draft too."""
    beside = {name: values[name] for name in ("credit", "reason", "expected_no") if name in values}
    return show_form(
        editing.offer, form, files, draft=keep_draft(session, editing.offer.person.id, form, files, **beside), **values
    )


def show_form(
    offer: CreditOffer,
    form: CreditForm,
    files: FormFiles,
    *,
    credit: Credit | None = None,
    doubles: Sequence[Credit] = (),
    expected_no: int | None = None,
    draft: int | None = None,
    preview: Preview | None = None,
    **values: Any,  # noqa: ANN401  # those of _tell_nothing
) -> str:
    """The page with the form as it was typed, and whatever is to be said of it."""
    return render(
        "credits/form.html",
        offer=offer,
        person=offer.person,
        form=form,
        files=files,
        limits=FILE_LIMITS,
        draft=draft,
        kept_days=KEPT_DAYS,
        credit=credit,
        doubles=doubles,
        expected_no=expected_no or (credit.no if credit else None),
        is_own=offer.person.id == actor().person_id,
        today_on=today(offer.person.zone),
        place=Editing(offer, credit).place,
        areas_now=list_areas_now(offer, parts().clock.now()),
        preview=preview or Preview(convert(form.typed, offer.ceu_minutes)),
        **(_tell_nothing() | values),
    )


def _tell_nothing() -> dict[str, Any]:
    """What is said of a form where there is nothing to say of it."""
    return {
        "problems": {},
        "differences": {},
        **dict.fromkeys(("is_stale", "is_withdrawn", "is_plan_gone", "had_files"), False),
        "reason": "",
        "kept_at": None,
        "draft_at": parts().clock.now(),
        "form_key": read_state(request.form).key or secrets.token_hex(8),
    }


def show_ahead(editing: Editing, form: CreditForm, preview: Preview, draft: int | None, at: datetime) -> str:
    """The part of the page that says what the credit would change, and that the draft is kept."""
    return render(
        "credits/ahead.html",
        offer=editing.offer,
        person=editing.offer.person,
        form=form,
        preview=preview,
        draft=draft,
        draft_at=at,
        place=editing.place,
        is_own=editing.offer.person.id == actor().person_id,
    )
