"""Whether anybody is certified by a pack is found by an index: the planner asks it in each run."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_certification_pack_key"), "certification", ["pack_key"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_certification_pack_key"), table_name="certification")
