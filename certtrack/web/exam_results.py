"""What came of a sitting, entered as a table, and withdrawn; and the certification that follows."""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from certtrack.db.models import ExamResult, ExamSitting, Organization, Person
from certtrack.errors import BadInput, NotAllowed, NotFound, Refused, StaleRecord
from certtrack.language import translations
from certtrack.security import Task
from certtrack.services.credits.texts import clean
from certtrack.services.exams.certificates import (
    find_certified,
    find_giving,
    grant_certification,
    record_certificate,
)
from certtrack.services.exams.entering import BadEntries, Entry, enter_results
from certtrack.services.exams.results import NoReason, get_exam_result, withdraw_exam_result
from certtrack.services.exams.seats import SittingPage, show_sitting
from certtrack.services.exams.shown import ShownExam, list_shown_exams
from certtrack.services.exams.sittings import get_sitting
from certtrack.services.people import get_person
from certtrack.web.bad_form import BadForm
from certtrack.web.edge import (
    actor,
    locale,
    needs,
    note_look,
    parts,
    reading,
    render,
    show_toast,
    signed_in,
    today,
    writing,
)
from certtrack.web.exam_forms import (
    CertificateForm,
    ResultRow,
    typed_certificate,
    typed_row,
)
from certtrack.web.exams import name_credentials, show_page
from certtrack.web.frame import gettext as _

exam_results = Blueprint("exam_results", __name__)

_LONGEST_WORDS = 1_000
_TELLING = ("score", "outcome")


@exam_results.post("/exams/<int:sitting_id>/results")
@needs(Task.ENTER_RESULTS)
def enter(sitting_id: int) -> ResponseReturnValue:
    """Save every row that says something, or none: what is wrong is said at its row, and what was typed stays."""
    reason = clean(request.form.get("reason", ""))[:_LONGEST_WORDS]
    rows: dict[int, ResultRow] = {}
    try:
        with writing() as session:
            sitting = get_sitting(session, actor(), sitting_id)
            now = today(session.get_one(Organization, sitting.organization_id).zone)
            page = show_sitting(session, parts().rulebook, actor(), sitting, "", now)
            if not page.can_enter:
                raise NotAllowed("This page isn't here, or isn't yours to see.")
            entries = _read_entries(page, rows)
            changed = enter_results(
                session, parts().rulebook, sitting, entries, reason=reason or None,
                actor=actor(), at=parts().clock.now(),
            )  # fmt: skip
    except BadForm as error:
        return show_page(sitting_id, rows=rows, problems=error.problems, reason=reason), 400
    except BadEntries as error:
        return show_page(sitting_id, rows=rows, problems=_place(error.problems), reason=reason), 409
    show_toast(_say_changed(changed))
    return redirect(f"/exams/{sitting_id}")


@exam_results.get("/people/<int:person_id>/exams/<int:result_id>/certificate")
@signed_in
def show_certificate(person_id: int, result_id: int) -> str:
    """What is known of the certificate, to be completed."""
    with reading() as session:
        person, shown = _get_open(session, person_id, result_id)
    note_look("person.viewed", [person.id])
    return _show(person, shown, CertificateForm())


@exam_results.post("/people/<int:person_id>/exams/<int:result_id>/certificate")
@signed_in
def give_certificate(person_id: int, result_id: int) -> ResponseReturnValue:
    """A granter grants it; a keeper puts on record the one that came."""
    form = typed_certificate()
    with reading() as session:
        person, shown = _get_open(session, person_id, result_id)
    is_grant = shown.giving == "grant"
    try:
        given = form.read(needs_number=is_grant, needs_due=not is_grant)
        with writing() as session:
            result = get_exam_result(session, person.id, result_id)
            act = grant_certification if find_giving(session, result) == "grant" else record_certificate
            act(session, parts().rulebook, result, given, actor=actor(), at=parts().clock.now())
    except BadForm as error:
        return _show(person, shown, form, error.problems), 400
    except BadInput:
        return _show(person, shown, form, {"issued_on": "days"}), 400
    except NotAllowed:
        raise
    except Refused:
        return _show(person, shown, form, {"number": "refused"}), 409
    show_toast(_("Granted. The certification is on record.") if is_grant else _("Saved. The certificate is on record."))
    return redirect(f"/people/{person.id}")


@exam_results.get("/people/<int:person_id>/exams/<int:result_id>/withdraw")
@signed_in
def ask_withdrawal(person_id: int, result_id: int) -> str:
    """What would be withdrawn, and the question why."""
    page = _show_withdrawal(person_id, result_id)
    note_look("person.viewed", [person_id])
    return page


