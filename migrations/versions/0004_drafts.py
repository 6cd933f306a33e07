"""Drafts of credits."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId
from certtrack.db.types import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "credit_draft",
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("credit_id", BigId, nullable=True),
        sa.Column("typed", sa.JSON(), nullable=False),
        sa.Column("touched_at", Moment(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_credit_draft_account_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_credit_draft_person_id")),
        sa.ForeignKeyConstraint(["credit_id"], ["credit.id"], name=op.f("fk_credit_draft_credit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_draft")),
    )
    op.create_index("ix_credit_draft_account_id_person_id", "credit_draft", ["account_id", "person_id"], unique=False)
    op.create_index(op.f("ix_credit_draft_touched_at"), "credit_draft", ["touched_at"], unique=False)
    op.create_table(
        "draft_file",
        sa.Column("draft_id", BigId, nullable=False),
        sa.Column("evidence_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["credit_draft.id"], name=op.f("fk_draft_file_draft_id")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_draft_file_evidence_id")),
        sa.PrimaryKeyConstraint("draft_id", "evidence_id", name=op.f("pk_draft_file")),
    )
    op.create_index(op.f("ix_draft_file_evidence_id"), "draft_file", ["evidence_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_draft_file_evidence_id"), table_name="draft_file")
    op.drop_table("draft_file")
    op.drop_index(op.f("ix_credit_draft_touched_at"), table_name="credit_draft")
    op.drop_index("ix_credit_draft_account_id_person_id", table_name="credit_draft")
    op.drop_table("credit_draft")
