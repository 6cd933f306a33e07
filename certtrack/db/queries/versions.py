"""Which version of each record was the latest at a moment."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select


def latest_versions(version: Any, owner: Any, known_at: datetime) -> Any:  # noqa: ANN401  # any version table
    """A subquery of `owner_id` and `version_id`; records that weren't there yet have no row."""
    return (
        select(owner.label("owner_id"), func.max(version.id).label("version_id"))
        .where(version.recorded_at <= known_at)
        .group_by(owner)
        .subquery()
    )
