"""What somebody wishes of their mail."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("work_first", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("person", sa.Column("switched_off", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("person", "switched_off")
    op.drop_column("person", "work_first")
