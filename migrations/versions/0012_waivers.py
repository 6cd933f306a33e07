"""Releases from hours of a cycle, and later due days that an authority gave."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId
from certtrack.db.types import Moment

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "waiver",
        sa.Column("cycle_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("requirement", sa.String(length=40), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("former_due_on", sa.Date(), nullable=True),
        sa.Column("former_source", sa.String(length=10), nullable=True),
        sa.Column("former_computed_on", sa.Date(), nullable=True),
        sa.Column("former_evidence", sa.String(length=80), nullable=True),
        sa.Column("no", sa.Integer(), nullable=False),
        *_recorded(),
        *_values(),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_waiver_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver")),
    )
    op.create_index(op.f("ix_waiver_cycle_id"), "waiver", ["cycle_id"], unique=False)
    op.create_table(
        "waiver_version",
        sa.Column("waiver_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        *_recorded(),
        *_values(),
        sa.ForeignKeyConstraint(["waiver_id"], ["waiver.id"], name=op.f("fk_waiver_version_waiver_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver_version")),
    )
    op.create_index(op.f("ix_waiver_version_waiver_id"), "waiver_version", ["waiver_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_waiver_version_waiver_id"), table_name="waiver_version")
    op.drop_table("waiver_version")
    op.drop_index(op.f("ix_waiver_cycle_id"), table_name="waiver")
    op.drop_table("waiver")


def _recorded() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
    )


def _values() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
    )
