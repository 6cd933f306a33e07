"""Files, and what they back."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId
from certtrack.db.types import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evidence",
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("came_sha256", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_evidence_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("key", name=op.f("uq_evidence_key")),
    )
    op.create_index("ix_evidence_person_id_came_sha256", "evidence", ["person_id", "came_sha256"], unique=False)
    op.create_table(
        "evidence_link",
        sa.Column("evidence_id", BigId, nullable=False),
        sa.Column("subject_kind", sa.String(length=16), nullable=False),
        sa.Column("subject_id", BigId, nullable=False),
        sa.Column("is_attached", sa.Boolean(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_link_evidence_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_link")),
        sa.UniqueConstraint(
            "subject_kind",
            "subject_id",
            "evidence_id",
            name=op.f("uq_evidence_link_subject_kind_subject_id_evidence_id"),
        ),
    )
    op.create_index(op.f("ix_evidence_link_evidence_id"), "evidence_link", ["evidence_id"], unique=False)
    op.create_table(
        "evidence_link_version",
        sa.Column("link_id", BigId, nullable=False),
        sa.Column("is_attached", sa.Boolean(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["evidence_link.id"], name=op.f("fk_evidence_link_version_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_link_version")),
    )
    op.create_index(op.f("ix_evidence_link_version_link_id"), "evidence_link_version", ["link_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_evidence_link_version_link_id"), table_name="evidence_link_version")
    op.drop_table("evidence_link_version")
    op.drop_index(op.f("ix_evidence_link_evidence_id"), table_name="evidence_link")
    op.drop_table("evidence_link")
    op.drop_index("ix_evidence_person_id_came_sha256", table_name="evidence")
    op.drop_table("evidence")
