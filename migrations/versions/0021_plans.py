"""A plan for a day, and reminders that were seen: what holders say in answer to a mail."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_TABLES = ("intention", "intention_version")


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("stage", sa.String(length=16), nullable=True))
        op.add_column(table, sa.Column("anchor_on", sa.Date(), nullable=True))


def downgrade() -> None:
    for table in _TABLES:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("anchor_on")
            batch.drop_column("stage")
