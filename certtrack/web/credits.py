"""A person's credits: logged and amended by the same form, withdrawn with a reason."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certtrack.db.models import Credit
from certtrack.errors import StaleRecord
from certtrack.services.credits.drafts import KEPT_DAYS
from certtrack.services.credits.duplicates import list_duplicates, list_keys
from certtrack.services.credits.page import CreditOffer, WithdrawnCredit, get_credit_offer, get_own_credit
from certtrack.services.credits.problems import BadCredit
from certtrack.services.credits.records import amend_credit, log_credit, withdraw_credit
from certtrack.services.credits.shown import ShownArea
from certtrack.services.credits.texts import clean
from certtrack.services.evidence.limits import LARGEST_MB, MOST_FILES, MOST_PAGES, MOST_PIXELS_M
from certtrack.services.evidence.shown import ShownFile, list_files, list_usable
from certtrack.services.locking import lock_people
from certtrack.services.people import get_person
from certtrack.web.credit_claims import choose_certifications, load_recorded
from certtrack.web.credit_drafts import keep_draft, load_draft, use_draft
from certtrack.web.credit_form import CreditForm, FormFiles, blank_form, list_differences, typed_form
from certtrack.web.edge import actor, note_look, parts, reading, render, show_toast, signed_in, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number
from certtrack.web.uploads import RefusedFile, list_uploads, receive_files, takes_files

credits_ = Blueprint("credits", __name__)

_LONGEST_WORDS = 1_000
FILE_LIMITS = {"mb": LARGEST_MB, "files": MOST_FILES, "pages": MOST_PAGES, "pixels": MOST_PIXELS_M}
Answer = str | Response | tuple[str, int]


@credits_.get("/people/<int:person_id>/credits/new")
@signed_in
def new(person_id: int) -> Answer:
    """An empty form, or `?draft=` to go on with."""
    with reading() as session:
        offer = _get_offer(session, person_id)
        draft = load_draft(session, offer.person.id)
        files = _list_files(session, offer, draft.form) if draft else FormFiles()
    note_look("person.viewed", [offer.person.id])
    return _show(offer, draft.form if draft else blank_form(), files, draft=draft.id if draft else None)


@credits_.post("/people/<int:person_id>/credits/new")
@signed_in
@takes_files
def log(person_id: int) -> Answer:
    """Put it on record; what can't be read, or may be there already, is said before anything is saved."""
    form, refused = _take_form(person_id)
    with writing() as session:
        offer = _get_offer(session, person_id)
        files = _list_files(session, offer, form, refused)
        if _is_draft():
            return _save_draft(session, offer, form, files)
        if not offer.claimable:
            return _come_back(session, offer, form, files), 409
        try:
            credit, chosen = form.read(offer, files, today(offer.person.zone), is_new=True)
        except BadCredit as error:
            return _come_back(session, offer, form, files, problems=error.problems), 400
        lock_people(session, [offer.person.id])
        doubles = list_duplicates(session, offer.person.id, credit, list_keys(item.pack for item in offer.claimable))
        if doubles and not request.form.get("anyway"):
            return _come_back(session, offer, form, files, doubles=doubles), 409
        log_credit(
            session, parts().rulebook, offer.person.id, credit, chosen, actor=actor(), at=parts().clock.now()
        )  # fmt: skip
        use_draft(session, offer.person.id)
    show_toast(_("Saved. The credit is on record and waits to be checked."))
    return redirect(f"/people/{offer.person.id}")


@credits_.get("/people/<int:person_id>/credits/<int:credit_id>/amend")
@signed_in
def show_amend(person_id: int, credit_id: int) -> Answer:
    """The form with what is on record, or `?draft=` to go on with."""
    with reading() as session:
        offer, credit = _get_both(session, person_id, credit_id)
        attached = _list_attached(session, credit)
        draft = load_draft(session, offer.person.id, credit)
        form = draft.form if draft else load_recorded(session, credit, attached)
        files = _list_files(session, offer, form, (), attached)
    note_look("person.viewed", [offer.person.id])
    if draft is None:
        return _show(offer, form, files, credit=credit)
    return _show(
        offer, form, files, credit=credit, expected_no=draft.expected_no, draft=draft.id, reason=draft.reason
    )  # fmt: skip


