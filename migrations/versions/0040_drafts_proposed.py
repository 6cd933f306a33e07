"""What a draft proposes, and which form saved it last."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("credit_draft", sa.Column("proposed", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("credit_draft", sa.Column("form_key", sa.String(32), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("credit_draft") as batch:
        batch.drop_column("form_key")
        batch.drop_column("proposed")
