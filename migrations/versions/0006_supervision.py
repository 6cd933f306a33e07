"""Supervision: sessions, signatures, hours of service, qualifications, duties."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId
from certtrack.db.types import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "qualification",
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("pack_key", sa.String(length=60), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_qualification_organization_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_qualification_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualification")),
    )
    op.create_index(
        "ix_qualification_person_id_organization_id", "qualification", ["person_id", "organization_id"], unique=False
    )
    op.create_table(
        "service_span",
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.CheckConstraint("from_on <= until_on", name=op.f("ck_service_span_from_before_until")),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_service_span_no_fewer_minutes")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_service_span_organization_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_service_span_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_span")),
    )
    op.create_index("ix_service_span_person_id_from_on", "service_span", ["person_id", "from_on"], unique=False)
    op.create_table(
        "supervision_session",
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("supervisor_id", BigId, nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=True),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_supervision_session_some_minutes")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_supervision_session_organization_id")
        ),
        sa.ForeignKeyConstraint(["supervisor_id"], ["person.id"], name=op.f("fk_supervision_session_supervisor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_session")),
    )
    op.create_index(
        "ix_supervision_session_organization_id_held_on",
        "supervision_session",
        ["organization_id", "held_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_supervision_session_supervisor_id"), "supervision_session", ["supervisor_id"], unique=False
    )
    op.create_table(
        "attendance",
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attendance_person_id")),
        sa.ForeignKeyConstraint(["session_id"], ["supervision_session.id"], name=op.f("fk_attendance_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint("session_id", "no", "person_id", name=op.f("uq_attendance_session_id_no_person_id")),
    )
    op.create_index(op.f("ix_attendance_person_id"), "attendance", ["person_id"], unique=False)
    op.create_table(
        "duty",
        sa.Column("affiliation_id", BigId, nullable=False),
        sa.Column("pack_key", sa.String(length=60), nullable=False),
        sa.Column("pack_version_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["affiliation_id"], ["affiliation.id"], name=op.f("fk_duty_affiliation_id")),
        sa.ForeignKeyConstraint(["pack_version_id"], ["pack_version.id"], name=op.f("fk_duty_pack_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
        sa.UniqueConstraint("affiliation_id", "pack_key", name=op.f("uq_duty_affiliation_id_pack_key")),
    )
    op.create_table(
        "qualification_version",
        sa.Column("qualification_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["qualification_id"], ["qualification.id"], name=op.f("fk_qualification_version_qualification_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualification_version")),
    )
    op.create_index(
        op.f("ix_qualification_version_qualification_id"), "qualification_version", ["qualification_id"], unique=False
    )
    op.create_table(
        "service_span_version",
        sa.Column("span_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["span_id"], ["service_span.id"], name=op.f("fk_service_span_version_span_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_span_version")),
    )
    op.create_index(op.f("ix_service_span_version_span_id"), "service_span_version", ["span_id"], unique=False)
    op.create_table(
        "signature",
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=True),
        sa.Column("signed_at", Moment(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_signature_person_id")),
        sa.ForeignKeyConstraint(["session_id"], ["supervision_session.id"], name=op.f("fk_signature_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
        sa.UniqueConstraint(
            "session_id", "no", "side", "person_id", name=op.f("uq_signature_session_id_no_side_person_id")
        ),
    )
    op.create_index(op.f("ix_signature_person_id"), "signature", ["person_id"], unique=False)
    op.create_table(
        "supervision_session_version",
        sa.Column("session_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("supervisor_id", BigId, nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=True),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["supervision_session.id"], name=op.f("fk_supervision_session_version_session_id")
        ),
        sa.ForeignKeyConstraint(
            ["supervisor_id"], ["person.id"], name=op.f("fk_supervision_session_version_supervisor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_session_version")),
    )
    op.create_index(
        op.f("ix_supervision_session_version_session_id"), "supervision_session_version", ["session_id"], unique=False
    )
    op.create_index(
        op.f("ix_supervision_session_version_supervisor_id"),
        "supervision_session_version",
        ["supervisor_id"],
        unique=False,
    )
    op.create_table(
        "duty_version",
        sa.Column("duty_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_duty_version_duty_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_version")),
    )
    op.create_index(op.f("ix_duty_version_duty_id"), "duty_version", ["duty_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_duty_version_duty_id"), table_name="duty_version")
    op.drop_table("duty_version")
    op.drop_index(op.f("ix_supervision_session_version_supervisor_id"), table_name="supervision_session_version")
    op.drop_index(op.f("ix_supervision_session_version_session_id"), table_name="supervision_session_version")
    op.drop_table("supervision_session_version")
    op.drop_index(op.f("ix_signature_person_id"), table_name="signature")
    op.drop_table("signature")
    op.drop_index(op.f("ix_service_span_version_span_id"), table_name="service_span_version")
    op.drop_table("service_span_version")
    op.drop_index(op.f("ix_qualification_version_qualification_id"), table_name="qualification_version")
    op.drop_table("qualification_version")
    op.drop_table("duty")
    op.drop_index(op.f("ix_attendance_person_id"), table_name="attendance")
    op.drop_table("attendance")
    op.drop_index(op.f("ix_supervision_session_supervisor_id"), table_name="supervision_session")
    op.drop_index("ix_supervision_session_organization_id_held_on", table_name="supervision_session")
    op.drop_table("supervision_session")
    op.drop_index("ix_service_span_person_id_from_on", table_name="service_span")
    op.drop_table("service_span")
    op.drop_index("ix_qualification_person_id_organization_id", table_name="qualification")
    op.drop_table("qualification")
