"""What comes back: refused rows, and rows with a cell that was left empty, to be mended and imported again."""

import csv
import io
import os
from collections.abc import Iterable
from pathlib import Path

from certtrack.language import environment
from certtrack.services.roster.cells import Problem, escape
from certtrack.services.roster.heads import OWN_HEADS
from certtrack.services.roster.roster import Roster
from certtrack.services.roster.rows import Fault, Refused, RosterRow

_BETWEEN = " | "


def list_returned(roster: Roster) -> list[Refused | RosterRow]:
    """The rows with a fault, in the order of the file. A blank cell that a row can do without is no fault."""
    found: list[Refused | RosterRow] = [*roster.refused, *(row for row in roster.rows if row.faults)]
    return sorted(found, key=lambda row: row.line)


def explain(problem: Problem, locale: str) -> str:
    """Why a cell can't be read and what to do, in one sentence."""
    return str(environment(locale).get_template("roster/reasons.jinja").make_module().problem(problem)).strip()  # type: ignore[attr-defined]  # the template's own macro


def make_returned(roster: Roster, locale: str) -> str:
    """The rows with a fault as CSV text, in the file's own columns; empty where there are none.

    One line a row, whatever is wrong with it. What a spreadsheet would run as a formula is escaped.
    """
    rows = list_returned(roster)
    if not rows:
        return ""
    columns = sorted(roster.heads.places, key=lambda column: roster.heads.places[column])
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*(roster.heads.texts[column] for column in columns), *OWN_HEADS])
    for row in rows:
        own = [str(row.number), str(row.line), *_say(roster, row.faults, locale)]
        writer.writerow([escape(cell) for cell in (*(row.texts.get(column, "") for column in columns), *own)])
    return text.getvalue()


def write_returned(folder: Path, run_id: int, text: str) -> Path:
    """Write the file for its owner's eyes only; a run that is taken up again writes it anew."""
    file = folder / f"import-{run_id}-to-mend.csv"
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as new:
        new.write(text.encode("utf-8-sig"))  # spreadsheets take it for UTF-8 by its mark
    return file


def _say(roster: Roster, faults: Iterable[Fault], locale: str) -> tuple[str, str, str]:
    listed = list(faults)
    return (
        _BETWEEN.join(roster.heads.texts.get(fault.column, fault.column) for fault in listed),
        _BETWEEN.join(fault.value for fault in listed),
        _BETWEEN.join(explain(fault.problem, locale) for fault in listed),
    )
