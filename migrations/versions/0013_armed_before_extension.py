"""How a cycle's reminders were armed before its extension, so that they are again once that is taken back."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("waiver", sa.Column("former_armed_on", sa.Date(), nullable=True))
    op.add_column("waiver", sa.Column("former_by_name", sa.Boolean(), nullable=True))
    # no table is made anew: on SQLite one that has rows which others point to can't be dropped
    cause = sa.ForeignKey("cause.id", name=op.f("fk_waiver_former_cause_id"))
    op.add_column("waiver", sa.Column("former_cause_id", BigId, cause, nullable=True), inline_references=True)


def downgrade() -> None:
    for name in ("former_cause_id", "former_by_name", "former_armed_on"):
        op.drop_column("waiver", name)
