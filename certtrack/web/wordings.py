"""The words that people agree to at recertification: each office's own, by number, and other ones from a day on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Organization, Wording
from certtrack.errors import NotFound, StaleRecord
from certtrack.security import Task, list_places
from certtrack.services.applications.typed import BadApplication
from certtrack.services.recertifying.typed import LONGEST_WORDING, read_wording
from certtrack.services.recertifying.wordings import (
    add_wording,
    count_agreed,
    list_wordings,
    load_example,
)
from certtrack.web.application_form import get_expected
from certtrack.web.edge import actor, needs, parts, reading, render, show_toast, today, writing
from certtrack.web.frame import gettext as _

wordings = Blueprint("wordings", __name__)


@dataclass(frozen=True, slots=True)
class OfficeWordings:
    """An office with its wordings, the last first, and by wording how many agree to it now."""

    office: Organization
    wordings: Sequence[Wording]
    agreed: Mapping[int, int]


@wordings.get("/wordings")
@needs(Task.KEEP_WORDINGS)
def index() -> str:
    """The wordings of the reader's offices, and the example that stands in where one has none."""
    with reading() as session:
        places = _list_offices(session)
        found = list_wordings(session, [office.id for office in places])
        agreed = count_agreed(session, [one.id for one in found])
    shown = [OfficeWordings(one, [it for it in found if it.organization_id == one.id], agreed) for one in places]
    days = {one.id: today(one.zone) for one in places}
    return render("wordings/list.html", shown=shown, example=load_example(), days=days)


@wordings.get("/wordings/<int:organization_id>/new")
@needs(Task.KEEP_WORDINGS)
def new(organization_id: int) -> str:
    """An empty form; with the words in force, where there are any, to begin from."""
    return _show(organization_id)


@wordings.post("/wordings/<int:organization_id>/new")
@needs(Task.KEEP_WORDINGS)
def add(organization_id: int) -> ResponseReturnValue:
    """Put other words on record, from a day on; nobody has agreed to them yet."""
    try:
        with writing() as session:
            office = _get_office(session, organization_id)
            en, es, from_on = read_wording(request.form, today(office.zone))
            made = add_wording(
                session, office, en, es, from_on,
                expected_no=get_expected(), actor=actor(), at=parts().clock.now(),
            )  # fmt: skip
            number = made.no
    except BadApplication as error:
        return _show(organization_id, problems=error.problems), 400
    except StaleRecord:
        return _show(organization_id, is_stale=True), 409
    show_toast(_("Saved as wording %(number)s.") % {"number": number})
    return redirect("/wordings")


def _show(organization_id: int, *, problems: Mapping[str, str] | None = None, is_stale: bool = False) -> str:
    with reading() as session:
        office = _get_office(session, organization_id)
        known = list_wordings(session, [office.id])
    last = known[0] if known else None
    typed = {name: text[: LONGEST_WORDING + 1] for name, text in request.form.items()}
    return render(
        "wordings/form.html",
        office=office,
        last=last,
        example=load_example(),
        typed=typed,
        expected_no=last.no if last else 0,
        problems=problems or {},
        is_stale=is_stale,
        today_on=today(office.zone),
    )


def _list_offices(session: Session) -> list[Organization]:
    places = list_places(actor(), Task.KEEP_WORDINGS)
    query = select(Organization).order_by(Organization.name, Organization.id)
    return list(session.scalars(query if places is None else query.where(Organization.id.in_(places))))


def _get_office(session: Session, organization_id: int) -> Organization:
    """One of the reader's offices. Raises NotFound."""
    for office in _list_offices(session):
        if office.id == organization_id:
            return office
    raise NotFound(f"There is no office with the number {organization_id}.")
