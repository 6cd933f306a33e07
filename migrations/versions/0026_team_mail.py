"""Which week's mail about their team somebody has, and whether an organization wants names in it."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "organization", sa.Column("names_in_team_mail", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "team_mail",
        sa.Column("week_on", sa.Date(), nullable=False),
        sa.Column("recipient_id", BigId, nullable=False),
        sa.Column("email_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["recipient_id"], ["person.id"], name=op.f("fk_team_mail_recipient_id")),
        sa.ForeignKeyConstraint(["email_id"], ["email.id"], name=op.f("fk_team_mail_email_id")),
        sa.PrimaryKeyConstraint("week_on", "recipient_id", name=op.f("pk_team_mail")),
    )


def downgrade() -> None:
    op.drop_table("team_mail")
    op.drop_column("organization", "names_in_team_mail")
