"""Whose part somebody does on a day, because they stand in for them, or for who stands in for them."""

from datetime import date

from sqlalchemy import CTE, Select, select
from sqlalchemy.orm import aliased

from certtrack.db.models import StandIn
from certtrack.db.queries.merges import same_person


def covered_by(person_id: int, on: date) -> CTE:
    """`supervisor_id` and `organization_id` of those for whom the person stands in on that day, chains followed."""
    first = _standing(StandIn, on).where(StandIn.stand_in_id.in_(same_person(person_id)))
    found = first.cte(recursive=True)  # without a name: one statement may ask for several people
    further = aliased(StandIn)
    ways = _standing(further, on).join(
        found,
        (found.c.supervisor_id == further.stand_in_id) & (found.c.organization_id == further.organization_id),
    )
    # not ALL: a ring would never end
    whole: CTE = found.union(ways)
    return whole


def _standing(table: type[StandIn], on: date) -> Select[int, int]:
    query = select(table.supervisor_id, table.organization_id)
    return query.where(table.state == "recorded", table.from_on <= on, table.until_on >= on)


def covering(first: Select[int, int], on: date) -> CTE:
    """`supervisor_id` and `organization_id` of these and of whoever stands in for them that day, chains followed."""
    found = first.cte(recursive=True)
    further = aliased(StandIn)
    instead = _standing(further, on).with_only_columns(further.stand_in_id, further.organization_id)
    ways = instead.join(
        found,
        (found.c.supervisor_id == further.supervisor_id) & (found.c.organization_id == further.organization_id),
    )
    whole: CTE = found.union(ways)
    return whole
