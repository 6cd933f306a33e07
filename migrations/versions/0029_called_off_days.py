"""The planner looks at days that were called off, too: whoever was told of one is told that."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_NAME = "ix_other_day_next_look_at"


def upgrade() -> None:
    _index(sa.text("next_look_at IS NOT NULL"))


def downgrade() -> None:
    op.execute("UPDATE other_day SET next_look_at = NULL WHERE closed_on IS NOT NULL")
    _index(sa.text("closed_on IS NULL"))


def _index(where: sa.TextClause) -> None:
    op.drop_index(_NAME, table_name="other_day")
    op.create_index(_NAME, "other_day", ["next_look_at"], sqlite_where=where, postgresql_where=where)
