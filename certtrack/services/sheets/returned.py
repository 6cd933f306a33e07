"""What comes back: refused rows, and rows with a cell that was left empty, to be mended and imported again."""

import csv
import io
import os
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Table
from pathlib import Path
from typing import Protocol

from certtrack.language import environment
from certtrack.services.sheets.cells import Problem
from certtrack.services.sheets.heads import OWN_HEADS, Heads
from certtrack.services.sheets.layout import Column
from certtrack.services.sheets.rows import Fault
from certtrack.services.tables.cells import escape_cell

_BETWEEN = " | "
_ASKED: Table[Column, tuple[str, frozenset[Problem]]] = {
    "number": ("Cert #", frozenset({"several_here", "says_nobody", "only_a_name"})),
    "credential": ("Credential", frozenset({"credential_unclear"})),
}
"""What would tell people, or their credentials, apart: the head of a column for it, and who asks for one."""


class WithFaults(Protocol):
    """A row that comes back, refused or not."""

    @property
    def number(self) -> int:
        """Counts the rows that aren't blank."""

    @property
    def line(self) -> int:
        """Counts the lines of the file."""

    @property
    def faults(self) -> Sequence[Fault]:
        """What is wrong with it."""

    @property
    def texts(self) -> Table[Column, str]:
        """What its cells say."""


def explain(problem: Problem, locale: str) -> str:
    """Why a cell can't be read and what to do, in one sentence."""
    return str(environment(locale).get_template("sheets/reasons.jinja").make_module().problem(problem)).strip()  # type: ignore[attr-defined]  # the template's own macro


def make_returned(heads: Heads, rows: Iterable[WithFaults], locale: str) -> str:
    """These rows as CSV text, in the file's own columns and in the order of its lines; empty where there are none.

    One line a row, whatever is wrong with it. What a spreadsheet would run as a formula is escaped. Where a
    column would tell people or credentials apart and the file has none, there is a blank one.
    """
    listed = sorted(rows, key=lambda row: row.line)
    if not listed:
        return ""
    problems = {fault.problem for row in listed for fault in row.faults}
    more = [head for column, (head, asks) in _ASKED.items() if problems & asks and column not in heads.places]
    columns = sorted(heads.places, key=lambda column: heads.places[column])
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([escape_cell(head) for head in (*(heads.texts[column] for column in columns), *more, *OWN_HEADS)])
    for row in listed:
        own = [*("" for _ in more), str(row.number), str(row.line), *_say(heads, row.faults, locale)]
        writer.writerow([escape_cell(cell) for cell in (*(row.texts.get(column, "") for column in columns), *own)])
    return text.getvalue()


def write_returned(folder: Path, run_id: int, text: str) -> Path:
    """Write the file for its owner's eyes only; a run that is taken up again writes it anew."""
    file = folder / f"import-{run_id}-to-mend.csv"
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as new:
        new.write(text.encode("utf-8-sig"))  # spreadsheets take it for UTF-8 by its mark
    return file


def _say(heads: Heads, faults: Sequence[Fault], locale: str) -> tuple[str, str, str]:
    return (
        _BETWEEN.join(heads.texts.get(fault.column, fault.column) for fault in faults),
        _BETWEEN.join(fault.value for fault in faults),
        _BETWEEN.join(explain(fault.problem, locale) for fault in faults),
    )
