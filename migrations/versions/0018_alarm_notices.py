"""What was told of alarms on other ways than the pages, and how often a job has ended badly in a row."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId
from certtrack.db.types import Moment

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("job", sa.Column("last_done_at", Moment(), nullable=True))
    op.add_column("job", sa.Column("bad_ends", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "alarm_notice",
        sa.Column("alarm_id", BigId, nullable=False),
        sa.Column("way", sa.String(length=12), nullable=False),
        sa.Column("telling_until", Moment(), nullable=True),
        sa.Column("told_at", Moment(), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("over_told_at", Moment(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarm.id"], name=op.f("fk_alarm_notice_alarm_id")),
        sa.PrimaryKeyConstraint("alarm_id", "way", name=op.f("pk_alarm_notice")),
    )


def downgrade() -> None:
    op.drop_table("alarm_notice")
    op.drop_column("job", "bad_ends")
    op.drop_column("job", "last_done_at")
