"""A file is opened in a process of its own, whatever it does there."""

import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from kit.files import on_disk, pdf, picture
from PIL import PngImagePlugin

from certtrack.services.evidence import opening
from certtrack.services.evidence.limits import BadFile
from certtrack.services.evidence.opening import open_file
from certtrack.services.evidence.parts import Drawn


def find_problem(data: bytes, folder: Path) -> str:
    with pytest.raises(BadFile) as caught:
        on_disk(data, lambda file: open_file(file, folder))
    return caught.value.problem


def test_its_pages_are_drawn_into_the_folder(tmp_path: Path) -> None:
    assert on_disk(pdf(), lambda file: open_file(file, tmp_path)) == Drawn("pdf", 1)
    assert len(list(tmp_path.iterdir())) == 2


def test_what_breaks_off_a_decoder_is_a_damaged_file(tmp_path: Path) -> None:
    assert find_problem(picture((800, 600))[:2000], tmp_path) == "damaged"


def test_a_text_that_swells_is_refused(tmp_path: Path) -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(80_000_000)))
    assert find_problem(picture(fmt="PNG", pnginfo=notes), tmp_path) == "damaged"


@pytest.mark.parametrize(
    ("does", "patience"),
    [("import os; os.abort()", 45), ("import time; time.sleep(60)", 0.2), ("x = bytearray(10**13)", 45)],
    ids=["breaks-off", "takes-long", "takes-all-memory"],
)
def test_a_process_that_breaks_off_or_takes_too_much_is_a_file_that_is_too_hard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str, patience: float
) -> None:
    own: Any = (sys.executable, "-c", does)
    monkeypatch.setattr(opening, "_OPENER", own)
    monkeypatch.setattr(opening, "_PATIENCE_S", patience)
    assert find_problem(picture(), tmp_path) == "too_hard"


def test_whoever_waits_too_long_for_their_turn_is_told_to_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_PATIENCE_S", 0.01)
    with opening._one_at_a_time:
        assert find_problem(picture(), tmp_path) == "not_kept"


def test_a_full_disk_is_not_a_damaged_file(tmp_path: Path) -> None:
    (tmp_path / "page-1.jpg").symlink_to("/dev/full")
    assert find_problem(picture((800, 600)), tmp_path) == "not_kept"
