"""The download itself: a ZIP file, handed on piece by piece, so that no more than one file of it is in memory."""

import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from certtrack.db.models import Evidence
from certtrack.errors import NotFound
from certtrack.services.downloads.gathering import Holdings
from certtrack.services.downloads.tables import LEFT_OUT


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the files come from, one at a time: `read_file` raises NotFound for one that is gone; None is no mail."""

    read_file: Callable[[Evidence], bytes]
    read_mail: Callable[[int], bytes | None]


def write_archive(held: Holdings, sources: Sources, *, read_me: str, made_at: datetime) -> Iterator[bytes]:
    """The pieces of the ZIP file, in order.

    `READ-ME.txt` is what is said of it; `about.json` how many rows of each table there are, what is left out and why,
    and which files are gone; `records/` has a file for each table, `files/` what was sent in, `mails/` mails as they
    went out. What a store that is away raises ends it: what came so far is no whole ZIP file.
    """
    outlet = _Outlet()
    made = made_at.timetuple()[:6]
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, data: bytes | str) -> Iterator[bytes]:
            archive.writestr(_describe(name, made), data)
            yield outlet.take()

        yield from add("READ-ME.txt", read_me)
        for table, rows in held.tables.items():
            yield from add(f"records/{table}.json", _write_json(list(rows)))
        gone = []
        for file in held.files:
            try:
                data = sources.read_file(file.evidence)
            except NotFound:
                gone.append(file.name)
                continue
            yield from add(f"files/{file.name}", data)
        for number in held.mails:
            if (mail := sources.read_mail(number)) is not None:
                yield from add(f"mails/{number}.eml", mail)
        yield from add("about.json", _write_json(_make_about(held, gone, made_at)))
    yield outlet.take()


class _Outlet:
    """What a ZIP file is written to that nobody keeps: it is taken away again after each piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here for anything."""

    def close(self) -> None:
        """Nothing is open."""

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def _describe(name: str, made: tuple[int, ...]) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (made[0], made[1], made[2], made[3], made[4], made[5]))
    is_packed = name.startswith("files/")  # pictures and PDFs are: to do it again takes time for nothing
    info.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def _make_about(held: Holdings, gone: list[str], made_at: datetime) -> dict[str, Any]:
    return {
        "made_at": made_at.isoformat(),
        "person": held.person.id,
        "rows": {name: len(rows) for name, rows in held.tables.items()},
        "left_out": LEFT_OUT,
        "files_gone": gone,
    }


def _write_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
