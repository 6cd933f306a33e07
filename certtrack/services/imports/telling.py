"""What came of a look at a file, or of an import, as it is kept for the page: counts, lists, words that say nothing."""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy.orm import Session

from certtrack.services.sheets.asked import Kind, Row
from certtrack.services.sheets.cells import Problem
from certtrack.services.sheets.runs import Import

MOST = 200
"""How many rows of a list are kept: what was to be mended comes back whole, as a file."""

_BY_PROBLEM: dict[Problem, str] = {
    "credential_unknown": "credentials",
    "credential_unclear": "credentials",
    "training_unknown": "trainings",
}
_MEANT: dict[str, str] = {"categories": "categories", "formats": "formats"}


def tell(session: Session, work: Import[Any, Any], kind: Kind) -> dict[str, Any]:
    """All that a page shows of it, as JSON, with whom that is about: the others' rows nobody reads there."""
    missing = work.list_missing(session)
    lists = [
        _keep("new", kind.new_columns, sorted(work.added, key=itemgetter("line"))),
        _keep("changes", kind.change_columns, work.list_changes()),
        *(_keep(one.name, one.columns, one.list_rows(work)) for one in kind.told if one.name not in _MEANT),
        _keep("missing", kind.missing_columns, missing),
    ]
    held = _keep("held", ("line", "name"), [{"line": one.line, "name": one.name} for one in work.held])
    return {
        "counts": {name: count for name, count in (work.count() | kind.count_more(work)).items() if count},
        "is_in_part": work.is_in_part,
        "lists": [one for one in lists if one["total"]],
        "refused": _tell_refused(work),
        "refused_total": len(work.returned),
        "heads": dict(work.file.heads.texts),
        "words": _list_words(work, kind),
        "people": sorted(
            work.list_people(_list_lines((*lists, held)) | {row.line for row in work.returned})
            | {row["person"] for row in missing[:MOST] if "person" in row}
        ),
        "held": held,
    }


def _list_lines(lists: Iterable[dict[str, Any]]) -> set[int]:
    """The lines of the file that these lists show."""
    return {row[one["columns"].index("line")] for one in lists if "line" in one["columns"] for row in one["rows"]}


def _keep(name: str, columns: Sequence[str], rows: Sequence[Row]) -> dict[str, Any]:
    cells = [[_plain(row.get(column)) for column in columns] for row in rows[:MOST]]
    return {"name": name, "columns": list(columns), "rows": cells, "total": len(rows)}


def _tell_refused(work: Import[Any, Any]) -> list[dict[str, Any]]:
    returned = sorted(work.returned, key=lambda row: row.line)[:MOST]
    return [
        {"line": row.line, "column": fault.column, "value": fault.value, "problem": fault.problem}
        for row in returned
        for fault in row.faults
    ]


def _list_words(work: Import[Any, Any], kind: Kind) -> dict[str, list[str]]:
    """By table the file's words that say nothing yet, so that somebody can say what they mean."""
    found: dict[str, list[str]] = {
        _MEANT[one.name]: [row["word"] for row in one.list_rows(work)] for one in kind.told if one.name in _MEANT
    }
    for row in work.returned:
        for fault in row.faults:
            table = _BY_PROBLEM.get(fault.problem)
            if table in kind.layout.tables and fault.value:
                found.setdefault(str(table), []).append(fault.value)
    if "supervisors" in kind.layout.tables:
        found["supervisors"] = [row.supervisor_name for row in work.rows if row.supervisor_name]
    return {table: _each_once(words) for table, words in found.items() if words}


def _each_once(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))[:MOST]


def _plain(value: object) -> str | int | None:
    return value if isinstance(value, int | None) else str(value)
