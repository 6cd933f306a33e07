"""Applications under a keeper: sent, taken back, the certificate that came; and what is said of going on."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from certtrack.clock import today_in
from certtrack.errors import NotAllowed, Refused, StaleRecord
from certtrack.rules.facts import IntentionKind
from certtrack.security import Task
from certtrack.services.applications import intentions, sending
from certtrack.services.applications.page import ApplicationOffer, get_application_offer
from certtrack.services.applications.rights import today_by_pack
from certtrack.services.applications.typed import (
    BadApplication,
    read_certificate,
    read_more_time,
    read_sent,
    read_words,
)
from certtrack.services.applications.waiting import KINDS, PAGE, list_applications
from certtrack.services.overview import find_zone
from certtrack.services.people import get_person
from certtrack.web.edge import actor, needs, note_look, parts, reading, render, show_toast, signed_in, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number

applications = Blueprint("applications", __name__)

_LONGEST = 1_500  # what is longer than any text that is taken need not come back whole
_MOST_PAGES = 100_000
_AT = "/people/<int:person_id>/certifications/<int:certification_id>"
Write = Callable[[Session, ApplicationOffer], str]


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
        today_on=today,
        packs={pack.key: pack for pack in parts().rulebook.packs.list()},
        previous_url=_page_url(kind, page.number - 1) if page.number > 1 else None,
        next_url=_page_url(kind, page.number + 1) if page.number * PAGE < page.total else None,
    )


@applications.route(f"{_AT}/application", methods=["GET", "POST"])
@signed_in
def send(person_id: int, certification_id: int) -> ResponseReturnValue:
    """Say that the application was sent: when, how, with what."""

    def write(session: Session, offer: ApplicationOffer) -> str:
        sent = read_sent(request.form, _today(offer))
        sending.record_sent(session, parts().rulebook, offer.certification, sent, actor=actor(), at=_now())
        return _("Saved: the application was sent. Enter the new certificate when it comes.")

    return _answer("applications/sent.html", person_id, certification_id, write)


@applications.route(f"{_AT}/certificate", methods=["GET", "POST"])
@signed_in
def certificate(person_id: int, certification_id: int) -> ResponseReturnValue:
    """Say that the new certificate came, and which day it states."""

    def write(session: Session, offer: ApplicationOffer) -> str:
        if offer.application is None:
            raise Refused("No open cycle is on record for this certification.")
        came = read_certificate(request.form, offer.application.cycle.due_on, _today(offer))
        sending.record_certificate(session, parts().rulebook, offer.certification, came, actor=actor(), at=_now())
        return _("Saved. The next cycle is on record, with the day of the new certificate.")

    return _answer("applications/certificate.html", person_id, certification_id, write)


@applications.route(f"{_AT}/steps/<int:step_id>/take-back", methods=["GET", "POST"])
@signed_in
def take_back_step(person_id: int, certification_id: int, step_id: int) -> ResponseReturnValue:
    """Take back, with a reason, that it was sent or that a certificate came."""

    def write(session: Session, offer: ApplicationOffer) -> str:
        step = sending.get_step(session, offer.certification, step_id)
        reason = read_words(request.form, _today(offer), "reason")
        take_back = sending.take_back_sent if step.kind == "sent" else sending.take_back_certificate
        take_back(
            session, parts().rulebook, step, expected_no=_get_expected(), reason=reason, actor=actor(), at=_now()
        )  # fmt: skip
        return _("Taken back. It stays on record that it was once entered.")

    return _answer("applications/take_back.html", person_id, certification_id, write, step_id=step_id)


@applications.route(f"{_AT}/more-time", methods=["GET", "POST"])
@signed_in
def more_time(person_id: int, certification_id: int) -> ResponseReturnValue:
    """Ask for more time, until a day or without one."""

    def write(session: Session, offer: ApplicationOffer) -> str:
        until_on, words = read_more_time(request.form, _today(offer))
        _say(session, offer, "more_time", until_on=until_on, words=words)
        return _("Saved. The office sees it; the due day stays as it is until the program gives another.")

    return _answer("applications/more_time.html", person_id, certification_id, write)


@applications.route(f"{_AT}/not-going-on", methods=["GET", "POST"])
@signed_in
def not_going_on(person_id: int, certification_id: int) -> ResponseReturnValue:
    """Say that the holder isn't going on; nothing more is mailed then."""

    def write(session: Session, offer: ApplicationOffer) -> str:
        _say(session, offer, "not_going_on")
        return _("Saved. Nothing more is mailed for this certification, until this is taken back.")

    return _answer("applications/not_going_on.html", person_id, certification_id, write)


