"""Who holds a current certification on a day: yes, no or not established, and why."""

from collections.abc import Iterator

from flask import Blueprint, Response, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from certtrack.language import say_by
from certtrack.security import Task, can_do
from certtrack.services.coverage import CoverageRow, load_chunks, load_coverage
from certtrack.services.exporting import list_exported
from certtrack.services.tables.cells import Cell
from certtrack.web.edge import actor, locale, needs, note_look, parts, reading, render
from certtrack.web.exports import KINDS, Cells, send_table
from certtrack.web.frame import gettext as _
from certtrack.web.list_filters import find_today, list_turns, make_url, name_credentials, read_asked

coverage = Blueprint("coverage", __name__)


@coverage.get("/coverage")
@needs(Task.SEE_COVERAGE)
def index() -> ResponseReturnValue:
    """The list as of a day; today unless said."""
    now = find_today()
    asked = read_asked(now)
    with reading() as session:
        page = load_coverage(
            session, parts().rulebook, actor(), asked.filters, today=now, at=parts().clock.now()
        )  # fmt: skip
    if asked.filters.place and not page.rows:
        return redirect(make_url("/coverage", asked))  # nobody stands on that side of the place any more
    note_look("coverage.listed", page.person_ids)
    return render(
        "coverage/index.html",
        page=page,
        asked=asked,
        filters=asked.filters,
        is_today=asked.filters.as_of == now,
        can_export=can_do(actor(), Task.EXPORT),
        credential_names=name_credentials(),
        **list_turns("/coverage", asked, page),
    )


@coverage.get(f"/coverage/export.{KINDS}")
@needs(Task.SEE_COVERAGE)
def export(kind: str) -> Response:
    """What the page shows by these filters, as a file of all those whom the reader may take along."""
    now, rulebook = find_today(), parts().rulebook
    filters = read_asked(now).filters
    with reading() as session:
        rows = list_exported(session, actor(), Task.SEE_COVERAGE, filters, today=now, at=parts().clock.now())
    names, lang = name_credentials(), locale()

    def make(session: Session) -> Iterator[Cells]:
        for chunk in load_chunks(session, rulebook, rows, filters.as_of):
            yield [_write(row, names, lang) for row in chunk]

    heads = [_("Person"), _("Certification"), _("Number"), _("As of"), _("Holds a current certification?"), _("Why")]
    return send_table(kind, "coverage", filters.as_of, heads, rows, make)


def _write(row: CoverageRow, names: dict[str, str], lang: str) -> list[Cell]:
    credential = row.certification.credential
    return [
        row.person.shown_name,
        names.get(credential, credential),
        row.certification.number or "",
        row.standing.as_of,
        say_by("coverage/words.jinja", lang, "holding_answer", row.holding),
        say_by("coverage/words.jinja", lang, "why", row),
    ]
