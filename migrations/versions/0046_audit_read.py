"""The audit is read by what an event is about, whatever it is, and from one day to another."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_OF_ORGANIZATION = sa.text("subject_kind = 'organization'")


def upgrade() -> None:
    op.drop_index("ix_audit_event_of_organization", table_name="audit_event")
    op.create_index("ix_audit_event_subject_kind_subject_id", "audit_event", ["subject_kind", "subject_id"])
    op.create_index("ix_audit_event_at", "audit_event", ["at"])


def downgrade() -> None:
    op.drop_index("ix_audit_event_at", table_name="audit_event")
    op.drop_index("ix_audit_event_subject_kind_subject_id", table_name="audit_event")
    op.create_index(
        "ix_audit_event_of_organization",
        "audit_event",
        ["subject_id"],
        sqlite_where=_OF_ORGANIZATION,
        postgresql_where=_OF_ORGANIZATION,
    )
