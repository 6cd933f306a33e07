"""Background checks: that there was one, until when it is good, and where that is written."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId
from certtrack.db.types import Moment

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "background_check",
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        *_recorded(),
        *_values(),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_background_check_organization_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_background_check_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_background_check")),
    )
    op.create_index(op.f("ix_background_check_person_id"), "background_check", ["person_id"], unique=False)
    op.create_table(
        "background_check_version",
        sa.Column("check_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        *_recorded(),
        *_values(),
        sa.ForeignKeyConstraint(
            ["check_id"], ["background_check.id"], name=op.f("fk_background_check_version_check_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_background_check_version")),
    )
    op.create_index(
        op.f("ix_background_check_version_check_id"), "background_check_version", ["check_id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("background_check_version")
    op.drop_table("background_check")


def _recorded() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
    )


def _values() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("good_until", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
    )
