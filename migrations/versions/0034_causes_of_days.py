"""What set a day beside those of cycles going; and days are found by their credential."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("other_day") as batch:
        batch.add_column(sa.Column("cause_id", BigId, nullable=True))
        batch.create_foreign_key(op.f("fk_other_day_cause_id"), "cause", ["cause_id"], ["id"])
        batch.create_index(op.f("ix_other_day_cause_id"), ["cause_id"])
        batch.create_index(op.f("ix_other_day_credential"), ["credential"])


def downgrade() -> None:
    with op.batch_alter_table("other_day") as batch:
        batch.drop_index(op.f("ix_other_day_credential"))
        batch.drop_index(op.f("ix_other_day_cause_id"))
        batch.drop_constraint(op.f("fk_other_day_cause_id"), type_="foreignkey")
        batch.drop_column("cause_id")
