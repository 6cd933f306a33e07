"""Which reminder policy was in force from when."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId
from certtrack.db.types import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "policy_term",
        sa.Column("pack_key", sa.String(length=60), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("policy_id", BigId, nullable=True),
        sa.Column("from_at", Moment(), nullable=False),
        sa.Column("cause_id", BigId, nullable=True),
        sa.Column("rearmed_until", sa.Integer(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["cause_id"], ["cause.id"], name=op.f("fk_policy_term_cause_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["pack_version.id"], name=op.f("fk_policy_term_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_term")),
        sa.UniqueConstraint("pack_key", "no", name=op.f("uq_policy_term_pack_key_no")),
    )
    op.create_index(op.f("ix_policy_term_cause_id"), "policy_term", ["cause_id"], unique=False)


def downgrade() -> None:
    op.execute("UPDATE cause SET state = 'open' WHERE state = 'passed'")
    op.drop_index(op.f("ix_policy_term_cause_id"), table_name="policy_term")
    op.drop_table("policy_term")
