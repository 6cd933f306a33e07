"""Who is in a training: put on its list, decided on, and said to have completed it."""

from datetime import date

from flask import Blueprint, redirect, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certtrack.db.models import Enrollment, Person
from certtrack.errors import StaleRecord
from certtrack.rules.training import EnrollmentState
from certtrack.security import Act, Task
from certtrack.services.actors import open_people
from certtrack.services.credits.rights import is_own
from certtrack.services.credits.texts import clean
from certtrack.services.people import fold, get_person
from certtrack.services.trainings.enrollments import (
    STATES,
    complete,
    count_enrollment,
    decide_enrollment,
    enroll,
    take_back_completion,
)
from certtrack.services.trainings.packs import find_training_pack
from certtrack.services.trainings.problems import Impossible, Problem
from certtrack.services.trainings.rights import get_enrollment, get_training, today_of
from certtrack.services.trainings.typed import Unfit, read_past_day
from certtrack.web.edge import actor, needs, note_look, parts, reading, render, show_toast, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number
from certtrack.web.trainings import show_training

training_people = Blueprint("training_people", __name__)

Answer = str | Response | tuple[str, int]
_FOUND_AT_MOST = 20


@training_people.get("/trainings/<int:training_id>/people")
@needs(Task.RUN_TRAININGS)
def search(training_id: int) -> Answer:
    """People whom the words fit and who aren't in this training yet; `?words=` is a part of a name or an address."""
    return _show_search(training_id)


@training_people.post("/trainings/<int:training_id>/people")
@needs(Task.RUN_TRAININGS)
def put(training_id: int) -> Answer:
    """Put somebody on the list, as applied unless said otherwise."""
    state = _read_state()
    if state is None:
        return _show_search(training_id), 400
    try:
        with writing() as session:
            training = get_training(session, actor(), training_id)
            person = get_person(session, request.form.get("person", 0, type=read_number))
            enroll(session, training, person.id, state, actor=actor(), at=parts().clock.now())
            name = person.shown_name
    except Impossible as error:
        return _show_search(training_id, why_not=error.code), 409
    show_toast(_("%(name)s is on the list.") % {"name": name})
    return redirect(f"/trainings/{training_id}")


@training_people.post("/trainings/<int:training_id>/people/<int:enrollment_id>")
@needs(Task.RUN_TRAININGS)
def decide(training_id: int, enrollment_id: int) -> Answer:
    """Say what became of an application."""
    state = _read_state()
    if state is None:
        return show_training(training_id), 400
    try:
        with writing() as session:
            training = get_training(session, actor(), training_id)
            decide_enrollment(
                session, training, get_enrollment(session, training, enrollment_id), state,
                expected_no=_get_expected(), actor=actor(), at=parts().clock.now(),
            )  # fmt: skip
    except StaleRecord:
        return show_training(training_id, why_not="stale"), 409
    except Impossible as error:
        return show_training(training_id, why_not=error.code), 409
    show_toast(_("Saved. The change is on record."))
    return redirect(f"/trainings/{training_id}#person-{enrollment_id}")


@training_people.get("/trainings/<int:training_id>/people/<int:enrollment_id>/complete")
@needs(Task.RUN_TRAININGS)
def ask(training_id: int, enrollment_id: int) -> Answer:
    """What is on record of somebody, and the question whether it is complete, or why that is taken back."""
    return _show_complete(training_id, enrollment_id)


@training_people.post("/trainings/<int:training_id>/people/<int:enrollment_id>/complete")
@needs(Task.RUN_TRAININGS)
def say_complete(training_id: int, enrollment_id: int) -> Answer:
    """Say that it is complete, or with `back` that it isn't."""
    typed, reason = request.form.get("completed_on", "")[:500], request.form.get("reason", "")[:2000]
    is_back = bool(request.form.get("back"))
    try:
        with writing() as session:
            training = get_training(session, actor(), training_id)
            enrollment = get_enrollment(session, training, enrollment_id)
            at = parts().clock.now()
            if is_back:
                take_back_completion(
                    session, training, enrollment, reason, expected_no=_get_expected(), actor=actor(), at=at
                )  # fmt: skip
            else:
                day = read_past_day(typed, today_of(session, training, at))
                complete(
                    session, parts().rulebook, training, enrollment, day, reason=reason,
                    expected_no=_get_expected(), actor=actor(), at=at,
                )  # fmt: skip
    except Unfit as error:
        return _show_complete(training_id, enrollment_id, typed, reason, problem=error.problem), 400
    except StaleRecord:
        return _show_complete(training_id, enrollment_id, typed, reason, why_not="stale"), 409
    except Impossible as error:
        return _show_complete(training_id, enrollment_id, typed, reason, why_not=error.code), 409
    show_toast(
        _("Taken back. The training isn't complete any more.") if is_back else _("Saved. The training is complete.")
    )
    return redirect(f"/trainings/{training_id}")


def _show_search(training_id: int, *, why_not: str | None = None) -> str:
    words = clean(request.values.get("words", ""))[:200]
    with reading() as session:
        training = get_training(session, actor(), training_id)
        day = today_of(session, training, parts().clock.now())
        found = _find_people(session, training.id, words, day) if words else []
    note_look("people.listed", [person.id for person in found])
    return render(
        "trainings/put.html",
        training=training,
        words=words,
        found=found[:_FOUND_AT_MOST],
        has_more=len(found) > _FOUND_AT_MOST,
        states=STATES,
        why_not=why_not,
    )


def _find_people(session: Session, training_id: int, words: str, day: date) -> list[Person]:
    """By a part of their name or their whole address; one more than are shown tells that there are more."""
    inside = select(Enrollment.person_id).where(Enrollment.training_id == training_id)
    query = select(Person).where(
        open_people(actor(), day, Act.RECORD_TRAINING), Person.merged_into_id.is_(None), Person.id.not_in(inside)
    )
    for word in fold(words).replace(",", " ").split():
        part = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        is_in_name = Person.folded_name.like(f"%{part}%", escape="\\")
        query = query.where(is_in_name | (Person.private_address == word) | (Person.work_address == word))
    found = session.scalars(query.order_by(Person.folded_name, Person.id).limit(_FOUND_AT_MOST + 1))
    return [person for person in found if not is_own(session, actor(), person.id)]


def _show_complete(
    training_id: int,
    enrollment_id: int,
    typed: str = "",
    reason: str = "",
    *,
    problem: Problem | None = None,
    why_not: str | None = None,
) -> str:
    rulebook = parts().rulebook
    with reading() as session:
        training = get_training(session, actor(), training_id)
        enrollment = get_enrollment(session, training, enrollment_id)
        person = get_person(session, enrollment.person_id)
        day = today_of(session, training, parts().clock.now())
        count = count_enrollment(session, rulebook, training, enrollment, day)
    note_look("person.viewed", [person.id])
    return render(
        "trainings/complete.html",
        training=training,
        enrollment=enrollment,
        person=person,
        count=count,
        pack=find_training_pack(rulebook, training.credential),
        typed=typed,
        reason=reason,
        problem=problem,
        why_not=why_not,
    )


def _read_state() -> EnrollmentState | None:
    state = request.form.get("state", "")
    return next((one for one in STATES if one == state), None)


def _get_expected() -> int:
    return request.form.get("expected_no", 0, type=int)
