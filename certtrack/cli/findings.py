"""`certtrack findings`: records that don't agree, waiting for a person."""

from collections.abc import Iterator, Sequence

import click

from certtrack.cli.edge import Edge, acting_as, pass_edge
from certtrack.cli.output import Format, flatten, formatted, spoken, write_message, write_rows
from certtrack.cli.standing import note_look
from certtrack.db.models import Finding
from certtrack.language import say_by
from certtrack.security import Actor
from certtrack.services.finding_list import ShownFinding, show_findings
from certtrack.services.findings import list_open
from certtrack.services.organizations import get_organization

_COLUMNS = ("finding", "kind", "person", "certification", "says", "found_at")
_WORDS, _READINGS = "findings/words.jinja", "findings/readings.jinja"


@click.command(
    short_help="What doesn't agree in the records.",
    epilog="Example: certtrack findings --organization lakeside --format csv",
)
@click.option("--organization", metavar="KEY", help="Only those of one organization.  [default: of all]")
@formatted
@spoken
@acting_as
@pass_edge
def findings(edge: Edge, organization: str | None, format_: Format, language: str, actor: Actor) -> None:
    """List what doesn't agree in the records, or is missing, and waits for somebody to decide.

    In sentences, as on the page Findings, where each is decided; JSON and CSV have codes and values.
    """
    with edge.reading() as session:
        only = get_organization(session, organization).id if organization else None
        found = list_open(session, only)
        shown = show_findings(session, edge.rulebook, found) if format_ == "table" else ()
    note_look(edge, actor, "people.listed", [item.person_id for item in found if item.person_id is not None])
    if format_ == "table":
        _write_sentences(shown, language)
    else:
        write_rows([_row(item) for item in found], _COLUMNS, format_)
    if not found:
        write_message("Nothing waits for a decision.")


def _write_sentences(shown: Sequence[ShownFinding], language: str) -> None:
    for place, item in enumerate(shown):
        if place:
            click.echo()
        head, *lines = (flatten(line) for line in _list_lines(item, language))
        click.echo(f"{item.finding.id}  {head}")
        for line in lines:
            click.echo(f"    {line}")


def _list_lines(item: ShownFinding, language: str) -> Iterator[str]:
    whose = ", ".join(filter(None, (item.person.shown_name if item.person else None, item.number)))
    kind = say_by(_WORDS, language, "kind_word", item.finding.kind)
    yield f"{kind}: {whose}" if whose else kind
    yield say_by(_WORDS, language, "question", item)
    readings: list[dict[str, str | None]] = []
    say_by(_READINGS, language, "list_readings", item, readings)
    for reading in readings:
        source = f"  ({reading['source']})" if reading["source"] else ""
        yield f"- {reading['label']}: {reading['value']}{source}"
    yield say_by(_WORDS, language, "meanwhile", item)


def _row(finding: Finding) -> dict[str, object]:
    return {
        "finding": finding.id,
        "kind": finding.kind,
        "person": finding.person_id,
        "certification": finding.certification_id,
        "says": ", ".join(f"{key} {value}" for key, value in finding.details.items()),
        "details": finding.details,
        "found_at": finding.recorded_at.isoformat(timespec="minutes"),
    }
