"""Which certifications share a credit: their hours have to be counted together."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from certtrack.db.models import Claim


def load_beside(session: Session, certification_ids: Sequence[int]) -> dict[int, set[int]]:
    """The other certifications that a credit of this one is claimed for as well, or once was; one query."""
    mine, other = aliased(Claim), aliased(Claim)
    query = (
        select(mine.certification_id, other.certification_id)
        .join(other, other.credit_id == mine.credit_id)
        .where(mine.certification_id.in_(certification_ids), other.certification_id != mine.certification_id)
        .distinct()
    )
    found: dict[int, set[int]] = defaultdict(set)
    for number, beside in session.execute(query):
        found[number].add(beside)
    return found
