"""A database that goes away while others work with it, and comes back."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pytest
from kit.databases import migrate, name_database, on_server
from kit.postgres import Cluster, NoPostgres, run_cluster
from sqlalchemy import Connection, event

from certtrack.db.engine import Database, make_engine


@dataclass
class Outage:
    """A database that nobody can write to: on SQLite it is locked, PostgreSQL hangs up and lets nobody in."""

    database: Database
    lock: Connection | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return self.database.engine.url.render_as_string(hide_password=False)

    def begin(self) -> None:
        """It goes."""
        name = self.database.engine.url.database
        if self.database.engine.dialect.name == "sqlite":
            self.lock = make_engine(self.url).connect()
            self.lock.begin()
            return
        server = name_database(self.url, "postgres")
        on_server(server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        hang_up = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
        on_server(server, f"{hang_up} '{name}'")  # a test's own name

    def end(self) -> None:
        """It is there again."""
        if self.lock is not None:
            self.lock.close()
            self.lock.engine.dispose()
            self.lock = None
        elif self.database.engine.dialect.name != "sqlite":
            name = self.database.engine.url.database
            on_server(name_database(self.url, "postgres"), f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


@pytest.fixture
def outage(database: Database) -> Iterator[Outage]:
    """An outage that ends with the test at the latest. Whoever meets a locked file waits a twentieth of a second."""
    database.close()
    if database.engine.dialect.name == "sqlite":
        event.listen(database.engine, "connect", lambda line, _: line.execute("PRAGMA busy_timeout=50"))
    made = Outage(database)
    yield made
    made.end()


class Losing(Protocol):
    """A database that all processes lose at once, whoever they are."""

    @property
    def url(self) -> str:
        """Its address, also while it is lost."""

    def lose(self) -> None:
        """Nobody can write to it from now on."""

    def regain(self) -> None:
        """It is there again."""


_HOLD = """
import sqlite3
import sys
line = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
while not line.in_transaction:  # who slept between two tries would get in once a planner has done all
    try:
        line.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        pass
print("held", flush=True)
sys.stdin.read()
"""


@dataclass
class HeldFile:
    """A SQLite file that another process keeps to itself."""

    file: Path
    holder: subprocess.Popen[str] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"sqlite:///{self.file}"

    def lose(self) -> None:
        command = [sys.executable, "-c", _HOLD, str(self.file)]
        self.holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.holder.stdout is not None
        assert self.holder.stdout.readline() == "held\n"

    def regain(self) -> None:
        if self.holder is not None:
            self.holder.communicate(timeout=30)
            self.holder = None


@dataclass
class StoppedServer:
    """A PostgreSQL of one's own that is stopped, and started again."""

    cluster: Cluster

    @property
    def url(self) -> str:
        return self.cluster.url

    def lose(self) -> None:
        self.cluster.stop()

    def regain(self) -> None:
        self.cluster.start()


@contextmanager
def run_losing(kind: str, folder: Path, sqlite_template: Path) -> Iterator[Losing]:
    """A migrated database of that kind in which nothing is on record, and which can be lost."""
    if kind == "sqlite":
        held = HeldFile(folder / "held.db")
        shutil.copy(sqlite_template, held.file)
        try:
            yield held
        finally:
            held.regain()
        return
    try:
        with run_cluster() as cluster:
            migrate(cluster.url)
            yield StoppedServer(cluster)
    except NoPostgres as lack:
        if os.environ.get("CERTTRACK_REQUIRE_ALL"):
            pytest.fail(f"CERTTRACK_REQUIRE_ALL is set and there is no PostgreSQL: {lack}")
        pytest.skip(f"needs a PostgreSQL of its own: {lack}")
