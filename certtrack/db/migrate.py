"""Migrations, run from Python: no ini file, and never by two processes at once. Alembic is loaded only for them."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
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
