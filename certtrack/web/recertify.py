"""Recertifying step by step: each step at its own address with its own Save, which sends nothing; the last one sends.

Under a keeper the last step says that it was sent, and there is a packet to print; under a granter it submits.
"""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from certtrack.errors import NotAllowed, Refused, StaleRecord
from certtrack.rules.recertifying import StepKey
from certtrack.services.applications import sending
from certtrack.services.applications.deciding import submit
from certtrack.services.applications.typed import BadApplication, read_sent
from certtrack.services.evidence.limits import BadFile
from certtrack.services.recertifying.attesting import attest, take_back_attestation
from certtrack.services.recertifying.saving import save_step
from certtrack.services.recertifying.steps import NothingToRecertify, Recertification
from certtrack.services.recertifying.typed import keep_sending, read_fee, read_name, read_papers
from certtrack.web.application_form import AT, doing, get_expected, take_files
from certtrack.web.edge import parts, show_toast, signed_in, writing
from certtrack.web.frame import gettext as _
from certtrack.web.recertify_pages import load, show_over, show_packet, show_page
from certtrack.web.uploads import Received, takes_files

recertify = Blueprint("recertify", __name__)

_STEPS = "<any(exam, hours, evidence, statement, fee, send):step>"
_LONGEST_MARK = 16


@recertify.get(f"{AT}/recertify")
@signed_in
def index(person_id: int, certification_id: int) -> str:
    """Every step and how far it is; once it was sent, what comes next."""
    return _show(person_id, certification_id, "index")


@recertify.get(f"{AT}/recertify/{_STEPS}")
@signed_in
def show(person_id: int, certification_id: int, step: str) -> str:
    """One step, with what was saved of it."""
    return _show(person_id, certification_id, step)


@recertify.get(f"{AT}/packet")
@signed_in
def packet(person_id: int, certification_id: int) -> str:
    """What goes to the program, to be printed; `?certificates=1` with each page of each certificate."""
    try:
        return show_packet(person_id, certification_id, with_certificates=bool(request.args.get("certificates")))
    except NothingToRecertify:
        return show_over(person_id)


@recertify.post(f"{AT}/recertify/{_STEPS}")
@signed_in
@takes_files
def save(person_id: int, certification_id: int, step: str) -> ResponseReturnValue:
    """Save the step; nothing is sent by it. Of the last one, with `do=send`: it was sent, or is submitted."""
    came = _take_files(person_id, certification_id) if step == "send" else Received()
    if came.refused:
        return _show(person_id, certification_id, step, came=came, problems={"upload": "refused"}), 400

    def write(session: Session) -> tuple[str, StepKey | None]:
        found = load(session, person_id, certification_id)
        key = found.find_step(step).key
        if key == "send" and request.form.get("do") == "send":
            return _send(session, found, came), None
        if key == "statement":
            _agree(session, found)
        else:
            save_step(session, found, key, _read(found, key), **doing())
        return _say_saved(found), found.find_next(key)

    return _answer(write, person_id, certification_id, step, came)


@recertify.post(f"{AT}/recertify/statement/take-back")
@signed_in
def take_back(person_id: int, certification_id: int) -> ResponseReturnValue:
    """The holder agrees no longer, or has agreed by mistake."""

    def write(session: Session) -> tuple[str, StepKey | None]:
        found = load(session, person_id, certification_id)
        take_back_attestation(session, found, get_expected("attestation"), **doing())
        return _("Taken back. It stays on record that it was once agreed to."), "statement"

    return _answer(write, person_id, certification_id, "statement", Received())


def _answer(
    write: Callable[[Session], tuple[str, StepKey | None]],
    person_id: int,
    certification_id: int,
    step: str,
    came: Received,
) -> ResponseReturnValue:
    """What was written is said on the next page; what is wrong, beside what was typed."""
    try:
        with writing() as session:
            sentence, following = write(session)
    except NothingToRecertify:
        return show_over(person_id), 409
    except BadApplication as error:
        return _show(person_id, certification_id, step, came=came, problems=error.problems), 400
    except BadFile:
        return _show(person_id, certification_id, step, came=came, problems={"upload": "too_many"}), 400
    except NotAllowed:
        raise
    except Refused as error:
        why_not = "stale" if isinstance(error, StaleRecord) else "refused"
        return _show(person_id, certification_id, step, came=came, why_not=why_not), 409
    show_toast(sentence)
    at = f"/people/{person_id}/certifications/{certification_id}/recertify"
    return redirect(f"{at}/{following}" if following else at)


def _show(person_id: int, certification_id: int, step: str, **values: Any) -> str:  # noqa: ANN401  # those of show_page
    try:
        return show_page(person_id, certification_id, step, **values)
    except NothingToRecertify:
        return show_over(person_id)


def _take_files(person_id: int, certification_id: int) -> Received:
    """Files chosen before, and those that came now, put on record once it is known that they may be sent."""
    return take_files(lambda session: load(session, person_id, certification_id).person.id)


def _say_saved(found: Recertification) -> str:
    if found.is_granter:
        return _("Saved. Nothing has been submitted yet.")
    return _("Saved. Nothing has been sent to the program yet.")


def _send(session: Session, found: Recertification, came: Received) -> str:
    sent = read_sent(request.form, found.today, came.ids)
    rulebook, certification = parts().rulebook, found.certification
    if found.is_granter:
        submit(session, rulebook, certification, sent, after=get_expected("after"), **doing())
        return _("Submitted. The office decides on it.")
    sending.record_sent(session, rulebook, certification, sent, **doing())
    return _("On record: it was sent. We can't see the answer: enter the new certificate when it comes.")


def _read(found: Recertification, key: StepKey) -> Mapping[str, Any]:
    """What is kept of a step that nothing else is put on record of. Raises BadApplication."""
    if key == "fee":
        return read_fee(request.form, found.today)
    if key == "send":
        return keep_sending(request.form)
    seen: dict[str, Any] = {"seen": request.form.get("seen", "")[:_LONGEST_MARK]}
    return seen | ({"papers": read_papers(request.form.getlist("papers"), found.papers)} if key == "evidence" else {})


def _agree(session: Session, found: Recertification) -> None:
    name = read_name(request.form, found.today)
    sha256, language = request.form.get("sha256", ""), request.form.get("language", "")
    attest(session, found, name, sha256=sha256, language=language, **doing())
