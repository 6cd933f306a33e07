"""Credits and claims."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId
from certtrack.db.types import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "credit",
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("folded_title", sa.Text(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("unit", sa.String(length=8), nullable=False),
        sa.Column("amount", sa.String(length=20), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("activity", sa.String(length=24), nullable=False),
        sa.Column("form", sa.String(length=12), nullable=True),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("proof", sa.String(length=10), nullable=False),
        sa.Column("proof_seen_by", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_credit_first_before_last")),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_credit_some_minutes")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_credit_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit")),
    )
    op.create_index("ix_credit_person_id_last_on", "credit", ["person_id", "last_on"], unique=False)
    op.create_table(
        "claim",
        sa.Column("credit_id", BigId, nullable=False),
        sa.Column("certification_id", BigId, nullable=False),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("reason_code", sa.String(length=24), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("is_dropped", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["certification_id"], ["certification.id"], name=op.f("fk_claim_certification_id")),
        sa.ForeignKeyConstraint(["credit_id"], ["credit.id"], name=op.f("fk_claim_credit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint("credit_id", "certification_id", name=op.f("uq_claim_credit_id_certification_id")),
    )
    op.create_index(op.f("ix_claim_certification_id"), "claim", ["certification_id"], unique=False)
    op.create_table(
        "credit_version",
        sa.Column("credit_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("unit", sa.String(length=8), nullable=False),
        sa.Column("amount", sa.String(length=20), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("activity", sa.String(length=24), nullable=False),
        sa.Column("form", sa.String(length=12), nullable=True),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("proof", sa.String(length=10), nullable=False),
        sa.Column("proof_seen_by", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["credit_id"], ["credit.id"], name=op.f("fk_credit_version_credit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_version")),
    )
    op.create_index(op.f("ix_credit_version_credit_id"), "credit_version", ["credit_id"], unique=False)
    op.create_table(
        "claim_version",
        sa.Column("claim_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("reason_code", sa.String(length=24), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("is_dropped", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_version_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_version")),
    )
    op.create_index(op.f("ix_claim_version_claim_id"), "claim_version", ["claim_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_claim_version_claim_id"), table_name="claim_version")
    op.drop_table("claim_version")
    op.drop_index(op.f("ix_credit_version_credit_id"), table_name="credit_version")
    op.drop_table("credit_version")
    op.drop_index(op.f("ix_claim_certification_id"), table_name="claim")
    op.drop_table("claim")
    op.drop_index("ix_credit_person_id_last_on", table_name="credit")
    op.drop_table("credit")
