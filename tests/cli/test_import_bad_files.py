"""Files that can't be a roster, through the real command: one clear line, and nothing is written or lost."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import CliRunner, Result
from kit.roster import HEADS, SHARED, carol, make_csv, make_xlsx
from sqlalchemy import func, select

from certtrack.cli import main
from certtrack.db.engine import Database
from certtrack.db.models import Certification, ImportRun

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def home(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("CERTTRACK_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("CERTTRACK_DATABASE_URL", database_url)
    monkeypatch.setenv("CERTTRACK_ENV", "test")
    assert run("organization", "create", "lakeside", "--name", "Lakeside", "--zone", "America/Chicago").exit_code == 0
    return Database(database_url)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def take(folder: Path, name: str, data: bytes) -> Result:
    file = folder / name
    file.write_bytes(data)
    return run("import", "roster", file)


def count(home: Database, model: Any) -> int:
    with home.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def make_zip() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        packed.writestr("letter.txt", "no workbook")
    return data.getvalue()


def make_book(sheets: Sequence[tuple[str, Sequence[Sequence[str]], bool]]) -> bytes:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    for name, rows, is_hidden in sheets:
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        sheet.hide() if is_hidden else sheet.activate()
    book.close()
    return data.getvalue()


ROSTER = [HEADS, carol()]


@pytest.mark.parametrize(
    ("name", "data", "place", "advice"),
    [
        ("cut.xlsx", SHARED.read_bytes()[:9000], "cut.xlsx: the workbook is damaged", "save it as .xlsx again"),
        ("zip.xlsx", make_zip(), "zip.xlsx: the workbook is damaged", "save it as .xlsx again"),
        ("nul.csv", make_csv(carol()) + b"a\0b\n", "nul.csv, line 3: there is a NUL byte", "save the file again"),
        ("empty.csv", b"", "empty.csv is empty", "save the file again"),
        ("empty.xlsx", make_xlsx([]), "empty.xlsx: none of the first 50 lines", "a mapping file can say"),
        ("title.csv", b"Roster of May\n", "title.csv: none of the first 50 lines", "a mapping file can say"),
        ("odd.csv", make_csv(carol()) + b"\x81,\n", "odd.csv, line 3: this is no letter", "save it as UTF-8"),
        (
            "two.xlsx",
            make_book([("May", ROSTER, False), ("June", ROSTER, False)]),
            "two.xlsx has several rosters: 'May', 'June'",
            'sheet = "NAME"',
        ),
        ("hidden.xlsx", make_book([("Notes", [("x",)], False), ("Old", ROSTER, True)]), "hidden.xlsx: none", "mapping"),
    ],
)
def test_what_is_no_roster_is_refused_in_one_line_with_file_place_and_advice(
    home: Database, tmp_path: Path, name: str, data: bytes, place: str, advice: str
) -> None:
    take(tmp_path, "good.csv", make_csv(carol()))
    done = take(tmp_path, name, data)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"certtrack: {place}")
    assert advice in done.stderr
    assert done.stderr.count("\n") == 1
    assert (count(home, Certification), count(home, ImportRun)) == (1, 1)


@pytest.mark.parametrize(("name", "says"), [(".", "is a directory"), ("nowhere.xlsx", "does not exist")])
def test_a_folder_and_a_file_that_is_not_there_are_wrong_usage(
    home: Database, tmp_path: Path, name: str, says: str
) -> None:
    done = run("import", "roster", tmp_path / name)
    assert (done.exit_code, done.stdout) == (2, "")
    assert says in done.stderr
    assert count(home, ImportRun) == 0


def test_a_file_with_heads_and_no_row_is_done_and_lists_who_is_missing(home: Database, tmp_path: Path) -> None:
    take(tmp_path, "good.csv", make_csv(carol()))
    done = take(tmp_path, "heads.csv", make_csv())
    assert done.exit_code == 0
    assert "Not in this file, and kept: 1" in done.stdout
    assert count(home, Certification) == 1


def test_a_hidden_sheet_is_passed_over_beside_a_shown_one(home: Database, tmp_path: Path) -> None:
    old = [HEADS, carol(number="CPS-77")]
    assert take(tmp_path, "r.xlsx", make_book([("Old", old, True), ("Now", ROSTER, False)])).exit_code == 0
    with home.reading() as session:
        assert list(session.scalars(select(Certification.number))) == ["CPS-1"]


def test_heads_that_come_again_and_titles_across_are_no_rows(home: Database, tmp_path: Path) -> None:
    rows = [("Roster",), HEADS, carol(), HEADS, carol(name="Other, Dave", address="dave@example.org", number="CPS-2")]
    assert take(tmp_path, "r.xlsx", make_xlsx(rows, merge=("A1:H1",))).exit_code == 0
    assert count(home, Certification) == 2


def test_reasons_come_in_the_language_that_was_asked_for(home: Database, tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    file.write_bytes(make_csv(carol(expires="soon")))
    done = run("import", "roster", file, "--language", "es")
    assert done.exit_code == 3
    assert "Este día no existe" in done.stdout
    returned = (tmp_path / "instance" / "imports" / "import-1-to-mend.csv").read_text(encoding="utf-8-sig")
    assert "Este día no existe" in returned
    assert run("import", "roster", file, "--language", "fr").exit_code == 2


def test_a_formula_in_a_name_is_escaped_wherever_it_leaves_as_a_text(home: Database, tmp_path: Path) -> None:
    formula = "=1+1, Dave"
    rows = [carol(name=formula), carol(name=formula, number="CPS-2", expires="soon")]
    assert take(tmp_path, "r.csv", make_csv(*rows)).exit_code == 3
    returned = (tmp_path / "instance" / "imports" / "import-1-to-mend.csv").read_text(encoding="utf-8-sig")
    assert f"'{formula}" in returned
    out = run("standing", "--format", "csv").stdout
    cells = [cell for line in out.splitlines() for cell in line.replace('"', "").split(",")]
    assert any("=1+1" in cell for cell in cells)
    assert not any(cell.startswith("=") for cell in cells)


def test_a_small_workbook_that_swells_is_refused_before_it_is_unpacked(home: Database, tmp_path: Path) -> None:
    data = io.BytesIO(make_xlsx(ROSTER))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as packed, packed.open("xl/a", "w") as part:
        for _ in range(201):
            part.write(bytes(1_000_000))

    refused = take(tmp_path, "bomb.xlsx", data.getvalue())

    assert refused.exit_code == 1
    assert "bomb.xlsx swells to more than 200 MB when it is opened; split it into several files." in refused.stderr
    assert count(home, ImportRun) == 0
