"""Confirmed values of rules."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId
from certtrack.db.types import Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_confirmation",
        sa.Column("pack_key", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_confirmation")),
    )
    op.create_index("ix_rule_confirmation_pack_key_key", "rule_confirmation", ["pack_key", "key"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_rule_confirmation_pack_key_key", table_name="rule_confirmation")
    op.drop_table("rule_confirmation")
