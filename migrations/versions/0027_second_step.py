"""The second step of an account's sign-in, and the codes that take its place once each."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId
from certtrack.db.types import Moment

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "second_step",
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_second_step_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_step")),
        sa.UniqueConstraint("account_id", name=op.f("uq_second_step_account_id")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("account_id", "digest", name=op.f("uq_recovery_code_account_id_digest")),
    )


def downgrade() -> None:
    op.drop_table("recovery_code")
    op.drop_table("second_step")
