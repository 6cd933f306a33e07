"""Reminders as they would be by a later day: the rows of the ledger, with what the planner would write besides."""

from collections.abc import Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from certtrack.db.models import Reminder
from certtrack.services.reminders.planning import change_of, insert_of
from certtrack.services.reminders.rulings import Ruling
from certtrack.services.reminders.subject_rows import AnyRow, Row_
from certtrack.services.reminders.subjects import Subject

_COLUMNS: dict[str, Any] = dict.fromkeys(column.key for column in Reminder.__table__.columns)


class Line(SimpleNamespace):
    """One reminder with every column of its table by name; a new one has a number below zero, which no row has."""


def read_line(row: AnyRow) -> Line:
    """The line of a row on record."""
    return Line(**{name: getattr(row, name) for name in _COLUMNS})


def make_line(subject: Subject, ruling: Ruling, at: datetime, number: int) -> Line:
    """The line that the planner would write for a ruling without a row."""
    return new_line(insert_of(subject, ruling, at), number)


def new_line(values: Mapping[str, Any], number: int) -> Line:
    """A line of these values, the `number`th new one."""
    return Line(**{**_COLUMNS, "audience": "holder", **values, "id": -number})


def change_line(subject: Subject, ruling: Ruling, line: Line, at: datetime) -> None:
    """What the planner would write into it."""
    _set(line, change_of(subject, ruling, as_row(line), at))


def as_row(line: Line) -> Row_:
    """The line where a row of the ledger is asked for: it answers to the same names."""
    return cast("Row_", line)


def _set(line: Line, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name in _COLUMNS:
            setattr(line, name, value)
