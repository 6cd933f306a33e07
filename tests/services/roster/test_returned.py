"""What can't be read comes back, and goes in once it is mended."""

import csv
import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from kit.roster import HEADS, Office, carol, make_csv
from kit.rules import shipped_packs
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Certification, ExamResult
from certtrack.errors import BadInput
from certtrack.services.roster.mapping import NO_MAPPING, read_mapping
from certtrack.services.sheets.returned import make_returned, write_returned
from certtrack.services.tables.cells import is_like_formula

FORMULA = "=1+1, Dave"


@pytest.mark.parametrize(
    ("values", "column", "problem"),
    [
        ({"name": ""}, "name", "missing"),
        ({"credential": "RN"}, "credential", "credential_unknown"),
        ({"credential": ""}, "credential", "missing"),
        ({"expires": "soon"}, "expires", "not_a_day"),
        ({"expires": ""}, "expires", "missing"),
        ({"expires": "10/31/2126"}, "expires", "far_from_now"),
        ({"expires": "10/31/1826"}, "expires", "year_out_of_range"),
    ],
)
def test_a_row_is_refused_for_want_of_a_name_a_credential_or_a_day(
    office: Office, values: dict[str, str], column: str, problem: str
) -> None:
    work = office.read(make_csv(carol(**values)))
    assert work.roster.rows == ()
    assert [(f.column, f.problem) for f in work.roster.refused[0].faults] == [(column, problem)]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"exam": "02/30/2025"}, "not_a_day"),
        ({"exam": "05/16/2026"}, "lies_ahead"),
        ({"exam": "01/01/1901"}, "far_from_now"),
        ({"address": "carla@@example"}, "not_an_address"),
        ({"supervisor": "bob@@example"}, "not_an_address"),
    ],
)
def test_any_other_unreadable_cell_is_left_empty_and_the_row_goes_in(
    world: World, office: Office, values: dict[str, str], problem: str
) -> None:
    work = office.rows(carol(**values))
    assert [fault.problem for fault in work.roster.rows[0].faults] == [problem]
    assert work.count()["findings"] >= 1
    with world.database.reading() as session:
        assert session.scalar(select(Certification.number)) == "CPS-1"


def test_what_comes_back_can_be_mended_and_imported_again(world: World, office: Office) -> None:
    work = office.rows(carol(exam="02/30/2024"), carol(name=FORMULA, number="CPS-2", credential="RN", address=""))
    text = make_returned(work.roster.heads, work.returned, "en")
    mended = text.replace("02/30/2024", "02/28/2024", 1).replace("RN", "CPS", 1)
    again = office.take(mended.encode("utf-8-sig"))
    assert again.roster.refused == ()
    with world.database.reading() as session:
        assert set(session.scalars(select(Certification.number))) == {"CPS-1", "CPS-2"}
        assert session.scalar(select(ExamResult.taken_on).order_by(ExamResult.id)) == date(2024, 2, 28)


def test_what_comes_back_says_row_line_column_value_and_reason_and_never_a_note(office: Office) -> None:
    work = office.read(make_csv(carol(), carol(number="CPS-2", expires="soon", notes="part time")))
    (row,) = csv.DictReader(io.StringIO(make_returned(work.roster.heads, work.returned, "en")))
    assert [row[head] for head in ("Refused row", "Refused line", "Refused column", "Refused value")] == [
        "2",
        "3",
        "Expires",
        "soon",
    ]
    assert row["What is wrong"].startswith("This isn't a day that exists")
    assert "Notes" not in row
    assert "Este día no existe" in make_returned(work.roster.heads, work.returned, "es")


def test_formulas_in_what_comes_back_are_escaped(office: Office) -> None:
    work = office.read(make_csv(carol(name=FORMULA, expires="soon")))
    assert f"'{FORMULA}" in make_returned(work.roster.heads, work.returned, "en")


def test_a_head_that_a_spreadsheet_would_run_comes_back_escaped_and_is_known_again(office: Office) -> None:
    heads = [head.replace("Cert #", "=Cert") for head in HEADS]
    mapping = replace(NO_MAPPING, heads={"number": "=Cert"})
    work = office.read(make_csv(carol(expires="soon"), heads=heads), mapping=mapping)
    text = make_returned(work.roster.heads, work.returned, "en")
    [head, row] = csv.reader(io.StringIO(text))
    assert "'=Cert" in head
    assert not [cell for cell in (*head, *row) if is_like_formula(cell)]
    again = office.read(text.replace("soon", "10/31/2026").encode(), mapping=mapping)
    assert again.roster.heads.texts["number"] == "=Cert"


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    file = write_returned(tmp_path, 7, "a\n")
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("columns = 3", r"m.toml: \[columns\] must hold lines"),
        ("[columns]\nnotes = 'x'", "m.toml: columns.notes isn't one of"),
        ("[columns]\nname = 3", "m.toml: columns.name must be a text"),
        ("[credentials]\nX = 'rn'", "m.toml: credentials.X: no rule pack is for 'rn'"),
        ("[supervisors]\nB = 'bob'", "m.toml: supervisors.B: 'bob' isn't an address"),
        ("[others]\nx = 1", "m.toml: there is no 'others'"),
        ("[columns", "m.toml isn't written as a mapping"),
        ("sheet = 3", "m.toml: sheet must be the name"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused_with_its_file_and_key(text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read_mapping("m.toml", text.encode(), shipped_packs())
