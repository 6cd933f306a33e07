"""Views of lists by a name; and lists of people are read in their order by an index."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId
from certtrack.db.types import Moment

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_ORDER = "ix_standing_span_next_on_from_on_certification_id"
_VALIDITY = "ix_standing_span_validity_from_on"


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", BigId, nullable=False),
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("page", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=500), nullable=False),
        sa.Column("saved_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_saved_view_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("account_id", "page", "name", name=op.f("uq_saved_view_account_id_page_name")),
    )
    op.create_index(op.f(_ORDER), "standing_span", ["next_on", "from_on", "certification_id"], unique=False)
    op.create_index(op.f(_VALIDITY), "standing_span", ["validity", "from_on"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f(_VALIDITY), table_name="standing_span")
    op.drop_index(op.f(_ORDER), table_name="standing_span")
    op.drop_table("saved_view")