@applications.post(f"{_AT}/intentions/<int:intention_id>/take-back")
@signed_in
def take_back_intention(person_id: int, certification_id: int, intention_id: int) -> ResponseReturnValue:
    """Say that it is so no longer."""

    def write(session: Session, offer: ApplicationOffer) -> str:
        said = intentions.get_intention(session, offer.certification, intention_id)
        intentions.take_back(session, parts().rulebook, said, expected_no=_get_expected(), actor=actor(), at=_now())
        return _("Taken back. Reminders go on.")

    return _answer("applications/over.html", person_id, certification_id, write)


@applications.route(f"{_AT}/intentions/<int:intention_id>/answer", methods=["GET", "POST"])
@signed_in
def answer(person_id: int, certification_id: int, intention_id: int) -> ResponseReturnValue:
    """The office answers a wish for more time, in words that stay on record."""

    def write(session: Session, offer: ApplicationOffer) -> str:
        said = intentions.get_intention(session, offer.certification, intention_id)
        words = read_words(request.form, _today(offer))
        intentions.answer(
            session, parts().rulebook, said, words, expected_no=_get_expected(), actor=actor(), at=_now()
        )  # fmt: skip
        return _("Saved. The wish is answered, and reminders go on.")

    return _answer("applications/answer.html", person_id, certification_id, write, intention_id=intention_id)


def _answer(
    template: str,
    person_id: int,
    certification_id: int,
    write: Write,
    **values: Any,  # noqa: ANN401  # what the template needs besides
) -> ResponseReturnValue:
    """The form; or what was typed is written, and the person's page comes next. What is wrong stands beside it."""
    if request.method == "GET":
        return _show(template, person_id, certification_id, **values)
    try:
        with writing() as session:
            sentence = write(session, _get_offer(session, person_id, certification_id))
    except BadApplication as error:
        return _show(template, person_id, certification_id, problems=error.problems, **values), 400
    except StaleRecord:
        return _show(template, person_id, certification_id, is_stale=True, **values), 409
    except NotAllowed:
        raise
    except Refused:
        return _show(template, person_id, certification_id, is_refused=True, **values), 409
    show_toast(sentence)
    return redirect(f"/people/{person_id}")


def _show(
    template: str,
    person_id: int,
    certification_id: int,
    *,
    problems: Mapping[str, str] | None = None,
    **values: Any,  # noqa: ANN401  # likewise
) -> str:
    with reading() as session:
        offer = _get_offer(session, person_id, certification_id)
    note_look("person.viewed", [offer.person.id])
    own: dict[str, Any] = {"is_stale": False, "is_refused": False, "step_id": None, "intention_id": None} | values
    typed = {name: text[:_LONGEST] for name, text in request.form.items()}
    return render(
        template, offer=offer, application=offer.application, typed=typed, problems=problems or {},
        today_on=_today(offer), **own
    )  # fmt: skip


def _say(session: Session, offer: ApplicationOffer, kind: IntentionKind, **values: Any) -> None:  # noqa: ANN401  # until_on, words
    common: dict[str, Any] = {"expected_no": _get_expected(), "actor": actor(), "at": _now()}
    intentions.say(session, parts().rulebook, offer.certification, kind, **values, **common)


def _get_offer(session: Session, person_id: int, certification_id: int) -> ApplicationOffer:
    today = today_in(parts().clock, get_person(session, person_id).zone)
    return get_application_offer(session, parts().rulebook, actor(), person_id, certification_id, today)


def _get_expected() -> int:
    try:
        return read_number(request.form.get("expected_no", ""))
    except ValueError:
        return 0


def _now() -> datetime:
    return parts().clock.now()


def _today(offer: ApplicationOffer) -> date:
    return today_by_pack(parts().rulebook, offer.certification, parts().clock.now())


def _page_url(kind: str, number: int) -> str:
    values = ({"kind": kind} if kind else {}) | ({"page": number} if number > 1 else {})
    return f"/applications?{urlencode(values)}" if values else "/applications"
