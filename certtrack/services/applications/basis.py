"""What the end of a cycle rested on, frozen as it was counted that day."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Credit, Cycle
from certtrack.rules.basis import find_needed_late
from certtrack.rules.counting import count_cycle
from certtrack.rules.cycles import days_of
from certtrack.rules.facts import CertificationFacts, CycleFact
from certtrack.rules.hours import HoursCount
from certtrack.rules.pack import Pack
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.standing import load_held


def freeze(session: Session, rulebook: Rulebook, cycle: Cycle, today: date) -> dict[str, Any]:
    """The hours of an open cycle as they are counted today: rules, each requirement, each credit with its version.

    `taken` are the credits, earned after its due day, that it needs: they count in no later cycle. What is posted
    afterwards changes the standing of its day, and nothing of this.
    """
    session.flush()
    number = cycle.certification_id
    pack, facts = load_held(session, confirmed_rules(session, rulebook), [number])[number]
    mine = next(fact for fact in facts.cycles if fact.id == cycle.id)
    counted = _count(pack, facts, mine, today)
    credit_ids = [credit.id for credit in counted.credits if credit.counts != "no"]
    query = select(Credit.id, Credit.no).where(Credit.id.in_(credit_ids))
    numbers: dict[int, int] = {row.id: row.no for row in session.execute(query)}
    return {
        "as_of": today.isoformat(),
        "rules": pack.ref,
        "hours": counted.hours,
        "requirements": [
            {"key": one.key, "needed": one.needed, "counted": one.counted, "unsure": one.unsure}
            | ({"is_waived": True} if one.is_waived else {})
            for one in counted.requirements
        ],
        "credits": [
            {"id": one.id, "no": numbers[one.id], "counts": one.counts, "minutes": one.minutes, "shares": one.shares}
            for one in counted.credits
            if one.id in numbers
        ],
        "taken": find_needed_late(pack, facts, mine, counted, today),
    }


def _count(pack: Pack, facts: CertificationFacts, cycle: CycleFact, today: date) -> HoursCount:
    return count_cycle(pack, facts, cycle, days_of(pack, cycle), today)
