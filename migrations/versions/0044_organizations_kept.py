"""Organizations are parts of others and end on a day, each change numbered; what was done to one is found fast."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_OF_ORGANIZATIONS = sa.text("subject_kind = 'organization'")


def upgrade() -> None:
    parent = sa.ForeignKey("organization.id", name=op.f("fk_organization_parent_id"))
    op.add_column("organization", sa.Column("parent_id", BigId, parent, nullable=True), inline_references=True)
    op.add_column("organization", sa.Column("until_on", sa.Date(), nullable=True))
    op.add_column("organization", sa.Column("no", sa.Integer(), server_default="1", nullable=False))
    op.create_index(op.f("ix_organization_parent_id"), "organization", ["parent_id"])
    op.create_index(
        "ix_audit_event_of_organization",
        "audit_event",
        ["subject_id"],
        sqlite_where=_OF_ORGANIZATIONS,
        postgresql_where=_OF_ORGANIZATIONS,
    )


def downgrade() -> None:
    op.drop_index("ix_audit_event_of_organization", table_name="audit_event")
    op.drop_index(op.f("ix_organization_parent_id"), table_name="organization")
    op.drop_column("organization", "no")
    op.drop_column("organization", "until_on")
    op.drop_column("organization", "parent_id")
