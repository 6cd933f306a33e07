"""A person's credits: logged and amended by the same form, withdrawn with a reason."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certtrack.db.models import Credit, Person
from certtrack.errors import StaleRecord
from certtrack.services.credits.drafts import list_drafts
from certtrack.services.credits.duplicates import list_duplicates, list_keys
from certtrack.services.credits.page import WithdrawnCredit, find_only_claimed, get_own_credit, has_claimable
from certtrack.services.credits.problems import BadCredit
from certtrack.services.credits.records import amend_credit, withdraw_credit
from certtrack.services.credits.repeating import list_earlier, repeat_credit
from certtrack.services.credits.rights import check_can_log
from certtrack.services.locking import lock_people
from certtrack.services.offerings.planning import PlanGone
from certtrack.services.people import get_person
from certtrack.web.credit_claims import choose_certifications
from certtrack.web.credit_drafts import keep_draft, load_draft, use_draft
from certtrack.web.credit_form import CreditForm, FormFiles, blank_form, list_differences, recorded_form
from certtrack.web.credit_kept import KeptCredit, load_kept
from certtrack.web.credit_page import (
    Editing,
    come_back,
    find_ahead,
    find_files,
    get_beside,
    get_editing,
    get_expected,
    get_words,
    show_form,
    take_form,
)
from certtrack.web.credit_plans import begin_from_plan, log_form
from certtrack.web.edge import actor, note_look, parts, reading, render, show_toast, signed_in, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number
from certtrack.web.uploads import FILE_LIMITS, Received, takes_files

credits_ = Blueprint("credits", __name__)

Answer = str | Response | tuple[str, int]
_BEGUN = ("draft", "repeat", "planned", "kept", "blank")


@credits_.get("/people/<int:person_id>/credits/new")
@signed_in
def new(person_id: int) -> Answer:
    """Where to begin: with a file, without one, or with `?draft=`, `?repeat=`, `?planned=` or what was `?kept=`."""
    with reading() as session:
        person = get_person(session, person_id)
        is_begun = any(name in request.args for name in _BEGUN)
        page = _begin(session, get_editing(session, person.id)) if is_begun else _start(session, person)
    note_look("person.viewed", [person.id])
    return page


def _start(session: Session, person: Person) -> str:
    day, at = today(person.zone), parts().clock.now()
    return render(
        "credits/start.html",
        person=person,
        is_claimable=has_claimable(session, parts().rulebook, actor(), person.id, today=day, at=at),
        earlier=list_earlier(session, person.id),
        drafts=[draft for draft in list_drafts(session, actor(), person.id) if draft.credit_id is None],
        limits=FILE_LIMITS,
    )


def _begin(session: Session, editing: Editing) -> str:
    if kept := load_kept(session, editing.url):
        return _show_kept(session, editing, kept)
    draft = load_draft(session, editing.offer.person.id)
    form = draft.form if draft else begin_from_plan(session, editing.offer.person.id) or _repeat(session, editing)
    files, ahead = find_files(session, editing, form), find_ahead(session, editing, form)
    of_draft: dict[str, Any] = {"draft": draft.id, "draft_at": draft.touched_at} if draft else {}
    return show_form(editing.offer, form, files, preview=ahead, **of_draft)


def _repeat(session: Session, editing: Editing) -> CreditForm:
    number = request.args.get("repeat", type=read_number)
    if number is None:
        return blank_form()
    typed, claimed = repeat_credit(session, editing.offer.person.id, number)
    return CreditForm(typed, tuple(str(one) for one in claimed))


def _show_kept(session: Session, editing: Editing, kept: KeptCredit) -> str:
    files, ahead = find_files(session, editing, kept.form), find_ahead(session, editing, kept.form)
    return show_form(editing.offer, kept.form, files, credit=editing.credit, preview=ahead, **kept.beside)


@credits_.post("/people/<int:person_id>/credits/new")
@signed_in
@takes_files
def log(person_id: int) -> Answer:
    """Put it on record; what can't be read, or may be there already, is said before anything is saved.

    Where the plan that it began with was logged or dropped meanwhile what was typed comes back, as any other credit.
    """
    form, received = take_form(person_id)
    try:
        return _log(person_id, form, received)
    except PlanGone:
        with writing() as session:
            editing, form = get_editing(session, person_id), replace(form, planned=None)
            files = find_files(session, editing, form, received)
            return come_back(session, editing, form, files, is_plan_gone=True), 409


def _log(person_id: int, form: CreditForm, received: Received) -> Answer:
    with writing() as session:
        editing = get_editing(session, person_id)
        offer, files = editing.offer, find_files(session, editing, form, received)
        if _asks("draft"):
            return _save_draft(session, editing, form, files)
        if not offer.claimable:
            return come_back(session, editing, form, files), 409
        day = today(offer.person.zone)
        try:
            credit, chosen = form.read(offer, files, day, is_new=True)
        except BadCredit as error:
            form = form.filled_in(received.read, offer, day)
            return come_back(session, editing, form, files, problems=error.problems), 400
        lock_people(session, [offer.person.id])
        doubles = list_duplicates(session, offer.person.id, credit, list_keys(item.pack for item in offer.claimable))
        if doubles and not request.form.get("anyway"):
            return come_back(session, editing, form, files, doubles=doubles), 409
        number = log_form(session, offer.person.id, form, credit, chosen).id
        use_draft(session, offer.person.id)
    if _asks("another"):
        show_toast(_("Saved: “%(title)s”. Nothing has been sent. Here is the next one.") % {"title": credit.title})
        return redirect(editing.url)
    return redirect(_find_saved(offer.person.id, number))


@credits_.get("/people/<int:person_id>/credits/<int:credit_id>/amend")
@signed_in
def show_amend(person_id: int, credit_id: int) -> Answer:
    """The form with what is on record, or `?draft=` or what was `?kept=` to go on with."""
    with reading() as session:
        editing = get_editing(session, person_id, credit_id)
        page = _show_amend(session, editing, editing.credit) if editing.credit else ""
    note_look("person.viewed", [editing.offer.person.id])
    return page


def _show_amend(session: Session, editing: Editing, credit: Credit) -> str:
    if "kept" in request.args and (kept := load_kept(session, editing.url)):
        return _show_kept(session, editing, kept)
    draft = load_draft(session, editing.offer.person.id, credit)
    form = draft.form if draft else recorded_form(credit, editing.attached, editing.claims)
    values: dict[str, Any] = {"credit": credit}
    if draft is not None:
        values |= {"expected_no": draft.expected_no, "draft": draft.id, "reason": draft.reason}
        values |= {"draft_at": draft.touched_at, "preview": find_ahead(session, editing, form)}
    return show_form(editing.offer, form, find_files(session, editing, form), **values)


@credits_.post("/people/<int:person_id>/credits/<int:credit_id>/amend")
@signed_in
@takes_files
def amend(person_id: int, credit_id: int) -> Answer:
    """Correct it; where somebody else was first both versions are shown, and nothing is saved.

    Where somebody has withdrawn it meanwhile what was typed comes back as a form for a new credit.
    """
    form, received = take_form(person_id)
    try:
        return _amend(person_id, credit_id, form, received)
    except WithdrawnCredit:
        with writing() as session:
            editing = get_editing(session, person_id)
            files = find_files(session, editing, form, received)
            return come_back(session, editing, form, files, is_withdrawn=True), 409


def _amend(person_id: int, credit_id: int, form: CreditForm, received: Received) -> Answer:
    try:
        with writing() as session:
            editing = get_editing(session, person_id, credit_id)
            offer, files, beside = editing.offer, find_files(session, editing, form, received), get_beside(editing)
            credit: Credit = beside["credit"]
            if _asks("draft"):
                return _save_draft(session, editing, form, files, **beside)
            try:
                said, chosen = form.read(offer, files, today(offer.person.zone), is_new=False)
            except BadCredit as error:
                return come_back(session, editing, form, files, problems=error.problems, **beside), 400
            # an amendment gives each claim a version, so the choice goes before it
            is_chosen = choose_certifications(session, offer, credit, form, chosen)
            is_changed = amend_credit(
                session, parts().rulebook, credit, said, expected_no=get_expected(), reason=beside["reason"] or None,
                actor=actor(), at=parts().clock.now(),
            )  # fmt: skip
            use_draft(session, offer.person.id, credit)
    except StaleRecord:
        return _show_stale(person_id, credit_id, form, received), 409
    if is_changed or is_chosen:
        return redirect(_find_saved(offer.person.id, credit_id))
    show_toast(_("Nothing was different, so nothing changed."))
    return redirect(f"/people/{offer.person.id}")


@credits_.get("/people/<int:person_id>/credits/<int:credit_id>/withdraw")
@signed_in
def show_withdraw(person_id: int, credit_id: int) -> Answer:
    """What would be withdrawn, and the question why."""
    with reading() as session:
        person, credit = _get_own(session, person_id, credit_id)
    note_look("person.viewed", [person.id])
    return _show_withdraw(person, credit)


@credits_.post("/people/<int:person_id>/credits/<int:credit_id>/withdraw")
@signed_in
def withdraw(person_id: int, credit_id: int) -> Answer:
    """Take it back, with a reason; it stays on record."""
    reason = get_words("reason")
    try:
        with writing() as session:
            person, credit = _get_own(session, person_id, credit_id)
            if not reason:
                return _show_withdraw(person, credit, is_missing=True), 400
            certification_id = find_only_claimed(session, credit.id)
            withdraw_credit(
                session, parts().rulebook, credit, expected_no=get_expected(), reason=reason,
                actor=actor(), at=parts().clock.now(),
            )  # fmt: skip
    except StaleRecord:
        with reading() as session:
            person, credit = _get_own(session, person_id, credit_id)
        return _show_withdraw(person, credit, words=reason, is_stale=True), 409
    show_toast(_("Withdrawn. It stays on record and counts for nothing any more."))
    of_it = f"/certifications/{certification_id}" if certification_id is not None else ""
    return redirect(f"/people/{person.id}{of_it}")


def _get_own(session: Session, person_id: int, credit_id: int) -> tuple[Person, Credit]:
    person = get_person(session, person_id)
    check_can_log(session, actor(), person.id, parts().clock.now())
    return person, get_own_credit(session, person.id, credit_id)


def _find_saved(person_id: int, credit_id: int) -> str:
    """Where what was saved is told with what it has moved: the first page of the reader, or of whose credit it is."""
    own = actor().person_id == person_id
    return f"/home?saved={credit_id}" if own else f"/people/{person_id}?saved={credit_id}"


def _asks(way: str) -> bool:
    return request.form.get("way") == way


def _save_draft(session: Session, editing: Editing, form: CreditForm, files: FormFiles, **beside: Any) -> Answer:  # noqa: ANN401  # as for come_back
    """Keep it and lead back; a file that isn't taken is said at once."""
    if files.refused:
        return come_back(session, editing, form, files, problems={"upload": "refused"}, **beside), 400
    keep_draft(session, editing.offer.person.id, form, files, **beside)
    show_toast(_("The draft is saved. It counts nowhere until you save it as a credit."))
    return redirect(f"/people/{editing.offer.person.id}")


def _show_stale(person_id: int, credit_id: int, form: CreditForm, received: Received) -> str:
    """What was typed beside what is on record by now, which the next save is of."""
    with writing() as session:
        editing = get_editing(session, person_id, credit_id)
        beside = get_beside(editing)
        credit: Credit = beside["credit"]
        files = find_files(session, editing, form, received)
        recorded = recorded_form(credit, editing.attached, editing.claims)
        differences = list_differences(form, recorded, editing.offer)
        form = replace(form, seen=recorded.seen)
        beside["expected_no"] = credit.no
        return come_back(session, editing, form, files, differences=differences, is_stale=True, **beside)


def _show_withdraw(
    person: Person, credit: Credit, *, words: str = "", is_missing: bool = False, is_stale: bool = False
) -> str:
    values = {"words": words, "is_missing": is_missing, "is_stale": is_stale}
    return render("credits/withdraw.html", person=person, credit=credit, **values)
