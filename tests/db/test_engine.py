"""Reading and writing sessions."""

import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError

from certtrack.db.engine import Database
from certtrack.db.models import Alarm, Assignment, Organization

_AT = datetime(2026, 5, 15, tzinfo=UTC)
_COUNT = """
import sys
from sqlalchemy import select
from certtrack.db.engine import Database
from certtrack.db.models import RelayState
database = Database(sys.argv[1])
for _ in range(150):
    with database.writing() as session:
        row = session.scalars(select(RelayState).with_for_update()).one()
        row.same_refusals = row.same_refusals + 1
"""


def add_organization(database: Database, key: str) -> None:
    with database.writing() as session:
        session.add(Organization(key=key, name=key, zone="UTC", recorded_at=_AT, recorded_by="test"))


def test_a_reading_session_can_not_write(database: Database) -> None:
    with database.reading() as session, pytest.raises(DBAPIError, match=r"(?i)read.?only"):
        session.execute(text("INSERT INTO job (name) VALUES ('x')"))
    add_organization(database, "a")  # and a writing one does


def test_no_transaction_sets_anything_that_would_have_statements_prepared_anew(database: Database) -> None:
    count, asked = select(func.count()).select_from(Organization), list[str]()
    for look in range(2):
        if look:  # each connection is set up when it is made
            event.listen(database.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
        with database.reading() as session:
            session.scalar(count)
        with database.writing() as session:
            session.scalar(count)
    assert any("organization" in statement for statement in asked)
    assert not [statement for statement in asked if statement.startswith("PRAGMA")]


@pytest.mark.parametrize(("asked", "found"), [("", 1), ("?synchronous=normal", 1), ("?synchronous=full", 2)])
def test_a_commit_waits_for_the_disk_where_the_address_says_so(tmp_path: Path, asked: str, found: int) -> None:
    database = Database(f"sqlite:///{tmp_path}/sure.db{asked}")
    with database.writing() as session:
        assert session.scalar(text("PRAGMA synchronous")) == found
    with database.settling() as connection:
        assert connection.scalar(text("PRAGMA synchronous")) == found
    database.close()
    assert (tmp_path / "sure.db").exists()


def test_an_address_that_asks_for_another_care_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="normal or full"):
        Database(f"sqlite:///{tmp_path}/sure.db?synchronous=off")


def test_a_closed_database_has_no_connection_of_either_kind(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/closed.db")
    for opened in (database.writing, database.reading):
        with opened() as session:
            session.execute(text("SELECT 1"))
    database.close()
    folder = Path("/proc/self/fd")
    held = [str(one.readlink()) for one in folder.iterdir() if one.exists()] if folder.is_dir() else []
    assert not [name for name in held if name.startswith(str(tmp_path))]


def test_a_reading_session_sees_one_snapshot_and_waits_for_no_writer(database: Database) -> None:
    count = select(func.count()).select_from(Organization)
    with database.reading() as reading:
        assert reading.scalar(count) == 0
        with database.writing() as writing:
            writing.execute(text("INSERT INTO job (name) VALUES ('x')"))
            assert reading.scalar(count) == 0
        add_organization(database, "a")
        assert reading.scalar(count) == 0
    with database.reading() as reading:
        assert reading.scalar(count) == 1


def test_four_processes_of_150_updates_lose_none(database: Database, database_url: str) -> None:
    with database.writing() as session:
        session.execute(text("INSERT INTO relay_state (id, same_refusals) VALUES (1, 0)"))
    command = (sys.executable, "-c", _COUNT, database_url)
    processes = [subprocess.Popen(command) for _ in range(4)]
    assert [process.wait(120) for process in processes] == [0] * 4
    with database.reading() as session:
        assert session.scalar(text("SELECT same_refusals FROM relay_state")) == 600


def test_foreign_keys_are_enforced_and_an_error_names_no_values(database: Database) -> None:
    secret = Assignment(
        person_id=1,
        supervisor_id=2,
        organization_id=3,
        from_on=_AT.date(),
        recorded_at=_AT,
        recorded_by="carol@example.org",
    )
    with pytest.raises(IntegrityError) as caught, database.writing() as session:
        session.add(secret)
    assert "carol@example.org" not in str(caught.value)


def test_a_block_that_raises_leaves_nothing_behind(database: Database) -> None:
    def fall_over() -> None:
        with database.writing() as session:
            session.add(Alarm(kind="relay_stopped", raised_at=_AT))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fall_over()
    with database.reading() as session:
        assert session.scalar(select(Alarm)) is None


def test_sqlite_keeps_a_write_ahead_log(tmp_path: object) -> None:
    database = Database(f"sqlite:///{tmp_path}/x.db")
    with database.writing() as session:
        found = [session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "foreign_keys", "busy_timeout")]
    database.close()
    assert found == ["wal", 1, 15_000]


def test_a_new_file_that_another_process_writes_to_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "new.db"
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.5, other.execute, ["COMMIT"]).start()
    with Database(f"sqlite:///{file}").reading() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
    other.close()
