"""`certtrack import roster`, as a person types it."""

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from kit.databases import on_both
from kit.roster import SHARED, carol, make_csv
from sqlalchemy import select

from certtrack.cli import main
from certtrack.db.engine import Database
from certtrack.db.models import Email


@pytest.fixture
def home(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "instance"
    monkeypatch.setenv("CERTTRACK_INSTANCE", str(folder))
    monkeypatch.setenv("CERTTRACK_DATABASE_URL", database_url)
    monkeypatch.setenv("CERTTRACK_ENV", "test")
    assert run("organization", "create", "lakeside", "--name", "Lakeside", "--zone", "America/Chicago").exit_code == 0
    return folder


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_rows_refused_end_with_3_and_come_back_in_a_file_that_is_named(home: Path) -> None:
    done = run("import", "roster", SHARED)
    assert done.exit_code == 3
    assert "No rules are known for this credential" in done.stdout
    assert "Importing: 118 of 118 rows" in done.stderr
    file = home / "imports" / "import-1-to-mend.csv"
    assert str(file) in done.stderr
    assert file.stat().st_mode & 0o777 == 0o600


@on_both
def test_a_dry_run_shows_old_and_new_and_leaves_no_file(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    file.write_bytes(make_csv(carol(expires="10/31/2027")))
    assert run("import", "roster", file).exit_code == 0
    file.write_bytes(make_csv(carol(expires="11/30/2027")))
    done = run("import", "roster", file, "--dry-run", "--format", "json")
    assert done.exit_code == 0
    (change,) = json.loads(done.stdout)[0]["changes"]
    assert (change["field"], change["old"], change["new"]) == ("due_on", "2027-10-31", "2027-11-30")
    assert not (home / "imports").exists() or not list((home / "imports").iterdir())


def test_whose_account_it_is_hears_at_the_address_before_that_a_roster_has_amended_it(
    home: Path, tmp_path: Path, database_url: str
) -> None:
    file = tmp_path / "r.csv"
    file.write_bytes(make_csv(carol()))
    assert run("import", "roster", file).exit_code == 0
    made = run("account", "create", "carol@example.org", "--role", "specialist", "--person", "carol@example.org")
    assert made.exit_code == 0, made.stderr
    file.write_bytes(make_csv(carol(address="new@example.org")))
    assert run("import", "roster", file).exit_code == 0
    database = Database(database_url)
    with database.reading() as session:
        assert list(session.scalars(select(Email.address))) == ["carol@example.org"]
    database.close()


def test_a_damaged_file_is_refused_in_one_line_and_nothing_is_written(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "r.xlsx"
    file.write_bytes(SHARED.read_bytes()[:5000])
    done = run("import", "roster", file)
    assert done.exit_code == 1
    assert done.stderr.startswith("certtrack: r.xlsx: the workbook is damaged")
    assert done.stdout == ""


def test_several_organizations_must_be_told_apart(home: Path) -> None:
    run("organization", "create", "hill", "--name", "Hill", "--zone", "America/Chicago")
    done = run("import", "roster", SHARED)
    assert done.exit_code == 1
    assert "--organization KEY" in done.stderr
    assert run("import", "roster", SHARED, "--organization", "hill").exit_code == 3


def test_a_file_that_is_not_there_is_wrong_usage(home: Path) -> None:
    assert run("import", "roster", "nowhere.xlsx").exit_code == 2


def test_a_mended_file_is_taken_in_and_nobody_is_listed_as_missing(home: Path, tmp_path: Path) -> None:
    run("import", "roster", SHARED)
    returned = home / "imports" / "import-1-to-mend.csv"
    mended = tmp_path / "mended.csv"
    text = returned.read_text(encoding="utf-8-sig").replace("02/30/2025", "02/28/2025", 1)
    mended.write_text(text, encoding="utf-8-sig")
    before = open_findings()
    assert before["cell_unreadable"] == 2
    done = run("import", "roster", mended)
    assert "Not in this file" not in done.stdout
    assert "findings_settled" in done.stdout
    assert open_findings() == before | {"cell_unreadable": 1}
    shown = json.loads(run("import", "roster", mended, "--dry-run", "--format", "json").stdout)[0]
    assert (shown["missing"], shown["changes"], shown["counts"]["findings"]) == ([], [], 0)


def open_findings() -> Counter[str]:
    found = json.loads(run("findings", "--format", "json").stdout)
    return Counter(item["kind"] for item in found)


def test_a_renewal_is_shown_by_standing_and_why_with_the_import_of_each_day(home: Path, tmp_path: Path) -> None:
    for name, day in (("first.csv", "10/31/2027"), ("second.csv", "10/31/2029")):
        (tmp_path / name).write_bytes(make_csv(carol(expires=day, exam="")))
        assert run("import", "roster", tmp_path / name).exit_code == 0
    table = run("standing", "--as-of", "2027-10-01").stdout
    assert "NEXT CYCLE DUE ON" in table
    (row,) = json.loads(run("standing", "--as-of", "2027-10-01", "--format", "json").stdout)
    assert (row["due_on"], row["next"], row["next_on"]) == ("2027-10-31", "due", "2029-10-31")
    assert row["next_cycle_due_on"] == "2029-10-31"
    assert row["next_cycle_from"].endswith("from second.csv")
    told = run("why", "CPS-1", "--as-of", "2027-10-01").stdout
    assert "This cycle is due on October 31, 2027; the next is on record already, due on October 31, 2029." in told
    lines = told.splitlines()
    (old,) = [lines[n + 1] for n, line in enumerate(lines) if "The due day is October 31, 2027" in line]
    (new,) = [lines[n + 1] for n, line in enumerate(lines) if "The next cycle is on record already" in line]
    assert ("first.csv" in old, "second.csv" in new) == (True, True)
    assert "act by" not in told
    assert "NEXT CYCLE" not in run("standing", "--as-of", "2027-11-01").stdout


def test_rows_are_held_against_what_was_confirmed_of_the_rules(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    file.write_bytes(make_csv(carol(credential="CPPS", expires="01/31/2028", exam="03/22/2025")))
    confirm = ("rules", "confirm", "us-wi-cpps", "parity", "exam_year", "--source", "Letter", "--on", "2026-01-05")
    assert run(*confirm).exit_code == 0
    run("import", "roster", file)
    assert open_findings()["exam_year_parity"] == 1
