"""Records as they were on record at a moment: by the latest version of each."""

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, and_, func, select
from sqlalchemy.orm import aliased


def join_known(
    query: Any,  # noqa: ANN401  # any select that has the record in it
    record_id: Any,  # noqa: ANN401  # a column of a table or an alias
    version: Any,  # noqa: ANN401  # any table of versions
    owner: Any,  # noqa: ANN401  # any column
    known_at: datetime | BindParameter[datetime],
) -> Any:  # noqa: ANN401  # the same select
    """The query joined with each record's latest version at that moment; one that wasn't there yet drops out.

    `record_id` is the query's column of the record, `owner` that of its versions.
    """
    other = aliased(version)
    latest = (
        select(func.max(other.id))
        .where(getattr(other, owner.key) == record_id, other.recorded_at <= known_at)
        .correlate_except(other)
        .scalar_subquery()
    )
    # PostgreSQL finds versions by the number of their record, which it would not do by that of the latest alone
    return query.join_from(record_id.parent.entity, version, and_(owner == record_id, version.id == latest))
