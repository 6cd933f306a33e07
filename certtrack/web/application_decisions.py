"""What the programme that gives a certification says of an application: received, returned, granted, refused."""

from typing import cast

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from certtrack.errors import Refused
from certtrack.services.applications.deciding import decide
from certtrack.services.applications.typed import VerdictKind, read_verdict
from certtrack.web.application_form import AT, Came, answer_form, doing, get_expected
from certtrack.web.edge import parts, signed_in
from certtrack.web.frame import gettext as _

application_decisions = Blueprint("application_decisions", __name__)


@application_decisions.route(
    f"{AT}/application/<any(received, returned, granted, refused):kind>", methods=["GET", "POST"]
)
@signed_in
def step(person_id: int, certification_id: int, kind: str) -> ResponseReturnValue:
    """Put the next step on record; a grant opens the next cycle."""

    def write(session: Session, came: Came) -> str:
        if came.offer.application is None:
            raise Refused("No open cycle is on record for this certification.")
        than = came.offer.application.cycle.due_on
        verdict = read_verdict(request.form, cast("VerdictKind", kind), than, came.today)
        decide(session, parts().rulebook, came.certification, verdict, after=get_expected("after"), **doing())
        if kind == "granted":
            return _("Saved. The recertification is granted, and the next cycle is on record.")
        return _("Saved. The step is on record.")

    return answer_form("applications/decision.html", person_id, certification_id, write, kind=kind)