@credits_.post("/people/<int:person_id>/credits/<int:credit_id>/amend")
@signed_in
@takes_files
def amend(person_id: int, credit_id: int) -> Answer:
    """Correct it; where somebody else was first both versions are shown, and nothing is saved.

    Where somebody has withdrawn it meanwhile what was typed comes back as a form for a new credit.
    """
    (form, refused), reason = _take_form(person_id), _get_words("reason")
    try:
        return _amend(person_id, credit_id, form, refused, reason)
    except WithdrawnCredit:
        with writing() as session:
            offer = _get_offer(session, person_id)
            files = _list_files(session, offer, form, refused)
            return _come_back(session, offer, form, files, is_withdrawn=True), 409


def _amend(person_id: int, credit_id: int, form: CreditForm, refused: tuple[RefusedFile, ...], reason: str) -> Answer:
    try:
        with writing() as session:
            offer, credit = _get_both(session, person_id, credit_id)
            files = _list_files(session, offer, form, refused, _list_attached(session, credit))
            beside = {"credit": credit, "reason": reason, "expected_no": _get_expected()}
            if _is_draft():
                return _save_draft(session, offer, form, files, **beside)
            try:
                said, chosen = form.read(offer, files, today(offer.person.zone), is_new=False)
            except BadCredit as error:
                return _come_back(session, offer, form, files, problems=error.problems, **beside), 400
            # an amendment gives each claim a version, so the choice goes before it
            is_chosen = choose_certifications(session, offer, credit, form, chosen)
            is_changed = amend_credit(
                session, parts().rulebook, credit, said, expected_no=_get_expected(), reason=reason or None,
                actor=actor(), at=parts().clock.now(),
            )  # fmt: skip
            use_draft(session, offer.person.id, credit)
    except StaleRecord:
        return _show_stale(person_id, credit_id, form, refused, reason), 409
    is_changed = is_changed or is_chosen
    show_toast(_("Saved. The change is on record.") if is_changed else _("Nothing was different, so nothing changed."))
    return redirect(f"/people/{offer.person.id}")


@credits_.get("/people/<int:person_id>/credits/<int:credit_id>/withdraw")
@signed_in
def show_withdraw(person_id: int, credit_id: int) -> Answer:
    """What would be withdrawn, and the question why."""
    with reading() as session:
        offer, credit = _get_both(session, person_id, credit_id)
    note_look("person.viewed", [offer.person.id])
    return _show_withdraw(offer, credit)


@credits_.post("/people/<int:person_id>/credits/<int:credit_id>/withdraw")
@signed_in
def withdraw(person_id: int, credit_id: int) -> Answer:
    """Take it back, with a reason; it stays on record."""
    reason = _get_words("reason")
    try:
        with writing() as session:
            offer, credit = _get_both(session, person_id, credit_id)
            if not reason:
                return _show_withdraw(offer, credit, is_missing=True), 400
            withdraw_credit(
                session, parts().rulebook, credit, expected_no=_get_expected(), reason=reason,
                actor=actor(), at=parts().clock.now(),
            )  # fmt: skip
    except StaleRecord:
        with reading() as session:
            offer, credit = _get_both(session, person_id, credit_id)
        return _show_withdraw(offer, credit, words=reason, is_stale=True), 409
    show_toast(_("Withdrawn. It stays on record and counts for nothing any more."))
    return redirect(f"/people/{offer.person.id}")


def _get_offer(session: Session, person_id: int) -> CreditOffer:
    now = parts().clock.now()
    day = today(get_person(session, person_id).zone)
    return get_credit_offer(session, parts().rulebook, actor(), person_id, today=day, at=now)


def _get_both(session: Session, person_id: int, credit_id: int) -> tuple[CreditOffer, Credit]:
    """The credit with what its form offers: the areas that it names already too."""
    offer = _get_offer(session, person_id)
    credit = get_own_credit(session, offer.person.id, credit_id)
    known = {area.key for area in offer.areas}
    named = dict.fromkeys(area for part in credit.parts for area in part["areas"] if area not in known)
    return replace(offer, areas=(*offer.areas, *(ShownArea(key, None) for key in named))), credit


def _is_draft() -> bool:
    return request.form.get("way") == "draft"


