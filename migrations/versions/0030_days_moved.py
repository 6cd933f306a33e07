"""Whether a day beside those of cycles was moved by an operation on many, of which no mail of its own tells."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("other_day", sa.Column("moved_by_many", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("other_day", "moved_by_many")
