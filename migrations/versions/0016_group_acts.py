"""What an authority gave to a whole group at once, and which waivers came of it."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId
from certtrack.db.types import Moment

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "group_act",
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("pack_key", sa.String(length=60), nullable=False),
        sa.Column("due_from_on", sa.Date(), nullable=False),
        sa.Column("due_until_on", sa.Date(), nullable=False),
        sa.Column("organization_id", BigId, nullable=True),
        sa.Column("gives", sa.JSON(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("letter_on", sa.Date(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("cause_id", BigId, nullable=True),
        sa.Column("finished_at", Moment(), nullable=True),
        *_undoing(),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_group_act_organization_id")),
        sa.ForeignKeyConstraint(["cause_id"], ["cause.id"], name=op.f("fk_group_act_cause_id")),
        sa.ForeignKeyConstraint(["undo_cause_id"], ["cause.id"], name=op.f("fk_group_act_undo_cause_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_act")),
        sa.UniqueConstraint("digest", name=op.f("uq_group_act_digest")),
    )
    # no table is made anew: on SQLite one that has rows which others point to can't be dropped
    act = sa.ForeignKey("group_act.id", name=op.f("fk_waiver_group_act_id"))
    op.add_column("waiver", sa.Column("group_act_id", BigId, act, nullable=True), inline_references=True)
    op.create_index(op.f("ix_waiver_group_act_id"), "waiver", ["group_act_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_waiver_group_act_id"), table_name="waiver")
    op.drop_column("waiver", "group_act_id")
    op.drop_table("group_act")


def _undoing() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("undo_cause_id", BigId, nullable=True),
        sa.Column("undo_reason", sa.Text(), nullable=True),
        sa.Column("undone_by", sa.String(length=80), nullable=True),
        sa.Column("undone_until", BigId, nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.Column("undone_at", Moment(), nullable=True),
    )
