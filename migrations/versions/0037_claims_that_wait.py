"""What waits to be checked is found by an index, in its order, and so is what somebody decided lately."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_WAITS = sa.text("decision = 'waiting'")


def upgrade() -> None:
    with op.batch_alter_table("claim") as batch:
        batch.create_index("ix_claim_decided_by_decided_at", ["decided_by", "decided_at"])
        batch.create_index("ix_claim_waiting", ["recorded_at", "id"], sqlite_where=_WAITS, postgresql_where=_WAITS)


def downgrade() -> None:
    with op.batch_alter_table("claim") as batch:
        batch.drop_index("ix_claim_waiting")
        batch.drop_index("ix_claim_decided_by_decided_at")
