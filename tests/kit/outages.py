"""A database that goes away while others work with it, and comes back."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from kit.databases import name_database, on_server
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
