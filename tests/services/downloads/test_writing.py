"""The ZIP file: whole when it is read to its end, and never more than one file of it in memory."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from certtrack.errors import NotFound
from certtrack.services.downloads.gathering import HeldFile, Holdings, _name_file  # what files are called
from certtrack.services.downloads.writing import Sources, write_archive
from certtrack.services.evidence.store import StoreAway

AT = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)


def make_file(number: int, file_name: str = "certificate.pdf", kind: str = "pdf") -> HeldFile:
    evidence: Any = SimpleNamespace(id=number, kind=kind, file_name=file_name)
    return HeldFile(_name_file(evidence), evidence)


def make_held(*files: HeldFile, mails: tuple[int, ...] = ()) -> Holdings:
    person: Any = SimpleNamespace(id=7)
    return Holdings(person, {"credit": [{"id": 1, "title": "Ética"}]}, files, mails)


def write(held: Holdings, **sources: Any) -> Iterator[bytes]:
    fields = {"read_file": lambda evidence: b"%PDF " + bytes([evidence.id]), "read_mail": lambda _number: b"Subject: x"}
    return write_archive(held, Sources(**(fields | sources)), read_me="Read me", made_at=AT)


def unzip(pieces: Iterator[bytes]) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_records_files_and_mails_are_in_it_as_they_are() -> None:
    found = unzip(write(make_held(make_file(1), make_file(2), mails=(5,))))
    assert found["READ-ME.txt"] == b"Read me"
    assert json.loads(found["records/credit.json"]) == [{"id": 1, "title": "Ética"}]
    assert found["files/1-certificate.pdf"] == b"%PDF \x01"
    assert found["mails/5.eml"] == b"Subject: x"
    about = json.loads(found["about.json"])
    assert (about["rows"], about["files_gone"], about["person"]) == ({"credit": 1}, [], 7)
    assert about["left_out"]["account.password"] == "secret"


def test_one_file_at_a_time_is_read_when_its_turn_comes() -> None:
    read: list[int] = []

    def read_file(evidence: Any) -> bytes:
        read.append(evidence.id)
        return b"x" * 1000

    pieces = write(make_held(*(make_file(number) for number in range(1, 4))), read_file=read_file)
    sizes = [(len(piece), len(read)) for piece in pieces]
    assert read == [1, 2, 3]
    assert [count for size, count in sizes if size >= 1000] == [1, 2, 3], "each is handed on before the next is read"
    assert max(size for size, _ in sizes) < 2000


def test_a_file_that_is_gone_is_named_and_a_mail_that_was_purged_is_none() -> None:
    def read_file(evidence: Any) -> bytes:
        if evidence.id == 1:
            raise NotFound("gone")
        return b"here"

    held = make_held(make_file(1), make_file(2), mails=(5,))
    found = unzip(write(held, read_file=read_file, read_mail=lambda _number: None))
    assert json.loads(found["about.json"])["files_gone"] == ["1-certificate.pdf"]
    assert [name for name in found if name.startswith(("files/", "mails/"))] == ["files/2-certificate.pdf"]


def test_a_store_that_is_away_leaves_no_whole_file_behind() -> None:
    def read_file(_evidence: Any) -> bytes:
        raise StoreAway

    came: list[bytes] = []
    pieces = write(make_held(make_file(1)), read_file=read_file)
    with pytest.raises(StoreAway):
        came.extend(pieces)
    assert not zipfile.is_zipfile(io.BytesIO(b"".join(came)))


@pytest.mark.parametrize(
    ("given", "kind", "called"),
    [
        ("../../etc/passwd", "pdf", "4-file.pdf"),
        ("C:\\x\\Mi certificado (2).PDF", "pdf", "4-C-x-Mi-certificado-2.pdf"),
        ("", "picture", "4-file.jpg"),
        ("..", "pdf", "4-file.pdf"),
        ("a" * 300 + ".png", "picture", f"4-{'a' * 60}.jpg"),
        ("diplomá\u202egpj.exe", "picture", "4-diplomá-gpj.jpg"),
    ],
)
def test_a_file_has_a_name_that_leads_nowhere_else(given: str, kind: str, called: str) -> None:
    name = cast("Any", make_file(4, given, kind)).name
    assert name == called
