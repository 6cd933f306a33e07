"""Activities to find and to plan, and links that help, with their versions."""

import sqlalchemy as sa
from alembic import op

from certtrack.db.base import BigId
from certtrack.db.types import Moment

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_offerings()
    _create_plans()
    _create_resources()


def downgrade() -> None:
    for table in ("resource_version", "resource", "planned_credit", "offering_version", "offering"):
        op.drop_table(table)


def _create_offerings() -> None:
    op.create_table(
        "offering",
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("folded_words", sa.Text(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        *_recorded(),
        *_offering_values(),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_offering_first_before_last")),
        sa.CheckConstraint("(first_on IS NULL) = (last_on IS NULL)", name=op.f("ck_offering_both_days_or_none")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_offering_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offering")),
    )
    op.create_index(op.f("ix_offering_organization_id"), "offering", ["organization_id"], unique=False)
    op.create_index("ix_offering_state_last_on", "offering", ["state", "last_on"], unique=False)
    _create_versions("offering", _offering_values())


def _create_plans() -> None:
    op.create_table(
        "planned_credit",
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("offering_id", BigId, nullable=True),
        sa.Column("typed", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("credit_id", BigId, nullable=True),
        *_recorded(),
        sa.ForeignKeyConstraint(["credit_id"], ["credit.id"], name=op.f("fk_planned_credit_credit_id")),
        sa.ForeignKeyConstraint(["offering_id"], ["offering.id"], name=op.f("fk_planned_credit_offering_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_planned_credit_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_credit")),
    )
    for column in ("offering_id", "person_id"):
        op.create_index(op.f(f"ix_planned_credit_{column}"), "planned_credit", [column], unique=False)


def _create_resources() -> None:
    op.create_table(
        "resource",
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        *_recorded(),
        *_resource_values(),
        sa.CheckConstraint("link IS NOT NULL OR phone IS NOT NULL", name=op.f("ck_resource_some_way")),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_resource_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
    )
    op.create_index(op.f("ix_resource_organization_id"), "resource", ["organization_id"], unique=False)
    op.create_index("ix_resource_state_kind_place_no", "resource", ["state", "kind", "place_no"], unique=False)
    _create_versions("resource", _resource_values())


def _create_versions(table: str, values: tuple[sa.Column[object], ...]) -> None:
    name, owner = f"{table}_version", f"{table}_id"
    op.create_table(
        name,
        sa.Column(owner, BigId, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        *_recorded(),
        *values,
        sa.ForeignKeyConstraint([owner], [f"{table}.id"], name=op.f(f"fk_{name}_{owner}")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_{owner}"), name, [owner], unique=False)


def _recorded() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", BigId, nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
    )


def _offering_values() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("activity", sa.String(length=24), nullable=False),
        sa.Column("form", sa.String(length=12), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
    )


def _resource_values() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("reach", sa.String(length=8), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("title_es", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("place_no", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
    )
