"""Background checks: put on record, corrected and taken back by the office."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certtrack.db.models import BackgroundCheck, Organization, Person
from certtrack.errors import StaleRecord
from certtrack.rules.calendar import check_day
from certtrack.services.background_checks.records import (
    LONGEST_SOURCE,
    NewCheck,
    amend_check,
    check_can_keep,
    get_check,
    list_check_places,
    record_check,
)
from certtrack.services.credits.texts import clean
from certtrack.services.people import get_person
from certtrack.web.bad_form import BadForm
from certtrack.web.edge import actor, note_look, parts, reading, render, show_toast, signed_in, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number

background_checks = Blueprint("background_checks", __name__)

Answer = str | Response | tuple[str, int]
_FIELDS = ("organization", "done_on", "good_until", "source", "reason")
_LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class _Form:
    """A check as it was typed."""

    texts: Mapping[str, str]
    is_withdrawn: bool = False

    def read(self, now: date) -> NewCheck:
        problems: dict[str, str] = {}
        done_on = _read_day("done_on", self.texts["done_on"], problems)
        good_until = _read_day("good_until", self.texts["good_until"], problems)
        source = clean(self.texts["source"])
        if done_on is not None and done_on > now:
            problems["done_on"] = "ahead"
        if done_on is not None and good_until is not None and good_until < done_on:
            problems["good_until"] = "before"
        if not source or len(source) > LONGEST_SOURCE:
            problems["source"] = "too_long" if source else "missing"
        if problems or done_on is None or good_until is None:
            raise BadForm(problems)
        return NewCheck(done_on, good_until, source, self.is_withdrawn)


@background_checks.get("/people/<int:person_id>/checks/new")
@signed_in
def new(person_id: int) -> Answer:
    """An empty form."""
    return _show(person_id, _Form(dict.fromkeys(_FIELDS, "")))


@background_checks.post("/people/<int:person_id>/checks/new")
@signed_in
def record(person_id: int) -> Answer:
    """Put it on record; what can't be read is said before anything is saved."""
    form = _typed()
    try:
        with writing() as session:
            person, places = _load(session, person_id)
            told = form.read(today(person.zone))
            organization_id = _choose(places, form.texts["organization"])
            record_check(session, person.id, organization_id, told, actor=actor(), at=parts().clock.now())
    except BadForm as error:
        return _show(person_id, form, problems=error.problems), 400
    show_toast(_("Saved. The check is on record."))
    return redirect(f"/people/{person_id}")


@background_checks.get("/people/<int:person_id>/checks/<int:check_id>/amend")
@signed_in
def show_amend(person_id: int, check_id: int) -> Answer:
    """The form with what is on record."""
    return _show(person_id, None, check_id)


@background_checks.post("/people/<int:person_id>/checks/<int:check_id>/amend")
@signed_in
def amend(person_id: int, check_id: int) -> Answer:
    """Correct it, or take it back; where somebody else was first nothing is saved, and what was typed stays."""
    form = _typed()
    try:
        with writing() as session:
            person, _places = _load(session, person_id)
            found = get_check(session, actor(), person.id, check_id)
            amend_check(
                session, found, form.read(today(person.zone)),
                expected_no=request.form.get("expected_no", 0, type=read_number),
                reason=clean(form.texts["reason"]) or None, actor=actor(), at=parts().clock.now(),
            )  # fmt: skip
    except BadForm as error:
        return _show(person_id, form, check_id, problems=error.problems), 400
    except StaleRecord:
        return _show(person_id, form, check_id, is_stale=True), 409
    show_toast(_("Saved. The change is on record."))
    return redirect(f"/people/{person_id}")


def _typed() -> _Form:
    texts = {name: request.form.get(name, "")[:_LONGEST] for name in _FIELDS}
    return _Form(texts, "is_withdrawn" in request.form)


def _recorded(record: BackgroundCheck) -> _Form:
    days = {"done_on": record.done_on.isoformat(), "good_until": record.good_until.isoformat()}
    return _Form(dict.fromkeys(_FIELDS, "") | days | {"source": record.source})


def _load(session: Session, person_id: int) -> tuple[Person, list[Organization]]:
    person = get_person(session, person_id)
    check_can_keep(session, actor(), person.id, parts().clock.now())
    return person, list(list_check_places(session, actor(), person.id, today(person.zone)))


def _choose(places: Sequence[Organization], typed: str) -> int:
    """The only place, or the one that was chosen. Raises BadForm."""
    chosen = [place.id for place in places if len(places) == 1 or str(place.id) == typed]
    if not chosen:
        raise BadForm({"organization": "missing"})
    return chosen[0]


def _show(
    person_id: int,
    form: _Form | None,
    check_id: int | None = None,
    **values: Any,  # noqa: ANN401  # problems, is_stale
) -> str:
    """The form; None for what was typed shows what is on record."""
    with reading() as session:
        person, places = _load(session, person_id)
        found = get_check(session, actor(), person.id, check_id) if check_id is not None else None
    note_look("person.viewed", [person.id])
    shown = form if form is not None or found is None else _recorded(found)
    own = {"problems": {}, "is_stale": False} | values
    return render("background_checks/form.html", person=person, places=places, found=found, form=shown, **own)


def _read_day(name: str, text: str, problems: dict[str, str]) -> date | None:
    try:
        return check_day(date.fromisoformat(text.strip()))
    except ValueError:
        problems[name] = "not_a_day" if text.strip() else "missing"
        return None
