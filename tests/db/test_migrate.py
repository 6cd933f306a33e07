"""Migrations on both databases."""

import subprocess
import sys

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

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
