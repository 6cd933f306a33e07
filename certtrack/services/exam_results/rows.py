"""The rows of a list of exam results as values: what each says, whoever it is about."""

import re
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TypeVar, cast

from certtrack.packs import Packs
from certtrack.rules.facts import Outcome, Route
from certtrack.services.exam_results.layout import EXAM_RESULTS
from certtrack.services.exam_results.mapping import Mapping
from certtrack.services.exams.results import MOST_ATTEMPTS
from certtrack.services.exams.typed import read_score
from certtrack.services.people import fold
from certtrack.services.roster.mapping import find_pack
from certtrack.services.sheets.cells import Problem, Unreadable
from certtrack.services.sheets.files import Cell, Line
from certtrack.services.sheets.layout import fold_head
from certtrack.services.sheets.lists import ListFile, read_list_file
from certtrack.services.sheets.rows import Fault, Refused, RowReader
from certtrack.services.sheets.whose import Mark, read_mark

W = TypeVar("W", bound=str)

_YEARS_BACK = 60
_ATTEMPT = re.compile(r"#? ?([0-9]{1,2})(?:st|nd|rd|th)?")
_ONE_PERCENT = 100
_FIRST = ("first", "first time", "first certification", "initial", "initial certification", "new", "primera vez")
_BACK = ("way back", "back", "return", "returning", "recertification", "reinstatement", "regreso", "camino de regreso")
_PASSED = ("pass", "passed", "p", "yes", "y", "aprobado", "aprobada", "si")
_NOT_YET = ("fail", "failed", "f", "no", "n", "not passed", "not passed yet", "not yet", "no aprobado", "no aprobada")
_OUTCOMES: dict[str, Outcome] = {**dict.fromkeys(_PASSED, "passed"), **dict.fromkeys(_NOT_YET, "not_passed_yet")}
_ROUTES: dict[str, Route] = {**dict.fromkeys(_FIRST, "first"), **dict.fromkeys(_BACK, "way_back")}


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A row that can go in, if it is somebody's. `score`: hundredths of a percent.

    `credential` is None where the person's certification says which, `outcome` and `route` where the row
    says nothing of them.
    """

    number: int
    line: int
    cells: tuple[Cell, ...] = field(repr=False)
    mark: Mark
    taken_on: date
    score: int = field(repr=False)
    attempt: int
    credential: str | None
    outcome: Outcome | None
    route: Route | None
    faults: tuple[Fault, ...] = ()


ResultList = ListFile[ResultRow]


def read_results(file_name: str, data: bytes, mapping: Mapping, packs: Packs, today: date) -> ResultList:
    """Read a list whole, before anything is written. Raises BadInput; `today` is the organization's day."""
    read_row = partial(_read_row, mapping, packs, today)
    return read_list_file(file_name, data, EXAM_RESULTS, mapping, lambda _: read_row)


def _read_row(
    mapping: Mapping, packs: Packs, today: date, number: int, line: Line, reader: RowReader
) -> ResultRow | Refused:
    mark = read_mark(reader)
    taken_on = reader.exam_day("exam_date", today, years_back=_YEARS_BACK)
    if not reader.texts["exam_date"]:
        reader.note("exam_date", "missing")
    score = reader.read("score", lambda _: _read_score(reader.texts["score"]))
    attempt = reader.read("attempt", lambda _: _read_attempt(reader.texts["attempt"]))
    credential = reader.read("credential", lambda _: _find_credential(mapping, packs, reader.texts.get("credential")))
    outcome = reader.read("outcome", lambda _: _find(_OUTCOMES, reader.texts.get("outcome"), "outcome_unclear"))
    route = reader.read("route", lambda _: _find(_ROUTES, reader.texts.get("route"), "route_unclear"))
    if reader.faults:
        return Refused(number, line.number, tuple(reader.faults), reader.texts)
    return ResultRow(
        number=number,
        line=line.number,
        cells=line.cells,
        mark=mark,
        taken_on=cast("date", taken_on),
        score=cast("int", score),
        attempt=cast("int", attempt),
        credential=credential,
        outcome=outcome,
        route=route,
    )


def _read_score(typed: str) -> int:
    try:
        score = read_score(typed)
    except ValueError as error:
        raise Unreadable("not_a_score") from error
    if score is None:
        raise Unreadable("missing")
    if 0 < score <= _ONE_PERCENT and "%" not in typed:  # a workbook that shows 91% may hold 0.91
        raise Unreadable("score_unclear")
    return score


def _read_attempt(typed: str) -> int:
    if not typed:
        raise Unreadable("missing")
    found = _ATTEMPT.fullmatch(typed)
    if found is None or not 0 < int(found[1]) <= MOST_ATTEMPTS:
        raise Unreadable("not_an_attempt")
    return int(found[1])


def _find_credential(mapping: Mapping, packs: Packs, typed: str | None) -> str | None:
    if not typed:
        return None
    pack = mapping.credentials.get(fold(typed)) or find_pack(packs, typed)
    if pack is None:
        raise Unreadable("credential_unknown")
    return pack.credential


def _find(words: Table[str, W], typed: str | None, problem: Problem) -> W | None:
    """What the word means, None where none is there. Raises Unreadable for one that isn't known."""
    if not typed:
        return None
    meaning = words.get(fold_head(typed))
    if meaning is None:
        raise Unreadable(problem)
    return meaning