def _save_draft(session: Session, offer: CreditOffer, form: CreditForm, files: FormFiles, **beside: Any) -> Answer:  # noqa: ANN401  # as for _come_back
    """Keep it and lead back; a file that isn't taken is said at once."""
    if files.refused:
        return _come_back(session, offer, form, files, problems={"upload": "refused"}, **beside), 400
    keep_draft(session, offer.person.id, form, files, **beside)
    show_toast(_("The draft is saved. It counts nowhere until you save it as a credit."))
    return redirect(f"/people/{offer.person.id}")


def _come_back(session: Session, offer: CreditOffer, form: CreditForm, files: FormFiles, **values: Any) -> str:  # noqa: ANN401  # those of _show
    """The form once more, with what was typed kept as a draft too."""
    beside = {name: values[name] for name in ("credit", "reason", "expected_no") if name in values}
    return _show(offer, form, files, draft=keep_draft(session, offer.person.id, form, files, **beside), **values)


def _show_stale(person_id: int, credit_id: int, form: CreditForm, refused: tuple[RefusedFile, ...], reason: str) -> str:
    """What was typed beside what is on record by now, which the next save is of."""
    with writing() as session:
        offer, credit = _get_both(session, person_id, credit_id)
        attached = _list_attached(session, credit)
        files = _list_files(session, offer, form, refused, attached)
        recorded = load_recorded(session, credit, attached)
        differences = list_differences(form, recorded, offer)
        form = replace(form, seen=recorded.seen)
        beside = {"credit": credit, "reason": reason, "expected_no": credit.no}
        return _come_back(session, offer, form, files, differences=differences, is_stale=True, **beside)


def _take_form(person_id: int) -> tuple[CreditForm, tuple[RefusedFile, ...]]:
    """What was typed, with the files that came; those of whoever may not log here aren't looked at."""
    with reading() as session:
        offer = _get_offer(session, person_id)
    received = receive_files(list_uploads(), offer.person.id)
    return typed_form().with_files(received.ids), received.refused


def _list_attached(session: Session, credit: Credit) -> tuple[ShownFile, ...]:
    return tuple(list_files(session, [credit.id]).get(credit.id, ()))


def _list_files(
    session: Session,
    offer: CreditOffer,
    form: CreditForm,
    refused: tuple[RefusedFile, ...] = (),
    attached: tuple[ShownFile, ...] = (),
) -> FormFiles:
    """What can be chosen: files that are attached, and those that were sent."""
    person = offer.person
    sent = set(form.files) - {file.id for file in attached}
    return FormFiles((*attached, *list_usable(session, actor(), person.id, sent, today(person.zone))), refused)


def _get_expected() -> int:
    try:
        return read_number(request.form.get("expected_no", ""))
    except ValueError:
        return 0  # no version has it, so nothing is written


def _get_words(name: str) -> str:
    return clean(request.form.get(name, ""))[:_LONGEST_WORDS]


def _show(
    offer: CreditOffer,
    form: CreditForm,
    files: FormFiles,
    *,
    credit: Credit | None = None,
    doubles: Sequence[Credit] = (),
    expected_no: int | None = None,
    draft: int | None = None,
    **values: Any,  # noqa: ANN401  # problems, differences, reason, is_stale, is_withdrawn
) -> str:
    own = {"problems": {}, "differences": {}, "reason": "", "is_stale": False, "is_withdrawn": False} | values
    return render(
        "credits/form.html",
        offer=offer,
        person=offer.person,
        form=form,
        files=files,
        limits=FILE_LIMITS,
        draft=draft,
        draft_at=parts().clock.now().isoformat(),
        kept_days=KEPT_DAYS,
        credit=credit,
        doubles=doubles,
        expected_no=expected_no or (credit.no if credit else None),
        is_own=offer.person.id == actor().person_id,
        today_on=today(offer.person.zone),
        **own,
    )


def _show_withdraw(
    offer: CreditOffer, credit: Credit, *, words: str = "", is_missing: bool = False, is_stale: bool = False
) -> str:
    values = {"words": words, "is_missing": is_missing, "is_stale": is_stale}
    return render("credits/withdraw.html", person=offer.person, credit=credit, **values)
