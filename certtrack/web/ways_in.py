"""The way in: what is open to whoever wants to be certified, applying for a training, and how far the reader is."""

from flask import Blueprint, redirect
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certtrack.db.models import Person
from certtrack.errors import NotFound
from certtrack.services.overview import find_zone
from certtrack.services.people import get_person
from certtrack.services.trainings.packs import list_packs_with_training
from certtrack.services.trainings.problems import Impossible
from certtrack.services.ways_in.applying import apply_for_training, withdraw_application
from certtrack.services.ways_in.open_courses import get_open_training, list_open_sittings, list_open_trainings
from certtrack.services.ways_in.own_path import load_own_path
from certtrack.services.ways_in.packs import list_newest_packs
from certtrack.web.edge import actor, parts, reading, render, show_toast, signed_in, today, writing
from certtrack.web.frame import gettext as _

ways_in = Blueprint("ways_in", __name__)

Answer = str | Response | tuple[str, int]


@ways_in.get("/ways-in")
@signed_in
def index() -> str:
    """How far the reader is, trainings that are open, and exams to come."""
    return _show_index()


@ways_in.get("/ways-in/trainings/<int:training_id>/apply")
@signed_in
def show_apply(training_id: int) -> Answer:
    """What would be applied for, and who would see it."""
    with reading() as session:
        person = _get_own(session)
        training = get_open_training(session, training_id, today(person.zone))
        path = load_own_path(session, parts().rulebook, person.id, today(person.zone))
    mine = path.find_training(training_id)
    packs = {pack.credential: pack for pack in list_packs_with_training(parts().rulebook)}
    return render("ways_in/apply.html", one=training, mine=mine, person=person, packs=packs)


@ways_in.post("/ways-in/trainings/<int:training_id>/apply")
@signed_in
def apply(training_id: int) -> Answer:
    """Put the application on record; who is accepted is the office's to say."""
    try:
        with writing() as session:
            person = _get_own(session)
            apply_for_training(session, training_id, person.id, actor=actor(), at=parts().clock.now())
    except Impossible as error:
        return _show_index(error.code), 409
    show_toast(_("Your application is on record. What becomes of it stands on this page."))
    return redirect("/ways-in")


@ways_in.post("/ways-in/trainings/<int:training_id>/withdraw")
@signed_in
def withdraw(training_id: int) -> Answer:
    """Take the own place back before the training begins."""
    try:
        with writing() as session:
            person = _get_own(session)
            withdraw_application(session, training_id, person.id, actor=actor(), at=parts().clock.now())
    except Impossible as error:
        return _show_index(error.code), 409
    show_toast(_("Taken back. You can apply again while the training is open."))
    return redirect("/ways-in")


def _show_index(why_not: str | None = None) -> str:
    rulebook, number = parts().rulebook, actor().person_id
    with reading() as session:
        person = get_person(session, number) if number is not None else None
        now = today(person.zone if person else find_zone(session, actor()))
        path = load_own_path(session, rulebook, person.id if person else None, now)
        trainings = list_open_trainings(session, now)
        sittings = list_open_sittings(session, path.people, now)
    packs = list_newest_packs(rulebook)
    return render(
        "ways_in/index.html",
        person=person,
        path=path,
        trainings=trainings,
        sittings=sittings,
        packs=packs,
        by_credential={pack.credential: pack for pack in packs},
        why_not=why_not,
        today_on=now,
    )


def _get_own(session: Session) -> Person:
    """The reader's own record. Raises NotFound where they have none."""
    number = actor().person_id
    if number is None:
        raise NotFound("This page isn't here, or isn't yours to see.")
    return get_person(session, number)
