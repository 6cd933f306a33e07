"""This installation's database: opened for commands and jobs, and brought up to date by those who may."""

from pathlib import Path

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from certtrack.db.engine import Database
from certtrack.db.revisions import find_revision, get_head, list_revisions
from certtrack.errors import BadSettings, Refused
from certtrack.settings import Settings

_UPGRADE = "run `certtrack db upgrade`"


class OldDatabase(Refused):
    """The database isn't there, or isn't at this installation's revision; says which command mends it."""


def open_database(settings: Settings) -> Database:
    """The database, found to be at this installation's revision. Nothing is migrated here.

    Raises OldDatabase where it is missing, behind, or made by a newer CertTrack; Refused where it doesn't answer.
    """
    file = _find_file(settings)
    if file is not None and not file.is_file():
        raise OldDatabase(f"There is no database at {file} yet; {_UPGRADE} to make it.")
    database = connect(settings)
    try:
        check_current(database.engine)
    except BaseException:
        database.close()
        raise
    return database


def find_database(settings: Settings) -> Database | None:
    """As `open_database`; None where no database was made here yet."""
    file = _find_file(settings)
    return None if file is not None and not file.is_file() else open_database(settings)


def connect(settings: Settings) -> Database:
    """The database, at whatever revision it is. Raises BadSettings for an address that can't be understood."""
    try:
        return Database(settings.database)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise BadSettings(
            "CERTTRACK_DATABASE_URL can't be understood; write it as postgresql+psycopg://USER:PASSWORD@HOST/NAME."
        ) from error


def check_current(engine: Engine) -> None:
    """Raise OldDatabase unless the database is at this installation's revision."""
    found, newest = _ask_revision(engine), get_head()
    if found == newest:
        return
    if found is None:
        raise OldDatabase(f"The database {_name(engine)} is empty; {_UPGRADE} to make its tables.")
    _check_known(found)
    raise OldDatabase(f"The database is at revision {found} and this CertTrack needs {newest}; {_UPGRADE}.")


def upgrade_database(engine: Engine) -> tuple[str | None, str]:
    """Bring the database to this installation's revision; the revisions before and after.

    Raises OldDatabase where a newer CertTrack has made it, Refused where it doesn't answer.
    """
    found = _ask_revision(engine)
    if found is not None:
        _check_known(found)
    from certtrack.db.migrate import upgrade  # noqa: PLC0415  # Alembic is loaded only where it is needed

    upgrade(engine)
    return found, get_head()


def _ask_revision(engine: Engine) -> str | None:
    try:
        return find_revision(engine)
    except DBAPIError as error:
        raise Refused(
            f"The database {_name(engine)} doesn't answer, or isn't a database of ours ({_first_line(error)}). "
            "See that it runs and that CERTTRACK_DATABASE_URL and CERTTRACK_INSTANCE are right."
        ) from error


def _check_known(revision: str) -> None:
    if revision not in list_revisions():
        raise OldDatabase(
            f"The database is at revision {revision}, which a newer CertTrack has made; install that version again."
        )


def _find_file(settings: Settings) -> Path | None:
    if not settings.database.startswith("sqlite"):
        return None
    name = make_url(settings.database).database
    return Path(name) if name and name != ":memory:" else None


def _name(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error).__name__
