"""The lists of people: those whom the reader may see, what waits beside them, and those who have left."""

from collections.abc import Iterator
from datetime import date

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from certtrack.language import say, say_by
from certtrack.rules.calendar import add_days
from certtrack.security import Task, can_do, list_places
from certtrack.services.credits.waiting import count_waiting
from certtrack.services.exporting import list_exported
from certtrack.services.finding_list import count_findings
from certtrack.services.former import PAGE as FORMER_PAGE
from certtrack.services.former import closed_people, list_former
from certtrack.services.overview import MOST_COUNTED, NEAR_DAYS, Row, list_overview, load_chunks
from certtrack.services.reminders.held_mail import count_held
from certtrack.services.tables.cells import Cell
from certtrack.services.undeliverable import count_undeliverable
from certtrack.web.edge import actor, locale, needs, note_look, parts, reading, render
from certtrack.web.exports import KINDS, Cells, send_table
from certtrack.web.frame import gettext as _
from certtrack.web.list_filters import (
    VALIDITIES,
    Asked,
    find_today,
    list_open,
    list_turns,
    make_url,
    name_credentials,
    read_asked,
)
from certtrack.web.swapping import wants_part

people_list = Blueprint("people_list", __name__)

_MOST_PAGES = 100_000


@people_list.get("/people")
@needs(Task.LIST_PEOPLE)
def index() -> ResponseReturnValue:
    """Those whom the reader may see, most urgent first."""
    now = find_today()
    asked = read_asked(now)
    with reading() as session:
        overview = list_overview(
            session, parts().rulebook, actor(), asked.filters, today=now, at=parts().clock.now()
        )  # fmt: skip
    if asked.filters.place and not overview.rows:
        return redirect(make_url("/people", asked))  # nobody stands on that side of the place any more
    note_look("people.listed", overview.person_ids)
    return render(
        "people/list.html",
        overview=overview,
        asked=asked,
        filters=asked.filters,
        can_write_letters=can_do(actor(), Task.WRITE_LETTERS),
        can_import=can_do(actor(), Task.IMPORT),
        can_list_former=can_do(actor(), Task.LIST_FORMER),
        has_waiting=_leads_to_waiting(asked),
        can_export=can_do(actor(), Task.EXPORT),
        most=MOST_COUNTED,
        near_on=add_days(asked.filters.as_of, NEAR_DAYS),
        credential_names=name_credentials(),
        validities=VALIDITIES,
        opens=list_open(),
        **list_turns("/people", asked, overview),
    )


def _leads_to_waiting(asked: Asked) -> bool:
    """True on the list as an office opens it; a supervisor begins with the team."""
    is_opened = not (asked.query or asked.errors or asked.filters.place)
    return is_opened and any(can_do(actor(), task) for task in (Task.SETTLE_FINDINGS, Task.RELEASE_MAIL))


@people_list.get(f"/people/export.{KINDS}")
@needs(Task.LIST_PEOPLE)
def export(kind: str) -> Response:
    """What the list shows by these filters, as a file of all those whom the reader may take along."""
    viewer, now, rulebook = actor(), find_today(), parts().rulebook
    filters = read_asked(now).filters
    with reading() as session:
        rows = list_exported(session, viewer, Task.LIST_PEOPLE, filters, today=now, at=parts().clock.now())
    names, lang = name_credentials(), locale()

    def make(session: Session) -> Iterator[Cells]:
        for chunk in load_chunks(session, rulebook, viewer, rows, as_of=filters.as_of, today=now):
            yield [_write(row, names, lang) for row in chunk]

    heads = [_("Person"), _("Certification"), _("Number"), _("Standing"), _("Note"), _("Due"), _("Next mail")]
    return send_table(kind, "people", filters.as_of, heads, rows, make)


def _write(row: Row, names: dict[str, str], lang: str) -> list[Cell]:
    credential, due_on = row.certification.credential, row.due_on
    mail = say(lang, "next_mail", row.mail) if row.can_see_mail else _("not yours to see")
    return [
        row.person.shown_name,
        names.get(credential, credential),
        row.certification.number or "",
        say_by("people/words.jinja", lang, "row_word", row),
        say_by("people/words.jinja", lang, "row_note", row),
        due_on or "",
        mail,
    ]


@people_list.get("/people/waiting")
@needs(Task.LIST_PEOPLE)
def waiting() -> str:
    """What waits for the reader, counted: a page of its own, which the list takes in once it stands."""
    with reading() as session:
        hands = _load_hands(session, find_today())
    return render("people/hands.html" if wants_part() else "people/waiting.html", hands=hands)


@people_list.get("/people/former")
@needs(Task.LIST_FORMER)
def former() -> str:
    """Those who have left, whoever left last first, each with a record as it stood on the last day."""
    number = min(max(request.args.get("page", 1, type=int), 1), _MOST_PAGES)
    with reading() as session:
        page = list_former(session, actor(), find_today(), number)
    note_look("people.listed", page.person_ids)
    return render(
        "people/former.html",
        page=page,
        previous_url=f"/people/former?page={number - 1}" if number > 1 else None,
        next_url=f"/people/former?page={number + 1}" if number * FORMER_PAGE < page.total else None,
    )


def _load_hands(session: Session, now: date) -> dict[str, int]:
    """What waits for the reader, as counts: credits, findings, people without mail."""
    viewer, hands = actor(), {"credits": 0, "findings": 0, "held": 0, "unreached": 0}
    if can_do(viewer, Task.CHECK_QUEUE):
        hands["credits"] = count_waiting(session, viewer, now)
    if can_do(viewer, Task.SETTLE_FINDINGS):
        hands["findings"] = count_findings(session, viewer, now)
    if can_do(viewer, Task.RELEASE_MAIL):
        hands["held"] = count_held(session, list_places(viewer, Task.RELEASE_MAIL), closed_people(viewer, now))
    if can_do(viewer, Task.LIST_UNREACHED):
        hands["unreached"] = count_undeliverable(session, viewer, today=now, at=parts().clock.now())
    return hands
