"""Who does a supervisor's part while the supervisor is away."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId
from certtrack.db.types import Moment

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stand_in",
        *_recorded(),
        *_values(),
        sa.Column("supervisor_id", BigId, nullable=False),
        sa.Column("stand_in_id", BigId, nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.CheckConstraint("supervisor_id <> stand_in_id", name=op.f("ck_stand_in_somebody_else")),
        sa.CheckConstraint("from_on <= until_on", name=op.f("ck_stand_in_first_before_last")),
        sa.ForeignKeyConstraint(["supervisor_id"], ["person.id"], name=op.f("fk_stand_in_supervisor_id")),
        sa.ForeignKeyConstraint(["stand_in_id"], ["person.id"], name=op.f("fk_stand_in_stand_in_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_stand_in_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand_in")),
    )
    both = ["supervisor_id", "organization_id"]
    op.create_index("ix_stand_in_supervisor_id_organization_id", "stand_in", both, unique=False)
    op.create_index(op.f("ix_stand_in_stand_in_id"), "stand_in", ["stand_in_id"], unique=False)
    op.create_table(
        "stand_in_version",
        *_recorded(),
        *_values(),
        sa.Column("record_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["stand_in.id"], name=op.f("fk_stand_in_version_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand_in_version")),
    )
    op.create_index(op.f("ix_stand_in_version_record_id"), "stand_in_version", ["record_id"], unique=False)


def downgrade() -> None:
    op.drop_table("stand_in_version")
    op.drop_table("stand_in")


def _recorded() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
    )


def _values() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
    )
