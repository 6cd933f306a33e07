"""What a list shows, as a file: audited with everybody who is in it, and sent piece by piece."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Literal

from flask import Response, stream_with_context
from sqlalchemy.orm import Session

from certtrack.services.exporting import note_export
from certtrack.services.people_list import Sorted
from certtrack.services.tables.as_csv import write_csv
from certtrack.services.tables.as_xlsx import write_xlsx
from certtrack.services.tables.cells import Cell
from certtrack.web.edge import actor, parts, writing

Kind = Literal["csv", "xlsx"]
KINDS = "<any(csv, xlsx):kind>"
Cells = Iterable[Sequence[Cell]]

_TYPES: dict[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def send_table(
    kind: str,
    name: str,
    as_of: date,
    heads: Sequence[str],
    rows: Sequence[Sorted],
    make: Callable[[Session], Iterator[Cells]],
) -> Response:
    """The file of that kind, once it is in the audit that these people leave in it.

    `make` gives the rows' cells, some at a time, while they are sent; it has a session of its own that only reads.
    """
    with writing() as session:
        note_export(session, actor(), rows, kind=kind, page=name, as_of=as_of, at=parts().clock.now())

    def stream() -> Iterator[bytes]:
        with parts().database.reading() as session:
            chunks = make(session)
            yield from write_csv(heads, chunks) if kind == "csv" else write_xlsx(name, heads, chunks)

    answer = Response(stream_with_context(stream()), content_type=_TYPES[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{as_of}.{kind}"'
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
