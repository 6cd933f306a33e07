"""The rows of an attendance list as values: what each says, whoever and whichever training it is about."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, partial
from typing import Literal, cast

from certtrack.rules.calendar import add_years
from certtrack.services.attendance_list.layout import ATTENDANCE
from certtrack.services.credits.amounts import Unit
from certtrack.services.credits.texts import clean
from certtrack.services.people import fold
from certtrack.services.sheets.amounts import find_unit, find_yes_or_no, read_amount, to_minutes
from certtrack.services.sheets.cells import Unreadable, read_day, text_of
from certtrack.services.sheets.files import Cell, Line
from certtrack.services.sheets.heads import Heads
from certtrack.services.sheets.layout import Column, fold_head
from certtrack.services.sheets.lists import ListFile, read_list_file
from certtrack.services.sheets.mapping import Mapping
from certtrack.services.sheets.rows import Fault, Refused, RowReader
from certtrack.services.sheets.whose import Mark, read_mark
from certtrack.services.trainings.typed import LONGEST_TEXT, MOST_SESSIONS

_YEARS_BACK = 60
_CACHED = 10_000  # a list names the same trainings again and again
_NUMBER = re.compile(r"(?:[^\W\d]+\.? )?#? ?([0-9]{1,2})")
_NOTHING = re.compile(r"0+(?:[.,:]0+)?(?: ?[A-Za-z]+\.?)?")
_ALL = frozenset("p present presente all full todo toda completo completa".split())  # noqa: SIM905  # a list of quoted words reads worse
_NONE = frozenset("a absent ausente away".split())  # noqa: SIM905  # likewise


@dataclass(frozen=True, slots=True)
class AttendanceRow:
    """A row that can go in, if it is somebody's in a training on record.

    Of `session` (its number) and `held_on`, which say which session, one may be None. `minutes` None: all of it.
    """

    number: int
    line: int
    cells: tuple[Cell, ...] = field(repr=False)
    mark: Mark
    training: str
    session: int | None
    held_on: date | None
    minutes: int | None
    faults: tuple[Fault, ...] = ()


AttendanceList = ListFile[AttendanceRow]


def read_list(file_name: str, data: bytes, mapping: Mapping, today: date) -> AttendanceList:
    """Read a list whole, before anything is written. Raises BadInput; `today` is the organization's day."""

    def start(heads: Heads) -> Callable[[int, Line, RowReader], AttendanceRow | Refused]:
        return partial(_read_row, find_unit(heads.texts["amount"]), today)

    return read_list_file(file_name, data, ATTENDANCE, mapping, start)


def _read_row(unit: Unit | None, today: date, number: int, line: Line, reader: RowReader) -> AttendanceRow | Refused:
    mark = _keep_once(read_mark(reader))
    training = reader.read("training", lambda _: _read_title(reader.texts["training"]))
    session, held_on = _read_session(reader, today)
    said = reader.read("amount", lambda _: _read_attended(reader.texts["amount"], unit))
    if reader.faults:
        return Refused(number, line.number, tuple(reader.faults), reader.texts)
    return AttendanceRow(
        number=number,
        line=line.number,
        cells=line.cells,
        mark=mark,
        training=cast("str", training),
        session=session,
        held_on=held_on,
        minutes=None if said == "all" else cast("int", said),
    )


@lru_cache(maxsize=_CACHED)
def _keep_once(mark: Mark) -> Mark:
    # many rows are one person's
    return mark


@lru_cache(maxsize=_CACHED)
def _read_title(typed: str) -> str:
    text = clean(typed)
    if len(text) > LONGEST_TEXT:
        raise Unreadable("too_long")
    if not fold(text):
        raise Unreadable("missing")
    return text


def _read_session(reader: RowReader, today: date) -> tuple[int | None, date | None]:
    """The session's number and its day; what can't be read is noted, as is a row that says neither."""
    found = reader.read("session", lambda cell: _read_which(cell, today)) if reader.texts.get("session") else None
    day = reader.day("day", today)
    if found is None and day is None and not reader.faults:
        reader.note("session" if "session" in reader.texts else "day", "missing")
    if isinstance(found, date):
        if day not in (None, found):
            reader.note("day", "sessions_differ")
        found, day = None, found
        column = "session"
    else:
        column = "day"
    if day is not None:
        _check_day(reader, column, day, today)
    return found, day


def _read_which(cell: Cell, today: date) -> int | date:
    """A number such as 3, Session 3, #3; or a day. Raises Unreadable."""
    if found := _NUMBER.fullmatch(text_of(cell)):
        number = int(found[1])
        if not 0 < number <= MOST_SESSIONS:
            raise Unreadable("session_unknown")
        return number
    try:
        return read_day(cell, today)
    except Unreadable as error:
        raise Unreadable("not_a_session") from error


def _check_day(reader: RowReader, column: Column, day: date, today: date) -> None:
    if day > today:
        reader.note(column, "not_come_yet")
    elif day < add_years(today, -_YEARS_BACK):
        reader.note(column, "far_from_now")


@lru_cache(maxsize=_CACHED)
def _read_attended(typed: str, unit: Unit | None) -> int | Literal["all"]:
    """Minutes, 0 for somebody who wasn't there; `all` where the list only says that they were. Raises Unreadable."""
    if _NOTHING.fullmatch(typed):
        return 0
    if (was_there := _find_presence(typed)) is not None:
        return "all" if was_there else 0
    amount = read_amount(typed)
    meant = amount.unit or unit
    if meant is None:
        raise Unreadable("unit_not_said")
    if meant == "ceu":
        raise Unreadable("not_an_amount")
    return to_minutes(amount, meant, None)


def _find_presence(word: str) -> bool | None:
    folded = fold_head(word)
    if folded.isdigit():
        return None
    return True if folded in _ALL else False if folded in _NONE else find_yes_or_no(word)
