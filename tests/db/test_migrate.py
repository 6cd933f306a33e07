"""Migrations on both databases."""

import subprocess
import sys
from datetime import UTC, date, datetime, time

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, Table, inspect, select, text

from certtrack.db.engine import make_engine
from certtrack.db.migrate import downgrade, list_drift, make_config, upgrade
from certtrack.db.revisions import find_revision, get_head, list_revisions
from certtrack.errors import Refused
from certtrack.services.installation import check_current, upgrade_database

_UPGRADE = """
import sys
from certtrack.db.engine import make_engine
from certtrack.db.migrate import upgrade
upgrade(make_engine(sys.argv[1]))
"""


def test_the_migrations_make_exactly_the_tables_of_the_models(database_url: str) -> None:
    engine = make_engine(database_url)
    assert list_drift(engine) == []
    assert find_revision(engine) == get_head()
    assert "merged_into_id" in {column["name"] for column in inspect(engine).get_columns("person")}
    engine.dispose()


def test_down_leaves_nothing_behind_and_up_again_makes_all_of_it(empty_url: str) -> None:
    engine = make_engine(empty_url)
    for _ in range(2):
        upgrade(engine)
        assert list_drift(engine) == []
        downgrade(engine, "base")
        assert inspect(engine).get_table_names() == ["alembic_version"]
        assert find_revision(engine) is None
    engine.dispose()


def test_exam_results_of_before_sittings_go_up_and_down_unharmed(empty_url: str) -> None:
    engine = make_engine(empty_url)
    upgrade(engine, "0010")
    with engine.begin() as connection:
        person, office = _fill(connection, "person"), _fill(connection, "organization")
        for outcome in ("passed", "not_known"):
            own = {"person_id": person, "organization_id": office, "outcome": outcome}
            result = _fill(connection, "exam_result", **own)
            _fill(connection, "exam_result_version", exam_result_id=result, outcome=outcome)
    upgrade(engine)
    assert list_drift(engine) == []
    for table in ("exam_result", "exam_result_version"):
        said = _list(engine, table, "outcome", "outcome_by", "is_withdrawn")
        assert said == [("passed", "stated", False), ("not_known", None, False)]
    downgrade(engine, "0010")
    for table in ("exam_result", "exam_result_version"):
        assert _list(engine, table, "outcome") == [("passed",), ("not_known",)]
    engine.dispose()


def test_what_was_said_of_files_that_are_still_there_is_kept_but_for_whom_it_means(empty_url: str) -> None:
    engine = make_engine(empty_url)
    upgrade(engine, "0047")
    columns = {"columns": {"expires": "Good through"}}
    people = {"words": {"supervisors": {"B.": "bob@example.org"}}}
    with engine.begin() as connection:
        office, account = _fill(connection, "organization"), _fill(connection, "account")
        for mapping, state in ((columns | people, "done"), (people, "done"), (columns, "looked"), ({}, "done")):
            run = _fill(connection, "import_run", organization_id=office, counts={})
            own = {"organization_id": office, "account_id": account, "run_id": run, "data": b"", "seen": {}}
            told = {"heads": {"expires": "Good through"}}
            _fill(connection, "import_upload", mapping=mapping, state=state, told=told, **own)
    upgrade(engine)
    assert list_drift(engine) == []
    said = (columns, {"expires": "Good through"})
    assert _list(engine, "import_run", "mapping", "heads") == [said, *[(None, None)] * 3]
    downgrade(engine, "0047")
    with engine.connect() as connection:
        assert not {"mapping", "heads"} & {one["name"] for one in inspect(connection).get_columns("import_run")}
    engine.dispose()


def _fill(connection: Connection, name: str, **values: object) -> int:
    """The number of a row in which everything that must be there is something."""
    table, day = Table(name, MetaData(), autoload_with=connection), date(2026, 5, 1)
    some = {str: "x", int: 1, bool: False, date: day, datetime: datetime.combine(day, time(), UTC)}
    asked = [one for one in table.columns if not one.nullable and one.name not in {"id", *values}]
    needed = {one.name: some[one.type.python_type] for one in asked}
    made = connection.execute(table.insert().values(needed | values).returning(table.c.id))
    return int(made.scalar_one())


def _list(engine: Engine, name: str, *columns: str) -> list[tuple[object, ...]]:
    table = Table(name, MetaData(), autoload_with=engine)
    with engine.connect() as connection:
        rows = connection.execute(select(*(table.c[column] for column in columns)).order_by(table.c.id))
        return [tuple(row) for row in rows]


def test_two_processes_may_upgrade_at_once(empty_url: str) -> None:
    command = (sys.executable, "-c", _UPGRADE, empty_url)
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [(process.communicate(timeout=60)[1], process.returncode) for process in both] == [("", 0), ("", 0)]
    engine = make_engine(empty_url)
    assert list_drift(engine) == []
    engine.dispose()


def test_a_database_that_a_newer_installation_made_is_refused(database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for ask in (check_current, upgrade_database):
        with pytest.raises(Refused, match="9999, which a newer CertTrack has made"):
            ask(engine)
    engine.dispose()


def test_what_is_read_off_the_files_names_is_what_alembic_knows(database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.connect() as connection:
        scripts = ScriptDirectory.from_config(make_config(connection))
        assert list_revisions() == {script.revision for script in scripts.walk_revisions()}
        assert get_head() == scripts.get_current_head()
    engine.dispose()


def test_a_command_that_migrates_nothing_does_without_alembic() -> None:
    code = "import sys, jobs.cli, certtrack.services.installation; print('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
