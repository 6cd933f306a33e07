"""How far days beside cycles are set to be looked at again because of a changed policy."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("policy_term", sa.Column("days_rearmed_until", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("policy_term") as table:
        table.drop_column("days_rearmed_until")
