"""Which revision a database is at, and which this installation has: asked at every start, so without Alembic.

It takes 10 MB and a quarter of a second to load. Migrations are files named NUMBER_WORDS.py, in their order.
"""

from sqlalchemy import Engine, inspect, text

from certtrack.resources import get_resource


def find_revision(engine: Engine) -> str | None:
    """The revision that the database is at, None where it was never migrated."""
    # as a reader, so that a start doesn't wait for a writer
    with engine.execution_options(mode="reading").connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return revision


def get_head() -> str:
    """The newest revision that this installation has. Raises FileNotFoundError where it has none."""
    revisions = list_revisions()
    if not revisions:
        raise FileNotFoundError("The installation has no migrations; install CertTrack again.")
    return max(revisions)


def list_revisions() -> set[str]:
    """Every revision that this installation knows."""
    files = (get_resource("migrations") / "versions").glob("[0-9]*_*.py")
    return {file.name.partition("_")[0] for file in files}
