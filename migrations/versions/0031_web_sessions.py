"""Sessions of signed-in accounts, and the form that somebody sent after theirs had run out."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId
from certtrack.db.types import Moment

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "web_session",
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("began_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("system", sa.String(length=16), nullable=False),
        sa.Column("browser", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_web_session_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("digest", name=op.f("uq_web_session_digest")),
    )
    op.create_index(op.f("ix_web_session_account_id"), "web_session", ["account_id"])
    op.create_index(op.f("ix_web_session_began_at"), "web_session", ["began_at"])
    op.create_table(
        "kept_form",
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("had_files", sa.Boolean(), nullable=False),
        sa.Column("came_at", Moment(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_kept_form_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_form")),
        sa.UniqueConstraint("account_id", name=op.f("uq_kept_form_account_id")),
    )


def downgrade() -> None:
    op.drop_table("kept_form")
    op.drop_index(op.f("ix_web_session_began_at"), table_name="web_session")
    op.drop_index(op.f("ix_web_session_account_id"), table_name="web_session")
    op.drop_table("web_session")
