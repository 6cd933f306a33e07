"""Which certifications share a credit: their hours have to be counted together."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from certtrack.db.models import Claim
from certtrack.db.queries.among import is_among


def load_beside(session: Session, certification_ids: Sequence[int]) -> dict[int, set[int]]:
    """The other certifications that a credit of this one is claimed for as well, or once was; one query."""
    found: dict[int, set[int]] = defaultdict(set)
    for beside, number in session.execute(select_beside(), {"ids": certification_ids}):
        found[number].add(beside)
    return found


@cache  # to make it takes longer than to run it
def select_beside() -> Select[int, int]:
    """Each certification that shares a credit with one of the parameter `ids`, and with which one of them."""
    mine, other = aliased(Claim), aliased(Claim)
    query = select(other.certification_id, mine.certification_id).join(other, other.credit_id == mine.credit_id)
    query = query.where(is_among(mine.certification_id, "ids"), other.certification_id != mine.certification_id)
    return query.distinct()
