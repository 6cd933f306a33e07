"""Waivers and extensions, put on record as an authority gave them, and taken back."""

from typing import cast

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from certtrack.errors import Refused
from certtrack.rules.facts import WaiverKind
from certtrack.rules.hours import TOTAL
from certtrack.services.applications.typed import read_words
from certtrack.services.waivers.records import get_waiver, record_waiver, take_back_waiver
from certtrack.services.waivers.typed import read_waiver
from certtrack.web.application_form import AT, Came, answer_form, doing, get_expected
from certtrack.web.edge import parts, signed_in
from certtrack.web.frame import gettext as _

waivers = Blueprint("waivers", __name__)


@waivers.route(f"{AT}/waivers/<any(waiver, reduction, extension):kind>", methods=["GET", "POST"])
@signed_in
def record(person_id: int, certification_id: int, kind: str) -> ResponseReturnValue:
    """Put on record what was given, from which day on, by whom and why."""

    def write(session: Session, came: Came) -> str:
        if came.offer.application is None:
            raise Refused("No open cycle is on record for this certification.")
        hours = came.offer.pack.hours
        requirements = (TOTAL, *(area.key for area in hours.areas)) if hours else ()
        than = came.offer.application.cycle.due_on
        new = read_waiver(request.form, cast("WaiverKind", kind), than, requirements, came.today)
        record_waiver(session, parts().rulebook, came.certification, new, **doing())
        return _("Saved. It is on record with its reason, and the standing rests on it.")

    return answer_form("waivers/form.html", person_id, certification_id, write, kind=kind)


@waivers.route(f"{AT}/waivers/<int:waiver_id>/take-back", methods=["GET", "POST"])
@signed_in
def take_back(person_id: int, certification_id: int, waiver_id: int) -> ResponseReturnValue:
    """Take it back, with a reason; it stays on record that it was once given."""

    def write(session: Session, came: Came) -> str:
        waiver = get_waiver(session, came.certification, waiver_id)
        reason = read_words(request.form, came.today, "reason")
        expected_no = get_expected()
        take_back_waiver(session, parts().rulebook, waiver, expected_no=expected_no, reason=reason, **doing())
        return _("Taken back. It stays on record that it was once entered.")

    return answer_form("waivers/take_back.html", person_id, certification_id, write, waiver_id=waiver_id)
