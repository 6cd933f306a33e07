"""Applications step by step, and what holders say of going on."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId
from certtrack.db.types import Moment

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "application_step",
        sa.Column("cycle_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("opened_cycle_id", BigId, nullable=True),
        sa.Column("basis", sa.JSON(), nullable=True),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        *_step_values(),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_application_step_cycle_id")),
        sa.ForeignKeyConstraint(["opened_cycle_id"], ["cycle.id"], name=op.f("fk_application_step_opened_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_step")),
    )
    op.create_index(op.f("ix_application_step_cycle_id"), "application_step", ["cycle_id"], unique=False)
    op.create_table(
        "application_step_version",
        sa.Column("step_id", BigId, nullable=False),
        *_version(),
        *_step_values(),
        sa.ForeignKeyConstraint(["step_id"], ["application_step.id"], name=op.f("fk_application_step_version_step_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_step_version")),
    )
    op.create_index(op.f("ix_application_step_version_step_id"), "application_step_version", ["step_id"], unique=False)
    op.create_table(
        "intention",
        sa.Column("cycle_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        *_intention_values(),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_intention_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intention")),
        sa.UniqueConstraint("cycle_id", "kind", name=op.f("uq_intention_cycle_id_kind")),
    )
    op.create_table(
        "intention_version",
        sa.Column("intention_id", BigId, nullable=False),
        *_version(),
        *_intention_values(),
        sa.ForeignKeyConstraint(["intention_id"], ["intention.id"], name=op.f("fk_intention_version_intention_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intention_version")),
    )
    op.create_index(op.f("ix_intention_version_intention_id"), "intention_version", ["intention_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_intention_version_intention_id"), table_name="intention_version")
    op.drop_table("intention_version")
    op.drop_table("intention")
    op.drop_index(op.f("ix_application_step_version_step_id"), table_name="application_step_version")
    op.drop_table("application_step_version")
    op.drop_index(op.f("ix_application_step_cycle_id"), table_name="application_step")
    op.drop_table("application_step")


def _version() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
    )


def _step_values() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("postmarked_on", sa.Date(), nullable=True),
        sa.Column("way", sa.String(length=12), nullable=True),
        sa.Column("enclosed", sa.Text(), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("reason_code", sa.String(length=24), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("proof_seen_by", sa.Text(), nullable=True),
        sa.Column("is_self_attested", sa.Boolean(), nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
    )


def _intention_values() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
    )
