"""A training completed with another provider, by its certificate: recorded, and withdrawn with a reason."""

from typing import Any

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certtrack.db.models import Person, TrainingElsewhere
from certtrack.errors import StaleRecord
from certtrack.services.credits.texts import clean
from certtrack.services.people import get_person
from certtrack.services.trainings.elsewhere import get_elsewhere, record_elsewhere, withdraw_elsewhere
from certtrack.services.trainings.packs import find_training_pack, list_packs_with_training
from certtrack.services.trainings.problems import BadTraining, Impossible
from certtrack.services.trainings.rights import check_can_record
from certtrack.services.trainings.typed import read_elsewhere
from certtrack.web.edge import actor, note_look, parts, reading, render, show_toast, signed_in, today, writing
from certtrack.web.frame import gettext as _

trainings_elsewhere = Blueprint("trainings_elsewhere", __name__)

Answer = str | Response | tuple[str, int]
_LONGEST = 500
_FIELDS = ("credential", "provider", "completed_on", "amount")


@trainings_elsewhere.get("/people/<int:person_id>/trainings/new")
@signed_in
def new(person_id: int) -> Answer:
    """An empty form."""
    with reading() as session:
        person = _get_person(session, person_id)
    note_look("person.viewed", [person.id])
    return _show(person, dict.fromkeys(_FIELDS, ""))


@trainings_elsewhere.post("/people/<int:person_id>/trainings/new")
@signed_in
def record(person_id: int) -> Answer:
    """Put it on record; what can't be read, or is there already, is said before anything is saved."""
    typed = {name: request.form.get(name, "")[:_LONGEST] for name in _FIELDS}
    credentials = [pack.credential for pack in list_packs_with_training(parts().rulebook)]
    try:
        with writing() as session:
            person = _get_person(session, person_id)
            said = read_elsewhere(**typed, credentials=credentials, today=today(person.zone))
            record_elsewhere(session, person.id, said, actor=actor(), at=parts().clock.now())
    except BadTraining as error:
        return _show_again(person_id, typed, problems=error.problems), 400
    except Impossible as error:
        return _show_again(person_id, typed, why_not=error.code), 409
    show_toast(_("Saved. The training is on record."))
    return redirect(f"/people/{person.id}")


@trainings_elsewhere.get("/people/<int:person_id>/trainings/<int:number>/withdraw")
@signed_in
def ask(person_id: int, number: int) -> Answer:
    """What would be withdrawn, and the question why."""
    with reading() as session:
        person, found = _get_both(session, person_id, number)
    note_look("person.viewed", [person.id])
    return _show_withdraw(person, found)


@trainings_elsewhere.post("/people/<int:person_id>/trainings/<int:number>/withdraw")
@signed_in
def withdraw(person_id: int, number: int) -> Answer:
    """Take it back, with a reason; it stays on record as withdrawn."""
    reason = clean(request.form.get("reason", ""))[:1_000]
    expected_no = request.form.get("expected_no", 0, type=int)
    try:
        with writing() as session:
            person, found = _get_both(session, person_id, number)
            withdraw_elsewhere(
                session, found, reason, expected_no=expected_no, actor=actor(), at=parts().clock.now()
            )  # fmt: skip
    except (StaleRecord, Impossible) as error:
        with reading() as session:
            person, found = _get_both(session, person_id, number)
        code = error.code if isinstance(error, Impossible) else "stale"
        return _show_withdraw(person, found, reason=reason, why_not=code), 409
    show_toast(_("Withdrawn. It isn't shown on this page any more."))
    return redirect(f"/people/{person.id}")


def _get_person(session: Session, person_id: int) -> Person:
    person = get_person(session, person_id)
    check_can_record(session, actor(), person.id, parts().clock.now())
    return person


def _get_both(session: Session, person_id: int, number: int) -> tuple[Person, TrainingElsewhere]:
    person = _get_person(session, person_id)
    return person, get_elsewhere(session, person.id, number)


def _show_again(person_id: int, typed: dict[str, str], **values: Any) -> str:  # noqa: ANN401  # as of `_show`
    with reading() as session:
        person = _get_person(session, person_id)
    return _show(person, typed, **values)


def _show(person: Person, typed: dict[str, str], **values: Any) -> str:  # noqa: ANN401  # problems, why_not
    own = {"problems": {}, "why_not": None} | values
    packs = list_packs_with_training(parts().rulebook)
    return render("trainings/elsewhere.html", person=person, typed=typed, packs=packs, **own)


def _show_withdraw(person: Person, found: TrainingElsewhere, *, reason: str = "", why_not: str | None = None) -> str:
    pack = find_training_pack(parts().rulebook, found.credential)
    return render(
        "trainings/withdraw.html", person=person, found=found, pack=pack, reason=reason, why_not=why_not
    )  # fmt: skip
