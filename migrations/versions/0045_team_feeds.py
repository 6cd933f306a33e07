"""A calendar feed is of its owner's own days or of the days of their team, one of each at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("calendar_feed") as batch:
        batch.add_column(sa.Column("kind", sa.String(4), nullable=False, server_default="own"))
        batch.drop_index("uq_calendar_feed_open")
    op.create_index(
        "uq_calendar_feed_open",
        "calendar_feed",
        ["account_id", "kind"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    op.execute("DELETE FROM calendar_feed WHERE kind <> 'own'")
    op.drop_index("uq_calendar_feed_open", table_name="calendar_feed")
    with op.batch_alter_table("calendar_feed") as batch:
        batch.drop_column("kind")
    op.create_index(
        "uq_calendar_feed_open",
        "calendar_feed",
        ["account_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
