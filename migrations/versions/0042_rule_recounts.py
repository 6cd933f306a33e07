"""How far the standings that rest on a rule are made anew, once it was confirmed or has come in a new version."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId
from certtrack.db.types import Moment

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_recount",
        sa.Column("pack_key", sa.String(length=60), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("confirmation_id", BigId, nullable=True),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("after_id", BigId, nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmation_id"], ["rule_confirmation.id"], name=op.f("fk_rule_recount_confirmation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_recount")),
        sa.UniqueConstraint("pack_key", "no", name=op.f("uq_rule_recount_pack_key_no")),
    )


def downgrade() -> None:
    op.drop_table("rule_recount")
