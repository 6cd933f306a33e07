"""How many times a certification's spans were written: whoever computes them aside sees by it if they still fit."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("certification", sa.Column("projected_no", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("certification", "projected_no")
