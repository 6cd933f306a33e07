"""What somebody was shown would come of each row of a file, kept until it is written."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_upload", sa.Column("seen", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    with op.batch_alter_table("import_upload") as batch:
        batch.drop_column("seen")
