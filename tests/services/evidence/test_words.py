"""What a PDF says is read where it is opened; a file whose text hinders that is taken all the same."""

import io
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from kit.files import certificate, on_disk, pdf, picture

from certtrack.rules.reading_certificates import ReadCertificate
from certtrack.services.evidence import opening
from certtrack.services.evidence.opening import open_file
from certtrack.services.evidence.parts import Drawn
from certtrack.services.evidence.words import read_words, take_read, write_read

LINES = ("Centro Ejemplo", "Constancia", "Curso: Ética", "2 de marzo de 2026", "3 horas")
SAYS = ReadCertificate("Ética", "Centro Ejemplo", date(2026, 3, 2), date(2026, 3, 2), "3", "hours")


def test_the_text_of_its_first_pages_is_read() -> None:
    assert read_words(io.BytesIO(certificate(*LINES))) == SAYS
    assert read_words(io.BytesIO(pdf(30, text="3 hours"))).amount == "3"


def test_a_scan_has_no_text_and_a_picture_none_that_is_read(tmp_path: Path) -> None:
    assert read_words(io.BytesIO(pdf(text=""))).is_empty
    assert on_disk(picture(), lambda file: open_file(file, tmp_path)).read is None


def test_what_was_read_comes_out_of_the_process_that_opens_the_file(tmp_path: Path) -> None:
    assert on_disk(certificate(*LINES), lambda file: open_file(file, tmp_path)).read == SAYS


@pytest.mark.parametrize("goes_on", ["os.abort()", "print('{')", "print('[1]')", "pass"])
def test_a_process_that_breaks_off_while_it_reads_has_drawn_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, goes_on: str
) -> None:
    does = f"""import os; print('{{"kind": "pdf", "pages": 1}}', flush=True); {goes_on}"""
    own: Any = (sys.executable, "-I", "-c", does)
    monkeypatch.setattr(opening, "_OPENER", own)
    drawn = on_disk(pdf(), lambda file: open_file(file, tmp_path))
    assert (drawn, drawn.read) == (Drawn("pdf", 1), None)


def test_what_is_handed_over_comes_back_as_it_was() -> None:
    for read in (SAYS, ReadCertificate(), ReadCertificate(title="Only this")):
        assert take_read(write_read(read)) == read


@pytest.mark.parametrize(
    "said",
    [
        *(None, [], 3, {"title": 3}, {"title": "a" * 201}, {"last_on": "soon"}, {"unit": "days"}, {"title": None}),
        {"title": ["a"]},
    ],
)
def test_what_a_file_has_made_of_that_process_is_taken_for_nothing(said: object) -> None:
    assert take_read(said) is None
