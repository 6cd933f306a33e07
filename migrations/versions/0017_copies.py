"""As whom somebody gets a reminder, and who an organization's copies go to."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reminder", sa.Column("audience", sa.String(12), nullable=False, server_default="holder"))
    # no table is made anew: on SQLite one that has rows which others point to can't be dropped
    contact = sa.ForeignKey("person.id", name=op.f("fk_organization_contact_id"))
    op.add_column("organization", sa.Column("contact_id", BigId, contact, nullable=True), inline_references=True)


def downgrade() -> None:
    op.drop_column("organization", "contact_id")
    op.drop_column("reminder", "audience")
