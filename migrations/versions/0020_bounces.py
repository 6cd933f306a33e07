"""Mails that came back, with what the report says, and which mails didn't arrive."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.types import Moment

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_UNDELIVERED = sa.text("state IN ('failed', 'bounced')")


def upgrade() -> None:
    op.add_column("email", sa.Column("bounced_at", Moment(), nullable=True))
    op.add_column("email", sa.Column("bounce_status", sa.String(12), nullable=True))
    op.add_column("email", sa.Column("bounce_answer", sa.Text(), nullable=True))
    op.create_index(
        "ix_email_undelivered", "email", ["address"], sqlite_where=_UNDELIVERED, postgresql_where=_UNDELIVERED
    )


def downgrade() -> None:
    op.drop_index("ix_email_undelivered", "email")
    op.drop_column("email", "bounce_answer")
    op.drop_column("email", "bounce_status")
    op.drop_column("email", "bounced_at")
