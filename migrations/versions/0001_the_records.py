"""The records."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId
from certtrack.db.types import Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarm",
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("raised_at", Moment(), nullable=False),
        sa.Column("cleared_at", Moment(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    op.create_index(
        "uq_alarm_open",
        "alarm",
        ["kind"],
        unique=True,
        sqlite_where=sa.text("cleared_at IS NULL"),
        postgresql_where=sa.text("cleared_at IS NULL"),
    )

    op.create_table(
        "audit_event",
        sa.Column("at", Moment(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=24), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_table(
        "audit_seal",
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("until_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", Moment(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_seal")),
    )
    op.create_table(
        "cause",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("held_at", Moment(), nullable=True),
        sa.Column("released_at", Moment(), nullable=True),
        sa.Column("released_by", sa.String(length=80), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cause")),
        sa.UniqueConstraint("key", name=op.f("uq_cause_key")),
    )
    op.create_table(
        "job",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("last_started_at", Moment(), nullable=True),
        sa.Column("last_ended_at", Moment(), nullable=True),
        sa.Column("last_outcome", sa.String(length=12), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("next_run_at", Moment(), nullable=True),
        sa.Column("heartbeat_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job")),
    )
    op.create_table(
        "organization",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("reply_to", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
        sa.UniqueConstraint("key", name=op.f("uq_organization_key")),
    )
    op.create_table(
        "pack_version",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("first_used_at", Moment(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_version")),
        sa.UniqueConstraint("kind", "key", "version", name=op.f("uq_pack_version_kind_key_version")),
    )
    op.create_table(
        "person",
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("chosen_name", sa.Text(), nullable=True),
        sa.Column("folded_name", sa.Text(), nullable=False),
        sa.Column("private_address", sa.Text(), nullable=True),
        sa.Column("work_address", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("died_on", sa.Date(), nullable=True),
        sa.Column("died_recorded_at", Moment(), nullable=True),
        sa.Column("merged_into_id", BigId, nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["merged_into_id"], ["person.id"], name=op.f("fk_person_merged_into_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index(op.f("ix_person_folded_name"), "person", ["folded_name"], unique=False)
    op.create_index(op.f("ix_person_merged_into_id"), "person", ["merged_into_id"], unique=False)
    op.create_index(op.f("ix_person_private_address"), "person", ["private_address"], unique=False)
    op.create_index(op.f("ix_person_work_address"), "person", ["work_address"], unique=False)

    op.create_table(
        "rate_limit",
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_limit")),
    )
    op.create_index(op.f("ix_rate_limit_expires_at"), "rate_limit", ["expires_at"], unique=False)

    op.create_table(
        "relay_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stopped_since", Moment(), nullable=True),
        sa.Column("next_probe_at", Moment(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("same_refusals", sa.Integer(), nullable=False),
        sa.Column("last_code", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relay_state")),
    )
    op.create_table(
        "account",
        sa.Column("sign_in_name", sa.String(length=255), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_account_fs_uniquifier")),
        sa.UniqueConstraint("sign_in_name", name=op.f("uq_account_sign_in_name")),
    )
    op.create_index(op.f("ix_account_address"), "account", ["address"], unique=False)
    op.create_index(op.f("ix_account_person_id"), "account", ["person_id"], unique=False)

    op.create_table(
        "affiliation",
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_affiliation_organization_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_affiliation_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_affiliation")),
    )
    op.create_index(
        "ix_affiliation_organization_id_person_id", "affiliation", ["organization_id", "person_id"], unique=False
    )
    op.create_index(op.f("ix_affiliation_person_id"), "affiliation", ["person_id"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("supervisor_id", BigId, nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_assignment_organization_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assignment_person_id")),
        sa.ForeignKeyConstraint(["supervisor_id"], ["person.id"], name=op.f("fk_assignment_supervisor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_person_id"), "assignment", ["person_id"], unique=False)
    op.create_index(op.f("ix_assignment_supervisor_id"), "assignment", ["supervisor_id"], unique=False)

    op.create_table(
        "audit_person",
        sa.Column("event_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"], name=op.f("fk_audit_person_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_audit_person_person_id")),
        sa.PrimaryKeyConstraint("event_id", "person_id", name=op.f("pk_audit_person")),
    )
    op.create_index(op.f("ix_audit_person_person_id"), "audit_person", ["person_id"], unique=False)

    op.create_table(
        "audit_value",
        sa.Column("event_id", BigId, nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("details", sa.JSON(), nullable=True),
        sa.Column("redacted_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"], name=op.f("fk_audit_value_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_audit_value")),
    )
    op.create_table(
        "cause_release",
        sa.Column("cause_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["cause_id"], ["cause.id"], name=op.f("fk_cause_release_cause_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_cause_release_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cause_release")),
        sa.UniqueConstraint("cause_id", "person_id", name=op.f("uq_cause_release_cause_id_person_id")),
    )
    op.create_index(op.f("ix_cause_release_person_id"), "cause_release", ["person_id"], unique=False)

    op.create_table(
        "certification",
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("credential", sa.String(length=40), nullable=False),
        sa.Column("pack_key", sa.String(length=60), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_certification_organization_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_certification_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification")),
    )
    op.create_index(op.f("ix_certification_person_id"), "certification", ["person_id"], unique=False)
    op.create_index(
        "uq_certification_organization_id_credential_number",
        "certification",
        ["organization_id", "credential", "number"],
        unique=True,
    )

    op.create_table(
        "exam_result",
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("credential", sa.String(length=40), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("route", sa.String(length=10), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_exam_result_organization_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_exam_result_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_result")),
    )
    op.create_index("ix_exam_result_person_id_credential", "exam_result", ["person_id", "credential"], unique=False)

    op.create_table(
        "import_run",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_import_run_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_table(
        "organization_credential",
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("credential", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_organization_credential_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization_credential")),
        sa.UniqueConstraint(
            "organization_id", "credential", name=op.f("uq_organization_credential_organization_id_credential")
        ),
    )
    op.create_table(
        "account_role",
        sa.Column("account_id", BigId, nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("organization_id", BigId, nullable=True),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_role_account_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_account_role_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_role")),
    )
    op.create_index(
        "uq_account_role_account_id_role_organization_id",
        "account_role",
        ["account_id", "role", "organization_id"],
        unique=True,
    )
    op.create_index(
        "uq_account_role_everywhere",
        "account_role",
        ["account_id", "role"],
        unique=True,
        sqlite_where=sa.text("organization_id IS NULL"),
        postgresql_where=sa.text("organization_id IS NULL"),
    )

    op.create_table(
        "affiliation_version",
        sa.Column("affiliation_id", BigId, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["affiliation_id"], ["affiliation.id"], name=op.f("fk_affiliation_version_affiliation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_affiliation_version")),
    )
    op.create_index(
        op.f("ix_affiliation_version_affiliation_id"), "affiliation_version", ["affiliation_id"], unique=False
    )

    op.create_table(
        "cycle",
        sa.Column("certification_id", BigId, nullable=False),
        sa.Column("pack_version_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("next_stage_on", sa.Date(), nullable=True),
        sa.Column("armed_on", sa.Date(), nullable=False),
        sa.Column("cause_id", BigId, nullable=True),
        sa.Column("release_by_name", sa.Boolean(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_source", sa.String(length=10), nullable=False),
        sa.Column("computed_due_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.String(length=80), nullable=True),
        sa.CheckConstraint("start_on < due_on", name=op.f("ck_cycle_start_before_due")),
        sa.ForeignKeyConstraint(["cause_id"], ["cause.id"], name=op.f("fk_cycle_cause_id")),
        sa.ForeignKeyConstraint(["certification_id"], ["certification.id"], name=op.f("fk_cycle_certification_id")),
        sa.ForeignKeyConstraint(["pack_version_id"], ["pack_version.id"], name=op.f("fk_cycle_pack_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle")),
    )
    op.create_index(op.f("ix_cycle_cause_id"), "cycle", ["cause_id"], unique=False)
    op.create_index(op.f("ix_cycle_certification_id"), "cycle", ["certification_id"], unique=False)
    op.create_index(op.f("ix_cycle_next_stage_on"), "cycle", ["next_stage_on"], unique=False)

    op.create_table(
        "email",
        sa.Column("mail_class", sa.String(length=8), nullable=False),
        sa.Column("recipient_id", BigId, nullable=True),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(length=255), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("lease_token", sa.String(length=40), nullable=True),
        sa.Column("leased_until", Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("valid_until", Moment(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_email_account_id")),
        sa.ForeignKeyConstraint(["recipient_id"], ["person.id"], name=op.f("fk_email_recipient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email")),
    )
    op.create_index(op.f("ix_email_message_id"), "email", ["message_id"], unique=False)
    op.create_index(
        "ix_email_open",
        "email",
        ["mail_class", "leased_until"],
        unique=False,
        sqlite_where=sa.text("state IN ('ready', 'leased', 'unknown')"),
        postgresql_where=sa.text("state IN ('ready', 'leased', 'unknown')"),
    )
    op.create_index(op.f("ix_email_recipient_id"), "email", ["recipient_id"], unique=False)

    op.create_table(
        "exam_result_version",
        sa.Column("exam_result_id", BigId, nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("route", sa.String(length=10), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["exam_result_id"], ["exam_result.id"], name=op.f("fk_exam_result_version_exam_result_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_result_version")),
    )
    op.create_index(
        op.f("ix_exam_result_version_exam_result_id"), "exam_result_version", ["exam_result_id"], unique=False
    )

    op.create_table(
        "finding",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("certification_id", BigId, nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.Column("settled_by", sa.String(length=80), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["certification_id"], ["certification.id"], name=op.f("fk_finding_certification_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_finding_organization_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_finding_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("key", name=op.f("uq_finding_key")),
    )
    op.create_index("ix_finding_organization_id_settled_at", "finding", ["organization_id", "settled_at"], unique=False)
    op.create_index(op.f("ix_finding_person_id"), "finding", ["person_id"], unique=False)

    op.create_table(
        "imported_row",
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("run_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("certification_id", BigId, nullable=True),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["certification_id"], ["certification.id"], name=op.f("fk_imported_row_certification_id")
        ),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_imported_row_organization_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_imported_row_person_id")),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_imported_row_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_row")),
        sa.UniqueConstraint("organization_id", "kind", "key", name=op.f("uq_imported_row_organization_id_kind_key")),
    )
    op.create_index(op.f("ix_imported_row_person_id"), "imported_row", ["person_id"], unique=False)

    op.create_table(
        "standing_span",
        sa.Column("certification_id", BigId, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("validity", sa.String(length=16), nullable=False),
        sa.Column("hours", sa.String(length=12), nullable=False),
        sa.Column("application", sa.String(length=12), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["certification_id"], ["certification.id"], name=op.f("fk_standing_span_certification_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_span")),
        sa.UniqueConstraint("certification_id", "from_on", name=op.f("uq_standing_span_certification_id_from_on")),
    )
    op.create_index("ix_standing_span_until_on_from_on", "standing_span", ["until_on", "from_on"], unique=False)

    op.create_table(
        "status_change",
        sa.Column("certification_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", Moment(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=80), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["certification_id"], ["certification.id"], name=op.f("fk_status_change_certification_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_change")),
    )
    op.create_index(op.f("ix_status_change_certification_id"), "status_change", ["certification_id"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("email_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("smtp_code", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("worker", sa.String(length=80), nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["email_id"], ["email.id"], name=op.f("fk_attempt_email_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("email_id", "number", name=op.f("uq_attempt_email_id_number")),
    )
    op.create_table(
        "cycle_version",
        sa.Column("cycle_id", BigId, nullable=False),
        sa.Column("pack_version_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_source", sa.String(length=10), nullable=False),
        sa.Column("computed_due_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_cycle_version_cycle_id")),
        sa.ForeignKeyConstraint(
            ["pack_version_id"], ["pack_version.id"], name=op.f("fk_cycle_version_pack_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle_version")),
    )
    op.create_index(op.f("ix_cycle_version_cycle_id"), "cycle_version", ["cycle_id"], unique=False)

    op.create_table(
        "reminder",
        sa.Column("subject_kind", sa.String(length=16), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("anchor_on", sa.Date(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("recipient_id", BigId, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("stage_on", sa.Date(), nullable=False),
        sa.Column("send_after", Moment(), nullable=False),
        sa.Column("valid_until", Moment(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("retry_at", Moment(), nullable=True),
        sa.Column("cause_id", BigId, nullable=True),
        sa.Column("email_id", BigId, nullable=True),
        sa.Column("policy_ref", sa.String(length=80), nullable=False),
        sa.Column("planned_at", Moment(), nullable=False),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["cause_id"], ["cause.id"], name=op.f("fk_reminder_cause_id")),
        sa.ForeignKeyConstraint(["email_id"], ["email.id"], name=op.f("fk_reminder_email_id")),
        sa.ForeignKeyConstraint(["recipient_id"], ["person.id"], name=op.f("fk_reminder_recipient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "subject_kind",
            "subject_id",
            "anchor_on",
            "stage",
            "occurrence",
            "recipient_id",
            name="uq_reminder_decision",
        ),
    )
    op.create_index("ix_reminder_cause_id_state", "reminder", ["cause_id", "state"], unique=False)
    op.create_index(op.f("ix_reminder_email_id"), "reminder", ["email_id"], unique=False)
    op.create_index("ix_reminder_recipient_id_state", "reminder", ["recipient_id", "state"], unique=False)
    op.create_index(
        "ix_reminder_ripe",
        "reminder",
        ["send_after", "recipient_id"],
        unique=False,
        sqlite_where=sa.text("state = 'planned'"),
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_index(
        "ix_reminder_waiting",
        "reminder",
        ["valid_until"],
        unique=False,
        sqlite_where=sa.text("state IN ('planned', 'held')"),
        postgresql_where=sa.text("state IN ('planned', 'held')"),
    )
    op.create_index("ix_reminder_subject_kind_subject_id", "reminder", ["subject_kind", "subject_id"], unique=False)

    op.create_table(
        "reminder_email",
        sa.Column("reminder_id", BigId, nullable=False),
        sa.Column("email_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["email_id"], ["email.id"], name=op.f("fk_reminder_email_email_id")),
        sa.ForeignKeyConstraint(["reminder_id"], ["reminder.id"], name=op.f("fk_reminder_email_reminder_id")),
        sa.PrimaryKeyConstraint("reminder_id", "email_id", name=op.f("pk_reminder_email")),
    )
    op.create_index(op.f("ix_reminder_email_email_id"), "reminder_email", ["email_id"], unique=False)


def downgrade() -> None:
    op.drop_table("reminder_email")
    op.drop_table("reminder")
    op.drop_table("cycle_version")
    op.drop_table("attempt")
    op.drop_table("status_change")
    op.drop_table("standing_span")
    op.drop_table("imported_row")
    op.drop_table("finding")
    op.drop_table("exam_result_version")
    op.drop_table("email")
    op.drop_table("cycle")
    op.drop_table("affiliation_version")
    op.drop_table("account_role")
    op.drop_table("organization_credential")
    op.drop_table("import_run")
    op.drop_table("exam_result")
    op.drop_table("certification")
    op.drop_table("cause_release")
    op.drop_table("audit_value")
    op.drop_table("audit_person")
    op.drop_table("assignment")
    op.drop_table("affiliation")
    op.drop_table("account")
    op.drop_table("relay_state")
    op.drop_table("rate_limit")
    op.drop_table("person")
    op.drop_table("pack_version")
    op.drop_table("organization")
    op.drop_table("job")
    op.drop_table("cause")
    op.drop_table("audit_seal")
    op.drop_table("audit_event")
    op.drop_table("alarm")
