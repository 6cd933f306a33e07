"""`certtrack why`: where one person stands and why, and what was mailed and why, in plain sentences."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import click

from certtrack.cli.edge import Edge, acting_as, pass_edge
from certtrack.cli.output import Format, formatted, write_message, write_rows
from certtrack.cli.parsing import DAY, MOMENT
from certtrack.cli.standing import note_look
from certtrack.language import say
from certtrack.security import Actor
from certtrack.services.ledger import LedgerEntry
from certtrack.services.lookup import get_person_asked
from certtrack.services.person_page import PersonPage, ShownCertification, Why, get_person_page

_COLUMNS = ("kind", "certification", "day", "says", "source")


@click.command(epilog="Example: certtrack why carol@example.org --as-of 2026-10-31")
@click.argument("person", metavar="PERSON")
@click.option("--as-of", type=DAY, metavar="DAY", help="The day that is asked for.  [default: today]")
@click.option("--known-at", type=MOMENT, metavar="TIME", help="By what was on record at that moment.  [default: now]")
@formatted
@acting_as
@pass_edge
def why(edge: Edge, person: str, as_of: date | None, known_at: datetime | None, format_: Format, actor: Actor) -> None:
    """Say where a person stands and why, with sources; what was mailed and why; and what comes next.

    PERSON is a certification's number, an address, or the person's own number. Mail is told as it is on record now.
    """
    with edge.reading() as session:
        found = get_person_asked(session, person)
        page = get_person_page(session, edge.rulebook, actor, found.id, edge.clock, as_of=as_of, known_at=known_at)
    note_look(edge, actor, "person.viewed", [page.person.id])
    if not page.certifications:
        write_message("There is no certification on record for that.")
    if format_ == "table":
        click.echo("\n".join(_list_lines(page)).replace("\N{NO-BREAK SPACE}", " "))
    else:
        write_rows(list(_list_rows(page)), _COLUMNS, format_)


def _list_lines(page: PersonPage) -> Iterator[str]:
    yield page.person.shown_name
    for shown in page.certifications:
        yield ""
        yield _head(shown)
        yield f"  {_answer(page, shown)}"
        for item in shown.because:
            yield f"  - {say('en', 'because', item.reason)}"
            if source := _source(item):
                yield f"    ({source})"
    if page.mail:
        yield ""
        yield "What was mailed, and why; what comes next"
        for entry in page.mail:
            yield f"  {entry.day.isoformat()}  {say('en', 'stage_name', entry.stage)}: {_mail(page, entry)}"


def _list_rows(page: PersonPage) -> Iterator[dict[str, Any]]:
    for shown in page.certifications:
        number = shown.certification.id
        says = _answer(page, shown)
        yield _row("standing", number, shown.standing.as_of, says, None, code=shown.standing.validity)
        for item in shown.because:
            values = {**asdict(item.reason), "values": dict(item.reason.values)}
            says = say("en", "because", item.reason)
            yield _row(
                "reason", number, shown.standing.as_of, says, _source(item), code=item.reason.code, reason=values
            )
    for entry in page.mail:
        says = f"{say('en', 'stage_name', entry.stage)}: {_mail(page, entry)}"
        yield _row("mail", entry.certification_id, entry.day, says, None, code=entry.state)


def _row(kind: str, certification: int, day: date, says: str, source: str | None, **more: object) -> dict[str, Any]:
    plain = says.replace("\N{NO-BREAK SPACE}", " ")
    return {"kind": kind, "certification": certification, "day": day, "says": plain, "source": source, **more}


def _head(shown: ShownCertification) -> str:
    number = shown.certification.number
    word = say("en", "validity_word", shown.standing.validity)
    return f"{shown.pack.name.en}{f', {number}' if number else ''}, as of {shown.standing.as_of.isoformat()}: {word}"


def _answer(page: PersonPage, shown: ShownCertification) -> str:
    died_on = page.person.died_on
    is_over = died_on is not None and died_on <= shown.standing.as_of
    return say("en", "standing_sentence", shown.standing, died_on if is_over else None)


def _source(item: Why) -> str | None:
    if item.record is not None:
        return say("en", "record_source", item.record)
    if item.reason.pack is None or item.reason.sure is None:
        return None
    return f"{item.reason.pack}, {item.reason.source}: {say('en', 'sure_word', item.reason.sure)}"


def _mail(page: PersonPage, entry: LedgerEntry) -> str:
    return f"{say('en', 'reminder_word', entry.state)} {say('en', 'reminder_why', entry, page.person.zone)}"
