"""Migrations, run from Python: no ini file, and never by two processes at once."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from certtrack.db.base import Base
from certtrack.resources import get_resource

_LOCK = 4_207_316_001  # any number that nobody else uses on this database


def make_config(connection: Connection) -> Config:
    """Alembic's configuration over one open connection."""
    config = Config()
    config.set_main_option("script_location", str(get_resource("migrations")))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to `revision`. A second process waits, then finds nothing to do."""
    with engine.begin() as connection:
        _lock(connection)
        command.upgrade(make_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to `revision`; `base` empties it."""
    with engine.begin() as connection:
        _lock(connection)
        command.downgrade(make_config(connection), revision)


def find_revision(engine: Engine) -> str | None:
    """The revision that the database is at, None where it was never migrated."""
    # as a reader, so that a start doesn't wait for a writer
    with engine.execution_options(mode="reading").connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def get_head(engine: Engine) -> str:
    """The newest revision that this installation has."""
    with engine.connect() as connection:
        head = ScriptDirectory.from_config(make_config(connection)).get_current_head()
    if head is None:
        raise FileNotFoundError("The installation has no migrations; install CertTrack again.")
    return head


def list_revisions(engine: Engine) -> set[str]:
    """Every revision that this installation knows."""
    with engine.connect() as connection:
        return {script.revision for script in ScriptDirectory.from_config(make_config(connection)).walk_revisions()}


def list_drift(engine: Engine) -> list[object]:
    """What differs between the database and the models; empty when they agree."""
    with engine.connect() as connection:
        return list(
            compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata)
        )


def _lock(connection: Connection) -> None:
    # on SQLite the transaction itself, begun IMMEDIATE, is the lock
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
