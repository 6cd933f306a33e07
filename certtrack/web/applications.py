"""Applications: the office's list, what was sent, the certificate that came, and what is said of going on."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from certtrack.clock import today_in
from certtrack.errors import Refused
from certtrack.rules.facts import IntentionKind
from certtrack.security import Task, can_do
from certtrack.services.applications import intentions, sending
from certtrack.services.applications.deciding import submit, take_back_decision
from certtrack.services.applications.receipts import add_receipt, read_receipt
from certtrack.services.applications.steps import get_step
from certtrack.services.applications.told import find_last_plan_day, find_seen
from certtrack.services.applications.typed import (
    read_certificate,
    read_more_time,
    read_plan,
    read_sent,
    read_words,
)
from certtrack.services.applications.waiting import KINDS, PAGE, list_applications
from certtrack.services.overview import find_zone
from certtrack.web.application_form import AT, Came, answer_form, doing, get_expected
from certtrack.web.edge import actor, needs, note_look, parts, reading, render, signed_in
from certtrack.web.frame import gettext as _
from certtrack.web.uploads import takes_files

applications = Blueprint("applications", __name__)

_MOST_PAGES = 100_000
_TAKING_BACK = {"sent": sending.take_back_sent, "certificate": sending.take_back_certificate}


@applications.get("/applications")
@needs(Task.LIST_APPLICATIONS)
def index() -> str:
    """What stands open, the nearest due day first; `?kind=` narrows it, `?page=` turns the page."""
    kind = request.args.get("kind", "")
    kind = kind if kind in KINDS else ""
    number = min(max(request.args.get("page", 1, type=int), 1), _MOST_PAGES)
    with reading() as session:
        today = today_in(parts().clock, find_zone(session, actor()))
        page = list_applications(session, actor(), today, kind, number)
    note_look("applications.listed", page.person_ids)
    return render(
        "applications/list.html",
        page=page,
        kind=kind,
        kinds=KINDS,
        own_id=actor().person_id,
        can_waive=can_do(actor(), Task.WAIVE_FOR_MANY),
        today_on=today,
        packs={pack.key: pack for pack in parts().rulebook.packs.list()},
        previous_url=_page_url(kind, page.number - 1) if page.number > 1 else None,
        next_url=_page_url(kind, page.number + 1) if page.number * PAGE < page.total else None,
    )


@applications.route(f"{AT}/application", methods=["GET", "POST"])
@signed_in
@takes_files
def send(person_id: int, certification_id: int) -> ResponseReturnValue:
    """Say that the application was sent: when, how, with what. Under a granter it is submitted by that."""

    def write(session: Session, came: Came) -> str:
        sent = read_sent(request.form, came.today, came.files)
        if came.is_granter:
            submit(session, parts().rulebook, came.certification, sent, after=get_expected("after"), **doing())
            return _("Saved: the application was submitted.")
        sending.record_sent(session, parts().rulebook, came.certification, sent, **doing())
        return _("Saved: the application was sent. Enter the new certificate when it comes.")

    return answer_form("applications/sent.html", person_id, certification_id, write)


@applications.route(f"{AT}/certificate", methods=["GET", "POST"])
@signed_in
@takes_files
def certificate(person_id: int, certification_id: int) -> ResponseReturnValue:
    """Say that the new certificate came, and which day it states."""

    def write(session: Session, came: Came) -> str:
        if came.offer.application is None:
            raise Refused("No open cycle is on record for this certification.")
        due_on = came.offer.application.cycle.due_on
        new = read_certificate(request.form, due_on, came.today, came.files)
        sending.record_certificate(session, parts().rulebook, came.certification, new, **doing())
        return _("Saved. The next cycle is on record, with the day of the new certificate.")

    return answer_form("applications/certificate.html", person_id, certification_id, write)


@applications.route(f"{AT}/steps/<int:step_id>/take-back", methods=["GET", "POST"])
@signed_in
def take_back_step(person_id: int, certification_id: int, step_id: int) -> ResponseReturnValue:
    """Take back, with a reason, a step: that it was sent, that a certificate came, or what was decided."""

    def write(session: Session, came: Came) -> str:
        step = get_step(session, came.certification, step_id)
        reason = read_words(request.form, came.today, "reason")
        take_back = _TAKING_BACK.get(step.kind, take_back_decision)
        take_back(session, parts().rulebook, step, expected_no=get_expected(), reason=reason, **doing())
        return _("Taken back. It stays on record that it was once entered.")

    return answer_form("applications/take_back.html", person_id, certification_id, write, step_id=step_id)


@applications.route(f"{AT}/steps/<int:step_id>/receipt", methods=["GET", "POST"])
@signed_in
@takes_files
def receipt(person_id: int, certification_id: int, step_id: int) -> ResponseReturnValue:
    """Add what was given for an application that is on its way, once it is there."""

    def write(session: Session, came: Came) -> str:
        step = get_step(session, came.certification, step_id)
        given = read_receipt(request.form, came.today, came.files)
        add_receipt(session, parts().rulebook, step, given, expected_no=get_expected(), **doing())
        return _("Saved: the receipt is with the application.")

    return answer_form("applications/receipt.html", person_id, certification_id, write, step_id=step_id)


@applications.route(f"{AT}/more-time", methods=["GET", "POST"])
@signed_in
def more_time(person_id: int, certification_id: int) -> ResponseReturnValue:
    """Ask for more time, until a day or without one."""

    def write(session: Session, came: Came) -> str:
        until_on, words = read_more_time(request.form, came.today)
        _say(session, came, "more_time", until_on=until_on, words=words)
        return _("Saved. The office sees it; the due day stays as it is until the program gives another.")

    return answer_form("applications/more_time.html", person_id, certification_id, write)


@applications.route(f"{AT}/plan", methods=["GET", "POST"])
@signed_in
def plan(person_id: int, certification_id: int) -> ResponseReturnValue:
    """Say for which day there is a plan; until then reminders rest."""

    def write(session: Session, came: Came) -> str:
        last_on = find_last_plan_day(session, parts().rulebook, came.certification, came.today)
        _say(session, came, "plan", until_on=read_plan(request.form, last_on, came.today))
        return _("Saved. Reminders rest until that day, and go on in the last two weeks before the due day.")

    return answer_form("applications/plan.html", person_id, certification_id, write)


@applications.post(f"{AT}/seen")
@signed_in
def seen(person_id: int, certification_id: int) -> ResponseReturnValue:
    """Say that the last mail was seen: it isn't repeated, and nobody gets a copy of it."""

    def write(session: Session, came: Came) -> str:
        _say(session, came, "seen", seen=find_seen(session, came.certification, get_expected("reminder")))
        return _("Saved. That mail isn't sent again; the next one comes on its day.")

    return answer_form("applications/over.html", person_id, certification_id, write)


