"""Exams: sittings, registrations, and what a result says beside its outcome."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId
from certtrack.db.types import Moment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_RESULTS = ("exam_result", "exam_result_version")


def upgrade() -> None:
    _create_sittings()
    _create_registrations()
    # no table is made anew: on SQLite one that has rows which others point to can't be dropped
    sitting = sa.ForeignKey("exam_sitting.id", name=op.f("fk_exam_result_sitting_id"))
    op.add_column("exam_result", sa.Column("sitting_id", BigId, sitting, nullable=True), inline_references=True)
    op.create_index(op.f("ix_exam_result_sitting_id"), "exam_result", ["sitting_id"], unique=False)
    for table in _RESULTS:
        op.add_column(table, sa.Column("outcome_by", sa.String(length=12), nullable=True))
        op.add_column(table, sa.Column("attempt", sa.Integer(), nullable=True))
        op.add_column(table, sa.Column("score", sa.Integer(), nullable=True))
        op.add_column(table, sa.Column("is_withdrawn", sa.Boolean(), nullable=False, server_default=sa.false()))
    _keep_what_was_stated()


def downgrade() -> None:
    for table in _RESULTS:
        for name in ("is_withdrawn", "score", "attempt", "outcome_by"):
            op.drop_column(table, name)
    op.drop_index(op.f("ix_exam_result_sitting_id"), table_name="exam_result")
    op.drop_column("exam_result", "sitting_id")
    op.drop_index(op.f("ix_exam_registration_version_registration_id"), table_name="exam_registration_version")
    op.drop_table("exam_registration_version")
    op.drop_index(op.f("ix_exam_registration_person_id"), table_name="exam_registration")
    op.drop_table("exam_registration")
    op.drop_index(op.f("ix_exam_sitting_version_sitting_id"), table_name="exam_sitting_version")
    op.drop_table("exam_sitting_version")
    op.drop_index("ix_exam_sitting_organization_id_held_on", table_name="exam_sitting")
    op.drop_table("exam_sitting")


def _create_sittings() -> None:
    op.create_table(
        "exam_sitting",
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("credential", sa.String(length=40), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        *_recorded(),
        *_sitting_values(),
        sa.CheckConstraint("seats > 0", name=op.f("ck_exam_sitting_some_seats")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_exam_sitting_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_sitting")),
    )
    columns = ["organization_id", "held_on"]
    op.create_index("ix_exam_sitting_organization_id_held_on", "exam_sitting", columns, unique=False)
    op.create_table(
        "exam_sitting_version",
        sa.Column("sitting_id", BigId, nullable=False),
        *_version(),
        *_sitting_values(),
        sa.ForeignKeyConstraint(["sitting_id"], ["exam_sitting.id"], name=op.f("fk_exam_sitting_version_sitting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_sitting_version")),
    )
    name = op.f("ix_exam_sitting_version_sitting_id")
    op.create_index(name, "exam_sitting_version", ["sitting_id"], unique=False)


def _create_registrations() -> None:
    op.create_table(
        "exam_registration",
        sa.Column("sitting_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        *_recorded(),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_exam_registration_person_id")),
        sa.ForeignKeyConstraint(["sitting_id"], ["exam_sitting.id"], name=op.f("fk_exam_registration_sitting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_registration")),
        sa.UniqueConstraint("sitting_id", "person_id", name=op.f("uq_exam_registration_sitting_id_person_id")),
    )
    op.create_index(op.f("ix_exam_registration_person_id"), "exam_registration", ["person_id"], unique=False)
    op.create_table(
        "exam_registration_version",
        sa.Column("registration_id", BigId, nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        *_version(),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["exam_registration.id"], name=op.f("fk_exam_registration_version_registration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_registration_version")),
    )
    name = op.f("ix_exam_registration_version_registration_id")
    op.create_index(name, "exam_registration_version", ["registration_id"], unique=False)


def _recorded() -> tuple[sa.Column, ...]:
    return (
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
    )


def _version() -> tuple[sa.Column, ...]:
    reason = sa.Column("reason", sa.Text(), nullable=True)
    return (sa.Column("no", sa.Integer(), nullable=False), reason, *_recorded())


def _sitting_values() -> tuple[sa.Column, ...]:
    return (
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("pass_mark", sa.Integer(), nullable=True),
        sa.Column("is_called_off", sa.Boolean(), nullable=False),
    )


def _keep_what_was_stated() -> None:
    """What was on record came without a score: an outcome that was known had been stated."""
    op.execute("UPDATE exam_result SET outcome_by = 'stated' WHERE outcome <> 'not_known'")
    op.execute("UPDATE exam_result_version SET outcome_by = 'stated' WHERE outcome <> 'not_known'")