@exam_results.post("/people/<int:person_id>/exams/<int:result_id>/withdraw")
@signed_in
def withdraw(person_id: int, result_id: int) -> ResponseReturnValue:
    """Take it back, with a reason; it stays on record as withdrawn, and says nothing any more."""
    reason = clean(request.form.get("reason", ""))[:_LONGEST_WORDS]
    expected_no = request.form.get("expected_no", 0, type=int)
    try:
        with writing() as session:
            person, result, _shown = _get_withdrawable(session, person_id, result_id)
            withdraw_exam_result(
                session, parts().rulebook, result, expected_no=expected_no, reason=reason,
                actor=actor(), at=parts().clock.now(),
            )  # fmt: skip
    except NoReason:
        return _show_withdrawal(person_id, result_id, has_no_reason=True), 400
    except StaleRecord:
        return _show_withdrawal(person_id, result_id, reason=reason, is_stale=True), 409
    show_toast(_("Withdrawn. It isn't shown on this page any more."))
    return redirect(f"/people/{person.id}")


def _read_entries(page: SittingPage, rows: dict[int, ResultRow]) -> list[Entry]:
    """What the rows say. Raises BadForm; `rows` then has all that was typed."""
    problems: dict[str, str] = {}
    entries = []
    for seat in page.seats:
        number = seat.registration.id
        rows[number] = row = typed_row(number)
        no = int(row.no) if row.no.isdecimal() else 0
        if seat.is_own or (row.says_nothing and _shows_nothing(seat.result, no)):
            continue
        told = row.read(number, _find_day(page.sitting, seat.result), problems)
        entries.append(Entry(seat.registration, told, seat.result, no))
    if _has_others(rows):
        problems["seats"] = "seat_gone"
    if problems:
        raise BadForm(problems)
    return entries


def _has_others(rows: Mapping[int, ResultRow]) -> bool:
    """True where something came for somebody who has no seat any more."""
    here = {f"{name}{number}" for number in rows for name in _TELLING}
    return any(name.startswith(_TELLING) and name not in here and text.strip() for name, text in request.form.items())


def _shows_nothing(result: ExamResult | None, no: int) -> bool:
    """True where an empty row says nothing: it showed no result, or one of which no more than the sitting is known."""
    return not no or result is None or result.outcome == "not_known"


def _find_day(sitting: ExamSitting, result: ExamResult | None) -> date:
    return result.taken_on if result is not None else sitting.held_on


def _place(problems: Mapping[int, str]) -> dict[str, str]:
    """The problems by the field that each is shown at."""
    fields = {"taken": "attempt", "stale": "score", "own": "score"}
    placed = {f"{fields[code]}{number}": code for number, code in problems.items() if code in fields}
    return placed | ({"reason": "no_reason"} if "no_reason" in problems.values() else {})


def _say_changed(changed: int) -> str:
    if not changed:
        return _("Nothing was different, so nothing changed.")
    said = translations(locale()).ngettext(
        "Saved. 1 result is on record.", "Saved. %(num)d results are on record.", changed
    )
    return said % {"num": changed}


def _get_open(session: Session, person_id: int, result_id: int) -> tuple[Person, ShownExam]:
    """The result, for which this reader has something to give. Raises NotFound."""
    person, found = _get_shown(session, person_id, result_id)
    if not found.giving:
        raise NotFound(f"There is no exam result with the number {result_id} on this person's record.")
    return person, found


def _get_withdrawable(session: Session, person_id: int, result_id: int) -> tuple[Person, ExamResult, ShownExam]:
    """The result, which is this reader's to take back. Raises NotFound."""
    person, found = _get_shown(session, person_id, result_id)
    if not found.can_withdraw:
        raise NotFound(f"There is no exam result with the number {result_id} on this person's record.")
    return person, get_exam_result(session, person.id, result_id), found


def _get_shown(session: Session, person_id: int, result_id: int) -> tuple[Person, ShownExam]:
    person = get_person(session, person_id)
    shown = list_shown_exams(session, parts().rulebook, actor(), person.id, today=today(person.zone))
    found = next((one for one in shown if one.id == result_id), None)
    if found is None:
        raise NotFound(f"There is no exam result with the number {result_id} on this person's record.")
    return person, found


def _show_withdrawal(
    person_id: int, result_id: int, *, reason: str = "", has_no_reason: bool = False, is_stale: bool = False
) -> str:
    with reading() as session:
        person, result, shown = _get_withdrawable(session, person_id, result_id)
        is_certified = find_certified(session, result) is not None
    return render(
        "exams/withdraw.html",
        person=person,
        shown=shown,
        no=result.no,
        reason=reason,
        has_no_reason=has_no_reason,
        is_stale=is_stale,
        is_certified=is_certified,
        names=name_credentials(),
    )


def _show(person: Person, shown: ShownExam, form: CertificateForm, problems: Mapping[str, str] | None = None) -> str:
    return render(
        "exams/certificate.html",
        person=person,
        shown=shown,
        form=form,
        problems=problems or {},
        computed=shown.computed_due_on,
        names=name_credentials(),
    )
