"""Results on standard output: a table for people, JSON and CSV for programs."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal, TypeVar

import click

from certtrack.language import LOCALES
from certtrack.services.tables.cells import escape_cell

Format = Literal["table", "json", "csv"]
Row = Mapping[str, Any]
F = TypeVar("F", bound=Callable[..., Any])


def formatted(command: F) -> F:
    """The option `--format`."""
    option = click.option(
        "--format",
        "format_",
        type=click.Choice(["table", "json", "csv"]),
        default="table",
        show_default=True,
        help="How the result is written.",
    )
    return option(command)


def spoken(command: F) -> F:
    """The option `--language`: of sentences about people; messages and codes are English in either."""
    option = click.option(
        "--language", type=click.Choice(LOCALES), default="en", show_default=True, help="The language of its sentences."
    )
    return option(command)


def write_rows(rows: Iterable[Row], columns: Sequence[str], format_: Format) -> None:
    """Write `rows`: JSON has every value, table and CSV those of `columns`, in that order."""
    if format_ == "json":
        click.echo(json.dumps(list(rows), ensure_ascii=False, indent=2, default=_write_value))
    elif format_ == "csv":
        click.echo(_make_csv(rows, columns), nl=False)
    else:
        write_table(rows, columns)


def write_table(rows: Iterable[Row], columns: Sequence[str]) -> None:
    """Write `columns` of `rows` in columns, with a line of heads; nothing where there are no rows."""
    lines = [[_write_cell(row[column]) for column in columns] for row in rows]
    if not lines:
        return
    heads = [column.replace("_", " ").upper() for column in columns]
    widths = [max(len(line[place]) for line in [heads, *lines]) for place in range(len(columns))]
    for line in [heads, *lines]:
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())


def flatten(text: str) -> str:
    """The text on one line, whatever a file or a sentence has put into it: a terminal obeys control characters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def write_message(text: str) -> None:
    """Write a message on standard error."""
    click.echo(text, err=True)


def _make_csv(rows: Iterable[Row], columns: Sequence[str]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([escape_cell(_write_value(row[column])) for column in columns] for row in rows)
    return text.getvalue()


def _write_cell(value: object) -> str:
    # people read moments by the minute; programs get them whole
    return value.isoformat(timespec="minutes") if isinstance(value, datetime) else flatten(_write_value(value))


def _write_value(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)
