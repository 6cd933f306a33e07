"""Wordings to be agreed to, who agreed to which, and what is prepared of an application before it is sent."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId
from certtrack.db.types import Moment

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_wordings()
    op.create_table(
        "attestation",
        sa.Column("cycle_id", BigId, nullable=False),
        sa.Column("wording_id", BigId, nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("typed_name", sa.Text(), nullable=False),
        sa.Column("said_at", Moment(), nullable=False),
        sa.Column("said_by", sa.String(length=80), nullable=False),
        sa.Column("withdrawn_at", Moment(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=80), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_attestation_cycle_id")),
        sa.ForeignKeyConstraint(["wording_id"], ["wording.id"], name=op.f("fk_attestation_wording_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attestation")),
    )
    op.create_index(op.f("ix_attestation_cycle_id"), "attestation", ["cycle_id"], unique=False)
    op.create_table(
        "application_draft",
        sa.Column("cycle_id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("typed", sa.JSON(), nullable=False),
        sa.Column("touched_at", Moment(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_application_draft_cycle_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_application_draft_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_draft")),
        sa.UniqueConstraint("cycle_id", "account_id", name=op.f("uq_application_draft_cycle_id_account_id")),
    )
    op.create_index(op.f("ix_application_draft_account_id"), "application_draft", ["account_id"], unique=False)
    op.create_index(op.f("ix_application_draft_touched_at"), "application_draft", ["touched_at"], unique=False)


def downgrade() -> None:
    for table in ("application_draft", "attestation", "wording"):
        op.drop_table(table)


def _make_wordings() -> None:
    op.create_table(
        "wording",
        sa.Column("organization_id", BigId, nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("text_es", sa.Text(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_wording_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording")),
        sa.UniqueConstraint("organization_id", "kind", "no", name=op.f("uq_wording_organization_id_kind_no")),
    )
    op.create_index(
        "uq_wording_shipped",
        "wording",
        ["kind", "no"],
        unique=True,
        sqlite_where=sa.text("organization_id IS NULL"),
        postgresql_where=sa.text("organization_id IS NULL"),
    )
