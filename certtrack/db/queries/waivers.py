"""Waivers and extensions of certifications: facts, now or at a past moment."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from certtrack.db.models import Cycle, Waiver, WaiverVersion
from certtrack.db.queries.versions import join_known
from certtrack.rules.facts import WaiverFact, WaiverKind


def load_waivers(
    session: Session, certification_ids: Sequence[int], known_at: datetime | None = None
) -> dict[int, list[WaiverFact]]:
    """By certification what was given for its cycles and not taken back, in the order of recording; one query.

    With `known_at` as it was on record at that moment.
    """
    source: Any = Waiver if known_at is None else WaiverVersion
    query: Select[Any] = (
        select(
            *(Cycle.certification_id, Waiver.id, Waiver.cycle_id, Waiver.kind, source.from_on, source.given_by),
            *(Waiver.requirement, Waiver.due_on, Waiver.minutes),
        )
        .select_from(Waiver)
        .join(Cycle, Cycle.id == Waiver.cycle_id)
    )
    if known_at is not None:
        query = join_known(query, Waiver.id, WaiverVersion, WaiverVersion.waiver_id, known_at)
    query = query.where(Cycle.certification_id.in_(certification_ids), source.is_withdrawn.is_(False))
    found: dict[int, list[WaiverFact]] = defaultdict(list)
    for certification_id, number, cycle_id, kind, from_on, given_by, *said in session.execute(
        query.order_by(Waiver.id)
    ):
        fact = WaiverFact(number, cycle_id, cast("WaiverKind", kind), from_on, given_by, *said)
        found[certification_id].append(fact)
    return found
