"""Records as they were on record at a moment: by the latest version of each."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select


def join_known(query: Any, record_id: Any, version: Any, owner: Any, known_at: datetime) -> Any:  # noqa: ANN401  # any select that has the record in it, any version table
    """The query joined with each record's latest version at that moment; one that wasn't there yet drops out.

    `record_id` is the query's column of the record, `owner` that of its versions.
    """
    latest = (
        select(owner.label("owner_id"), func.max(version.id).label("version_id"))
        .where(version.recorded_at <= known_at)
        .group_by(owner)
        .subquery()
    )
    return query.join(latest, latest.c.owner_id == record_id).join(version, version.id == latest.c.version_id)
