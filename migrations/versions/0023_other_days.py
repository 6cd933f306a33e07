"""Days that fall due beside those of cycles; the hour of an exam, and what to bring."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId
from certtrack.db.types import Moment

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_SITTINGS = ("exam_sitting", "exam_sitting_version")
_OPEN = sa.text("closed_on IS NULL")


def upgrade() -> None:
    for table in _SITTINGS:
        op.add_column(table, sa.Column("begins_at", sa.Time(), nullable=True))
        op.add_column(table, sa.Column("to_bring", sa.Text(), nullable=True))
    op.create_table(
        "other_day",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("source_key", sa.String(length=60), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("certification_id", BigId, nullable=True),
        sa.Column("credential", sa.String(length=40), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("armed_on", sa.Date(), nullable=False),
        sa.Column("next_look_at", Moment(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_for", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["certification_id"], ["certification.id"], name=op.f("fk_other_day_certification_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_other_day_organization_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_other_day_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_other_day")),
        sa.UniqueConstraint("kind", "source_id", "source_key", name=op.f("uq_other_day_kind_source_id_source_key")),
    )
    op.create_index(op.f("ix_other_day_person_id"), "other_day", ["person_id"], unique=False)
    op.create_index(op.f("ix_other_day_certification_id"), "other_day", ["certification_id"], unique=False)
    op.create_index(
        "ix_other_day_next_look_at", "other_day", ["next_look_at"], sqlite_where=_OPEN, postgresql_where=_OPEN
    )


def downgrade() -> None:
    op.drop_table("other_day")
    for table in _SITTINGS:
        op.drop_column(table, "to_bring")
        op.drop_column(table, "begins_at")
