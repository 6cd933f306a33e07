"""The office puts on record what somebody's certificate states, and mends its day."""

from collections.abc import Mapping

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from certtrack.errors import NotAllowed, Refused
from certtrack.security import Act
from certtrack.services.applications.rights import check_may, today_by_pack
from certtrack.services.applications.typed import BadApplication
from certtrack.services.certifications import get_certification
from certtrack.services.evidence.limits import BadFile
from certtrack.services.evidence.shown import list_usable
from certtrack.services.first_cycles.mending import check_can_mend, mend_day, read_mended_day
from certtrack.services.first_cycles.offer import FirstOffer, get_first_offer
from certtrack.services.first_cycles.recording import record_first
from certtrack.services.first_cycles.typed import WorkedOut, read_first
from certtrack.services.people import get_person
from certtrack.web.application_form import AT, Came, answer_form, doing, get_expected, take_files
from certtrack.web.credit_form import FormFiles
from certtrack.web.edge import actor, note_look, parts, reading, render, show_toast, signed_in, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.uploads import FILE_LIMITS, Received, takes_files

first_cycles = Blueprint("first_cycles", __name__)

_AT = "/people/<int:person_id>/certificate"
_FIELDS = ("organization", "pack", "number", "start_on", "due_on", "worked_out", "seen")
_LONGEST = 500


@first_cycles.get(_AT)
@signed_in
def show(person_id: int) -> str:
    """An empty form; `?pack=` says whose rules."""
    return _show(person_id, Received(), {"pack": request.args.get("pack", "")})


@first_cycles.post(_AT)
@takes_files
@signed_in
def record(person_id: int) -> ResponseReturnValue:
    """Put it on record; a day that isn't printed is worked out, and shown to be confirmed first."""
    came = take_files(lambda session: _get(session, person_id).person.id)
    typed = {name: request.form.get(name, "")[:_LONGEST] for name in _FIELDS}
    if came.refused:
        return _show(person_id, came, typed, {"upload": "refused"}), 400
    try:
        with writing() as session:
            offer = _get(session, person_id)
            said = read_first(typed, offer, today(offer.person.zone), came.ids)
            if not isinstance(said, WorkedOut):
                cycle = record_first(session, parts().rulebook, offer.person, said, **doing())
                number = cycle.certification_id
    except BadApplication as error:
        return _show(person_id, came, typed, error.problems), 400
    except BadFile:
        return _show(person_id, came, typed, {"upload": "too_many"}), 400
    except NotAllowed:
        raise
    except Refused:
        return _show(person_id, came, typed, {"pack": "on_record"}), 409
    if isinstance(said, WorkedOut):
        return _show(person_id, came, typed, worked_out=said)
    show_toast(_("Saved. The certification is on record as the certificate states it."))
    return redirect(f"/people/{person_id}/certifications/{number}")


@first_cycles.route(f"{AT}/day", methods=["GET", "POST"])
@signed_in
@takes_files
def mend(person_id: int, certification_id: int) -> ResponseReturnValue:
    """Mend the due day of the open cycle, with a reason."""
    found = parts()
    with reading() as session:
        certification = get_certification(session, certification_id)
        check_may(
            session,
            actor(),
            certification,
            Act.RECORD_CERTIFICATE,
            today_by_pack(found.rulebook, certification, found.clock.now()),
        )

    def write(session: Session, came: Came) -> str:
        check_can_mend(session, found.rulebook, came.certification, **doing())
        if came.offer.application is None:
            raise Refused("No open cycle is on record for this certification.")
        said = read_mended_day(session, request.form, came.offer.application.cycle, came.today, came.files)
        mend_day(session, found.rulebook, came.certification, said, expected_no=get_expected(), **doing())
        return _("Saved. The cycle is due on the mended day, and its holder is told once.")

    return answer_form("applications/mended_day.html", person_id, certification_id, write)


def _get(session: Session, person_id: int) -> FirstOffer:
    person = get_person(session, person_id)
    return get_first_offer(session, parts().rulebook, actor(), person.id, today(person.zone))


def _show(
    person_id: int,
    came: Received,
    typed: Mapping[str, str],
    problems: Mapping[str, str] | None = None,
    worked_out: WorkedOut | None = None,
) -> str:
    with reading() as session:
        offer = _get(session, person_id)
        person = offer.person
        known = list_usable(session, actor(), person.id, came.ids, today(person.zone)) if came.ids else []
    note_look("person.viewed", [person.id])
    return render(
        "people/certificate.html",
        offer=offer,
        person=person,
        typed=dict.fromkeys(_FIELDS, "") | dict(typed),
        problems=problems or {},
        worked_out=worked_out,
        files=FormFiles(tuple(known), came.refused),
        limits=FILE_LIMITS,
    )
