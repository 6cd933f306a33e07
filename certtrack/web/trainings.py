"""Trainings that an organization offers: the list, one of them with its people, and the form that plans and amends."""

from typing import Any

from flask import Blueprint, redirect, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certtrack.db.models import Organization, Training
from certtrack.errors import BadInput, StaleRecord
from certtrack.security import Task, list_places
from certtrack.services.credits.texts import clean
from certtrack.services.overview import find_zone
from certtrack.services.trainings.courses import amend_training, call_off, list_sessions, plan_training
from certtrack.services.trainings.enrollments import STATES
from certtrack.services.trainings.packs import find_training_pack, list_packs_with_training
from certtrack.services.trainings.problems import BadTraining, Impossible
from certtrack.services.trainings.rights import get_training, today_of
from certtrack.services.trainings.shown import list_participants, list_trainings
from certtrack.services.trainings.typed import TypedTraining, read_training
from certtrack.web.edge import actor, needs, note_look, parts, reading, render, show_toast, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.offices import check_has_office
from certtrack.web.training_form import blank_form, recorded_form, typed_form, with_more_lines

trainings = Blueprint("trainings", __name__)

Answer = str | Response | tuple[str, int]


@trainings.get("/trainings")
@needs(Task.RUN_TRAININGS)
def index() -> str:
    """The trainings of the reader's organizations, the latest first."""
    with reading() as session:
        found = list_trainings(session, actor())
        now = today(find_zone(session, actor()))
    packs = {pack.credential: pack for pack in list_packs_with_training(parts().rulebook)}
    return render("trainings/list.html", found=found, packs=packs, today_on=now)


@trainings.get("/trainings/<int:training_id>")
@needs(Task.RUN_TRAININGS)
def show(training_id: int) -> str:
    """One training: its sessions, who is in it, and how far everybody is."""
    return show_training(training_id)


@trainings.get("/trainings/new")
@needs(Task.RUN_TRAININGS)
def new() -> Answer:
    """An empty form."""
    with reading() as session:
        return _show_form(session, blank_form())


@trainings.post("/trainings/new")
@needs(Task.RUN_TRAININGS)
def plan() -> Answer:
    """Put it on record; what can't be read is said, and stays. `more`: more lines for sessions, and nothing saved."""
    form = typed_form()
    with writing() as session:
        if request.form.get("more"):
            return _show_form(session, with_more_lines(form))
        office = _find_office(session)
        try:
            training, sessions = read_training(form, _list_credentials(), today(office.zone))
        except BadTraining as error:
            return _show_form(session, form, problems=error.problems), 400
        made = plan_training(session, office.id, training, sessions, actor=actor(), at=parts().clock.now())
        number = made.id
    show_toast(_("Saved. Now put on the list who has applied."))
    return redirect(f"/trainings/{number}")


@trainings.get("/trainings/<int:training_id>/amend")
@needs(Task.RUN_TRAININGS)
def show_amend(training_id: int) -> Answer:
    """The form with what is on record."""
    with reading() as session:
        training = get_training(session, actor(), training_id)
        return _show_form(session, recorded_form(training, list_sessions(session, training.id)), training)


@trainings.post("/trainings/<int:training_id>/amend")
@needs(Task.RUN_TRAININGS)
def amend(training_id: int) -> Answer:
    """Correct it; where somebody else was first, or something is noted of what would go, nothing is saved."""
    form = typed_form()
    expected_no = request.form.get("expected_no", 0, type=int)
    try:
        with writing() as session:
            training = get_training(session, actor(), training_id)
            if request.form.get("more"):
                return _show_form(session, with_more_lines(form), training, expected_no=expected_no)
            at = parts().clock.now()
            try:
                said, sessions = read_training(form, _list_credentials(), today_of(session, training, at))
            except BadTraining as error:
                values: dict[str, Any] = {"problems": error.problems, "expected_no": expected_no}
                return _show_form(session, form, training, **values), 400
            is_changed = amend_training(
                session, training, said, sessions, expected_no=expected_no, actor=actor(), at=at
            )  # fmt: skip
    except (StaleRecord, Impossible) as error:
        with reading() as session:
            training = get_training(session, actor(), training_id)
            code = error.code if isinstance(error, Impossible) else "stale"
            return _show_form(session, form, training, why_not=code), 409
    show_toast(_("Saved. The change is on record.") if is_changed else _("Nothing was different, so nothing changed."))
    return redirect(f"/trainings/{training_id}")


@trainings.post("/trainings/<int:training_id>/call-off")
@needs(Task.RUN_TRAININGS)
def cancel(training_id: int) -> Answer:
    """Say that it isn't held, with a reason; what was noted stays."""
    reason = clean(request.form.get("reason", ""))
    if not reason:
        return show_training(training_id, why_not="needs_reason"), 400
    try:
        with writing() as session:
            training = get_training(session, actor(), training_id)
            number = request.form.get("expected_no", 0, type=int)
            call_off(session, training, reason, expected_no=number, actor=actor(), at=parts().clock.now())
    except StaleRecord:
        return show_training(training_id, why_not="stale", reason=reason), 409
    except Impossible as error:
        return show_training(training_id, why_not=error.code, reason=reason), 409
    show_toast(_("Saved. The training is called off; what was noted stays on record."))
    return redirect(f"/trainings/{training_id}")


def show_training(training_id: int, *, why_not: str | None = None, reason: str = "") -> str:
    """The page of one training; `why_not`: the code of what couldn't be done."""
    rulebook = parts().rulebook
    with reading() as session:
        training = get_training(session, actor(), training_id)
        day = today_of(session, training, parts().clock.now())
        people = list_participants(session, rulebook, actor(), training, day)
        sessions = list_sessions(session, training.id)
        office = session.get_one(Organization, training.organization_id)
    note_look("people.listed", [one.person.id for one in people])
    return render(
        "trainings/show.html",
        training=training,
        office=office,
        pack=find_training_pack(rulebook, training.credential),
        sessions=sessions,
        people=people,
        accepted=sum(one.enrollment.state == "accepted" for one in people),
        states=STATES,
        today_on=day,
        why_not=why_not,
        reason=reason,
    )


def _show_form(
    session: Session,
    form: TypedTraining,
    training: Training | None = None,
    *,
    expected_no: int | None = None,
    **values: Any,  # noqa: ANN401  # problems, why_not
) -> str:
    own = {"problems": {}, "why_not": None} | values
    return render(
        "trainings/form.html",
        form=form,
        training=training,
        expected_no=expected_no or (training.no if training else None),
        packs=list_packs_with_training(parts().rulebook),
        offices=_list_offices(session) if training is None else [],
        office_id=request.form.get("organization", ""),
        **own,
    )


def _list_credentials() -> list[str]:
    return [pack.credential for pack in list_packs_with_training(parts().rulebook)]


def _list_offices(session: Session) -> list[Organization]:
    places = list_places(actor(), Task.RUN_TRAININGS)
    query = select(Organization).order_by(Organization.name)
    offices = list(session.scalars(query if places is None else query.where(Organization.id.in_(places))))
    check_has_office(offices, Task.RUN_TRAININGS)
    return offices


def _find_office(session: Session) -> Organization:
    """Whose training it is: the one that was chosen, or the only one there is. Raises BadInput."""
    offices = _list_offices(session)
    chosen = request.form.get("organization", "")
    found = [office for office in offices if len(offices) == 1 or str(office.id) == chosen]
    if not found:
        raise BadInput("Choose whose training it is.")
    return found[0]
