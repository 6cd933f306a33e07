"""The roster of a real office, unedited, on May 15, 2026. The figures were worked out by hand from the file."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

from kit.roster import SHARED, Imported, Office, take_shared
from kit.world import World
from sqlalchemy import func, select

from certtrack.db.base import Base
from certtrack.db.models import Certification, Cycle, CycleVersion, Email, ExamResult, Finding, Person, Reminder
from certtrack.services.standing import load_standings

EXPECTED = list(csv.DictReader((Path(__file__).parent / "expected.csv").read_text(encoding="utf-8").splitlines()))


def count_all(world: World) -> dict[str, int]:
    with world.database.reading() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }


def test_everybody_in_the_file_but_one_is_on_record_as_typed(imported: Imported) -> None:
    with imported.world.database.reading() as session:
        query = select(Certification.number, Person.family_name, Person.given_name, Cycle.due_on)
        query = query.join(Person, Person.id == Certification.person_id)
        found = {tuple(map(str, row)) for row in session.execute(query.join(Cycle))}
    wanted = {(row["number"], row["family_name"], row["given_name"], row["due_on"]) for row in EXPECTED}
    assert len(wanted) == 118
    assert found == wanted


def test_every_standing_agrees_with_the_table_worked_out_by_hand(imported: Imported) -> None:
    with imported.world.database.reading() as session:
        numbers = {c.id: c.number for c in session.scalars(select(Certification))}
        standings = load_standings(session, imported.world.rulebook, list(numbers), date(2026, 5, 15))
    found = {numbers[key]: standing.validity for key, standing in standings.items()}
    assert found == {row["number"]: row["standing_on_2026_05_15"] for row in EXPECTED}


def test_the_counts_are_those_of_the_file(imported: Imported) -> None:
    counts = imported.work.count()
    assert (counts["rows"], counts["rows_refused"], counts["rows_twice"]) == (120, 1, 1)
    assert counts["people_new"] == 119  # 118 specialists, and somebody with Bob's address
    assert counts["past_their_day"] == 60
    assert Counter(row["due_on"] for row in EXPECTED)["2026-10-31"] == 35  # 36 rows, one of which is refused
    assert imported.work.count_findings() == {
        "cell_unreadable": 2,
        "exam_year_parity": 2,
        "name_unlikely": 1,
        "no_address": 3,
        "row_twice": 1,
        "shared_address": 1,
        "stated_day_differs": 1,
        "supervisor_unknown": 1,
        "supervisor_unknown_name": 2,
    }


def test_an_exam_date_is_a_sitting_whose_outcome_is_not_known_and_sets_no_day(imported: Imported) -> None:
    with imported.world.database.reading() as session:
        results = list(session.scalars(select(ExamResult)))
        serial = session.scalar(
            select(ExamResult.taken_on)
            .join(Certification, Certification.person_id == ExamResult.person_id)
            .where(Certification.number == "CPS-1041")
        )
        sources = set(session.scalars(select(Cycle.due_source)))
    assert {result.outcome for result in results} == {"not_known"}
    assert len(results) == 116  # two days of 118 don't exist
    assert serial == date(2024, 1, 1)
    assert sources == {"stated"}


def test_those_past_their_day_wait_to_be_released_by_name_and_nobody_else(imported: Imported) -> None:
    with imported.world.database.reading() as session:
        query = select(Certification.number, Cycle.release_by_name).join(Cycle)
        found = {number for number, waits in session.execute(query) if waits}
    assert found == {row["number"] for row in EXPECTED if row["standing_on_2026_05_15"] != "current"}


def test_an_import_sends_nothing_and_arms_from_its_own_day(imported: Imported) -> None:
    with imported.world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Email)) == 0
        assert session.scalar(select(func.count()).select_from(Reminder)) == 0
        assert set(session.scalars(select(Cycle.armed_on))) == {date(2026, 5, 15)}
        assert set(session.scalars(select(Cycle.evidence))) == {f"import:{imported.work.run_id}"}


def test_a_dry_run_shows_what_the_real_one_does_and_writes_nothing(world: World, office: Office) -> None:
    before = count_all(world)
    looked = office.look(SHARED.read_bytes(), SHARED.name)
    assert count_all(world) == before
    done = take_shared(world)
    assert done.count() == looked.count()
    assert done.count_findings() == looked.count_findings()
    assert [plan.changes for plan in done.plans] == [plan.changes for plan in looked.plans]


def test_the_same_file_again_changes_nothing_but_the_list_of_runs(world: World, imported: Imported) -> None:
    before = count_all(world)
    again = take_shared(world)
    after = count_all(world)
    assert {name for name in after if after[name] != before[name]} == {"import_run", "audit_event", "audit_value"}
    assert after["audit_event"] == before["audit_event"] + 1
    assert again.count()["rows_same"] == 118


def test_a_run_that_broke_off_is_completed_by_the_same_file(world: World, office: Office) -> None:
    office.take(SHARED.read_bytes(), SHARED.name, batches=2)
    half = count_all(world)
    assert 0 < half["certification"] < 118
    take_shared(world)
    whole = count_all(world)
    assert (whole["certification"], whole["person"], whole["import_run"]) == (118, 119, 1)


def test_notes_are_nowhere_on_record(imported: Imported) -> None:
    with imported.world.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            if table.name != "pack_version":
                assert "part time" not in str(session.execute(select(table)).all())
    assert "part time" not in repr(imported.work.roster)


def test_each_cycle_has_the_one_version_it_was_opened_with(imported: Imported) -> None:
    with imported.world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CycleVersion)) == 118
        assert session.scalar(select(func.count()).select_from(Finding)) == 14
