"""Trainings: sessions, enrollments, attendance, and trainings completed elsewhere."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId
from certtrack.db.types import Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "training",
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("credential", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("is_online", sa.Boolean(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("trainers", sa.Text(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_training_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training")),
    )
    op.create_index(op.f("ix_training_organization_id"), "training", ["organization_id"], unique=False)
    op.create_table(
        "training_elsewhere",
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("credential", sa.String(length=40), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("proof", sa.String(length=10), nullable=False),
        sa.Column("proof_seen_by", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_training_elsewhere_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_elsewhere")),
    )
    op.create_index(op.f("ix_training_elsewhere_person_id"), "training_elsewhere", ["person_id"], unique=False)
    op.create_table(
        "enrollment",
        sa.Column("training_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("completed_by", sa.Text(), nullable=True),
        sa.Column("completed_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_enrollment_person_id")),
        sa.ForeignKeyConstraint(["training_id"], ["training.id"], name=op.f("fk_enrollment_training_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollment")),
        sa.UniqueConstraint("training_id", "person_id", name=op.f("uq_enrollment_training_id_person_id")),
    )
    op.create_index(op.f("ix_enrollment_person_id"), "enrollment", ["person_id"], unique=False)
    op.create_table(
        "training_elsewhere_version",
        sa.Column("elsewhere_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("credential", sa.String(length=40), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("proof", sa.String(length=10), nullable=False),
        sa.Column("proof_seen_by", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["elsewhere_id"], ["training_elsewhere.id"], name=op.f("fk_training_elsewhere_version_elsewhere_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_elsewhere_version")),
    )
    op.create_index(
        op.f("ix_training_elsewhere_version_elsewhere_id"), "training_elsewhere_version", ["elsewhere_id"], unique=False
    )
    op.create_table(
        "training_session",
        sa.Column("training_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("from_minute", sa.Integer(), nullable=False),
        sa.Column("until_minute", sa.Integer(), nullable=False),
        sa.Column("is_dropped", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "0 <= from_minute AND from_minute < until_minute", name=op.f("ck_training_session_some_minutes")
        ),
        sa.ForeignKeyConstraint(["training_id"], ["training.id"], name=op.f("fk_training_session_training_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_session")),
    )
    op.create_index(op.f("ix_training_session_training_id"), "training_session", ["training_id"], unique=False)
    op.create_table(
        "training_version",
        sa.Column("training_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("credential", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("is_online", sa.Boolean(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("trainers", sa.Text(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["training_id"], ["training.id"], name=op.f("fk_training_version_training_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_version")),
    )
    op.create_index(op.f("ix_training_version_training_id"), "training_version", ["training_id"], unique=False)
    op.create_table(
        "enrollment_version",
        sa.Column("enrollment_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("completed_by", sa.Text(), nullable=True),
        sa.Column("completed_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["enrollment_id"], ["enrollment.id"], name=op.f("fk_enrollment_version_enrollment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollment_version")),
    )
    op.create_index(op.f("ix_enrollment_version_enrollment_id"), "enrollment_version", ["enrollment_id"], unique=False)
    op.create_table(
        "training_attendance",
        sa.Column("enrollment_id", BigId, nullable=False),
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_training_attendance_no_less_than_none")),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollment.id"], name=op.f("fk_training_attendance_enrollment_id")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["training_session.id"], name=op.f("fk_training_attendance_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_attendance")),
        sa.UniqueConstraint(
            "enrollment_id", "session_id", name=op.f("uq_training_attendance_enrollment_id_session_id")
        ),
    )
    op.create_index(op.f("ix_training_attendance_session_id"), "training_attendance", ["session_id"], unique=False)
    op.create_table(
        "training_session_version",
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("from_minute", sa.Integer(), nullable=False),
        sa.Column("until_minute", sa.Integer(), nullable=False),
        sa.Column("is_dropped", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["training_session.id"], name=op.f("fk_training_session_version_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_session_version")),
    )
    op.create_index(
        op.f("ix_training_session_version_session_id"), "training_session_version", ["session_id"], unique=False
    )
    op.create_table(
        "training_attendance_version",
        sa.Column("attendance_id", BigId, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["attendance_id"], ["training_attendance.id"], name=op.f("fk_training_attendance_version_attendance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_attendance_version")),
    )
    op.create_index(
        op.f("ix_training_attendance_version_attendance_id"),
        "training_attendance_version",
        ["attendance_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_training_attendance_version_attendance_id"), table_name="training_attendance_version")
    op.drop_table("training_attendance_version")
    op.drop_index(op.f("ix_training_session_version_session_id"), table_name="training_session_version")
    op.drop_table("training_session_version")
    op.drop_index(op.f("ix_training_attendance_session_id"), table_name="training_attendance")
    op.drop_table("training_attendance")
    op.drop_index(op.f("ix_enrollment_version_enrollment_id"), table_name="enrollment_version")
    op.drop_table("enrollment_version")
    op.drop_index(op.f("ix_training_version_training_id"), table_name="training_version")
    op.drop_table("training_version")
    op.drop_index(op.f("ix_training_session_training_id"), table_name="training_session")
    op.drop_table("training_session")
    op.drop_index(op.f("ix_training_elsewhere_version_elsewhere_id"), table_name="training_elsewhere_version")
    op.drop_table("training_elsewhere_version")
    op.drop_index(op.f("ix_enrollment_person_id"), table_name="enrollment")
    op.drop_table("enrollment")
    op.drop_index(op.f("ix_training_elsewhere_person_id"), table_name="training_elsewhere")
    op.drop_table("training_elsewhere")
    op.drop_index(op.f("ix_training_organization_id"), table_name="training")
    op.drop_table("training")
