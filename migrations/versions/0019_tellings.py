"""What somebody was told by letter, by phone or in person, so that no mail is sent for it."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId
from certtrack.db.types import Moment

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "telling",
        sa.Column("reminder_id", BigId, nullable=False),
        sa.Column("former_state", sa.String(length=12), nullable=True),
        sa.Column("former_reason", sa.String(length=40), nullable=True),
        sa.Column("no", sa.Integer(), nullable=False),
        *_recorded(),
        *_values(),
        sa.ForeignKeyConstraint(["reminder_id"], ["reminder.id"], name=op.f("fk_telling_reminder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telling")),
    )
    op.create_index(op.f("ix_telling_reminder_id"), "telling", ["reminder_id"], unique=False)
    op.create_table(
        "telling_version",
        sa.Column("telling_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        *_recorded(),
        *_values(),
        sa.ForeignKeyConstraint(["telling_id"], ["telling.id"], name=op.f("fk_telling_version_telling_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telling_version")),
    )
    op.create_index(op.f("ix_telling_version_telling_id"), "telling_version", ["telling_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_telling_version_telling_id"), table_name="telling_version")
    op.drop_table("telling_version")
    op.drop_index(op.f("ix_telling_reminder_id"), table_name="telling")
    op.drop_table("telling")


def _recorded() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
    )


def _values() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("told_by", sa.Text(), nullable=True),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
    )
