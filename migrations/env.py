"""Alembic's entry: runs over the connection that `certtrack.db.migrate` hands in; there is no ini file."""

from alembic import context

from certtrack.db.base import Base
from certtrack.db.models import Person  # importing the package fills the metadata

assert Person.metadata is Base.metadata  # noqa: S101  # says why the import above is there

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
