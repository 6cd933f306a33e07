"""Words of an office's files, as somebody has confirmed their meaning."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId
from certtrack.db.types import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "confirmed_word",
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("meaning", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_confirmed_word_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmed_word")),
    )
    op.create_index(
        "ix_confirmed_word_organization_id_kind", "confirmed_word", ["organization_id", "kind"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_confirmed_word_organization_id_kind", table_name="confirmed_word")
    op.drop_table("confirmed_word")