@applications.route(f"{AT}/not-going-on", methods=["GET", "POST"])
@signed_in
def not_going_on(person_id: int, certification_id: int) -> ResponseReturnValue:
    """Say that the holder isn't going on; nothing more is mailed then."""

    def write(session: Session, came: Came) -> str:
        _say(session, came, "not_going_on")
        return _("Saved. Nothing more is mailed for this certification, until this is taken back.")

    return answer_form("applications/not_going_on.html", person_id, certification_id, write)


@applications.post(f"{AT}/intentions/<int:intention_id>/take-back")
@signed_in
def take_back_intention(person_id: int, certification_id: int, intention_id: int) -> ResponseReturnValue:
    """Say that it is so no longer."""

    def write(session: Session, came: Came) -> str:
        said = intentions.get_intention(session, came.certification, intention_id)
        intentions.take_back(session, parts().rulebook, said, expected_no=get_expected(), **doing())
        return _("Taken back. Reminders go on.")

    return answer_form("applications/over.html", person_id, certification_id, write)


@applications.route(f"{AT}/intentions/<int:intention_id>/answer", methods=["GET", "POST"])
@signed_in
def answer(person_id: int, certification_id: int, intention_id: int) -> ResponseReturnValue:
    """The office answers a wish for more time, in words that stay on record."""

    def write(session: Session, came: Came) -> str:
        said = intentions.get_intention(session, came.certification, intention_id)
        words = read_words(request.form, came.today)
        intentions.answer(
            session, parts().rulebook, said, words, expected_no=get_expected(), **doing()
        )  # fmt: skip
        return _("Saved. The wish is answered, and reminders go on.")

    return answer_form("applications/answer.html", person_id, certification_id, write, intention_id=intention_id)


def _say(session: Session, came: Came, kind: IntentionKind, **values: Any) -> None:  # noqa: ANN401  # until_on, words
    common: dict[str, Any] = {"expected_no": get_expected()} | doing()
    intentions.say(session, parts().rulebook, came.certification, kind, **values, **common)


def _page_url(kind: str, number: int) -> str:
    values = ({"kind": kind} if kind else {}) | ({"page": number} if number > 1 else {})
    return f"/applications?{urlencode(values)}" if values else "/applications"
