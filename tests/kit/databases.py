"""A fresh, migrated database for each test, on SQLite and on PostgreSQL: copied from a template, not migrated anew."""

import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

import psycopg
import pytest
from kit.once import make_once
from kit.postgres import NoPostgres, run_postgres
from sqlalchemy import make_url

from certtrack.db.engine import Database, make_engine
from certtrack.db.migrate import upgrade

BOTH = ("sqlite", "postgresql")


class Beginning(Protocol):
    """A database that tests' own are copied from."""

    @property
    def template(self) -> str:
        """Its file, or its name on the server."""


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL; a test without one is skipped, or fails where everything is required."""
    try:
        with run_postgres() as url:
            yield url
    except NoPostgres as lack:
        if os.environ.get("CERTTRACK_REQUIRE_ALL"):
            pytest.fail(f"CERTTRACK_REQUIRE_ALL is set and there is no PostgreSQL: {lack}")
        pytest.skip(f"needs a PostgreSQL: {lack}")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file in which nothing is on record."""
    name = "certtrack.db"
    return make_once(tmp_path_factory, "template", lambda folder: migrate(f"sqlite:///{folder / name}")) / name


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The name of a migrated PostgreSQL database in which nothing is on record."""
    name = create_on_server(postgres_server)
    migrate(name_database(postgres_server, name))
    return name


@pytest.fixture(params=BOTH)
def database_kind(request: pytest.FixtureRequest) -> str:
    """`sqlite` or `postgresql`: a test that asks for it runs on both."""
    return str(request.param)


_AT_NIGHT = ["sqlite", pytest.param("postgresql", marks=pytest.mark.nightly)]
on_both = pytest.mark.parametrize("database_kind", BOTH)
"""Each case of the test runs on both databases each time."""
on_sqlite = pytest.mark.parametrize("database_kind", _AT_NIGHT)
"""The test runs on SQLite each time, and on both at night."""


@pytest.fixture(name="database_kind", params=_AT_NIGHT)
def edge_database_kind(request: pytest.FixtureRequest) -> str:
    """As `on_sqlite`: for pages and commands, whose services run on both each time."""
    return str(request.param)


@pytest.fixture
def database_url(
    database_kind: str, request: pytest.FixtureRequest, tmp_path: Path, beginning: Beginning | None
) -> Iterator[str]:
    """The address of a migrated database of the test's own, with what the test begins with on record."""
    with make_fresh(database_kind, request, tmp_path, beginning.template if beginning else None) as url:
        yield url


@pytest.fixture
def empty_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database that was never migrated."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    with make_copy_on_server(name_database(request.getfixturevalue("postgres_server"), "template1")) as url:
        yield url


@contextmanager
def make_fresh(kind: str, request: pytest.FixtureRequest, folder: Path, template: str | None = None) -> Iterator[str]:
    """The address of a copy of `template`, else of a migrated database in which nothing is on record.

    On SQLite the template is a file and the copy one in `folder`; on PostgreSQL it is a name on the same server.
    """
    if kind == "sqlite":
        file = folder / "certtrack.db"
        shutil.copy(template or request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    server = request.getfixturevalue("postgres_server")
    with make_copy_on_server(name_database(server, template or request.getfixturevalue("postgres_template"))) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database of the test's own, closed when the test ends."""
    opened = Database(database_url)
    yield opened
    opened.close()


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest revision."""
    engine = make_engine(url)
    upgrade(engine)
    engine.dispose()


def create_on_server(server: str, template: str = "template1") -> str:
    """Make a database on a PostgreSQL server, as a copy of `template`; its name."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    on_server(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")  # takes a third of the time
    return name


@contextmanager
def make_copy_on_server(url: str) -> Iterator[str]:
    """The address of a copy of the PostgreSQL database at `url`, to which nobody may be connected meanwhile."""
    server, template = name_database(url, "postgres"), make_url(url).database or ""
    name = create_on_server(server, template)
    try:
        yield name_database(url, name)
    finally:
        on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def make_backup(database: Database, folder: Path) -> Iterator[str]:
    """The address of a copy of the database as it is now, to be put in its place later."""
    url = database.engine.url
    if url.get_backend_name() == "sqlite":
        file = folder / f"{uuid.uuid4().hex}.db"
        with closing(sqlite3.connect(str(url.database))) as known, closing(sqlite3.connect(file)) as copy:
            known.backup(copy)
        yield f"sqlite:///{file}"
        return
    database.close()  # the server copies no database that somebody is connected to
    with make_copy_on_server(url.render_as_string(hide_password=False)) as copied:
        yield copied


def name_database(server: str, name: str) -> str:
    """The address of the database of that name on the same server."""
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def on_server(server: str, statement: str) -> None:
    """Run one statement outside of any transaction."""
    address = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)
