"""A supervisor's team: the hours still to do as a map, the days to come, who could use a hand, mail and plans."""

from collections.abc import Iterator, Sequence

from flask import Blueprint, Response, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from certtrack.language import say_by
from certtrack.rules.calendar import add_days
from certtrack.security import Task, can_do
from certtrack.services.exporting import list_exported
from certtrack.services.tables.cells import Cell
from certtrack.services.team.beside import DUE_DAYS
from certtrack.services.team.export import list_export_columns, load_chunks
from certtrack.services.team.months import list_months
from certtrack.services.team.page import MOST_HANDS, Column, TeamRow, load_team
from certtrack.web.edge import actor, locale, needs, note_look, parts, reading, render
from certtrack.web.exports import KINDS, Cells, send_table
from certtrack.web.frame import gettext as _
from certtrack.web.list_filters import find_today, find_zone, list_turns, make_url, name_credentials, read_asked

team = Blueprint("team", __name__)


@team.get("/team")
@needs(Task.SEE_TEAM)
def index() -> ResponseReturnValue:
    """The team as of a day, most urgent first."""
    now = find_today()
    asked = read_asked(now, is_team=True)
    as_of = asked.filters.as_of
    with reading() as session:
        page = load_team(
            session, parts().rulebook, actor(), asked.filters, today=now, at=parts().clock.now(), zone=find_zone()
        )
    if asked.filters.place and not page.rows:
        return redirect(make_url("/team", asked))  # nobody stands on that side of the place any more
    note_look("team.listed", page.person_ids)
    return render(
        "team/index.html",
        page=page,
        asked=asked,
        filters=asked.filters,
        months=list_months(page.beside.days, as_of),
        names={row.person.id: row.person.called for row in page.rows},
        hands=page.hands[:MOST_HANDS],
        due=page.beside.due,
        due_on=add_days(as_of, DUE_DAYS),
        is_today=as_of == now,
        credential_names=name_credentials(),
        can_export=can_do(actor(), Task.EXPORT),
        **list_turns("/team", asked, page),
    )


@team.get(f"/team/export.{KINDS}")
@needs(Task.SEE_TEAM)
def export(kind: str) -> Response:
    """What the page shows by these filters, as a file of all those whom the reader may take along."""
    now, at, zone = find_today(), parts().clock.now(), find_zone()
    filters = read_asked(now, is_team=True).filters
    with reading() as session:
        rows = list_exported(session, actor(), Task.SEE_TEAM, filters, today=now, at=at)
    rulebook = parts().rulebook
    columns, names, lang = list_export_columns(rulebook, rows), name_credentials(), locale()

    def make(session: Session) -> Iterator[Cells]:
        for chunk in load_chunks(session, rulebook, rows, at=at, as_of=filters.as_of, today=now, zone=zone):
            yield [_write(row, columns, names, lang) for row in chunk]

    return send_table(kind, "team", filters.as_of, _list_heads(columns, lang), rows, make)


def _list_heads(columns: Sequence[Column], lang: str) -> list[str]:
    areas = [say_by("team/words.jinja", lang, "head_of", column) for column in columns]
    first = [_("Person"), _("Certification"), _("Number"), _("Standing"), _("Note"), _("Due"), _("In all")]
    return [*first, *areas, _("Other requirements"), _("Mail and plans"), _("Until then")]


def _write(row: TeamRow, columns: Sequence[Column], names: dict[str, str], lang: str) -> list[Cell]:
    def say(macro: str, *values: object) -> str:
        return say_by("team/words.jinja", lang, macro, *values)

    credential = row.certification.credential
    return [
        row.person.shown_name,
        names.get(credential, credential),
        row.certification.number or "",
        say("state_word", row),
        say("state_note", row),
        row.due_on or "",
        *(
            round(cell.minutes / 60, 2) if cell.minutes else say("cell_word", cell.kind)
            for cell in (row.heat.total, *row.list_cells(columns), row.heat.beside)
        ),
        *((say("mail_word", row), say("quiet_word", row)) if row.has_note else ("", "")),
    ]
