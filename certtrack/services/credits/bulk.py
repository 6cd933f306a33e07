"""Many credits at once, in a few statements: what `log_credit` puts on record for each, for files of an office."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from certtrack.db.audit import NewEvent, record_events
from certtrack.db.bulk import add_rows, reserve_ids
from certtrack.db.models import Claim, ClaimVersion, Credit, CreditVersion
from certtrack.errors import NotAllowed
from certtrack.security import Actor
from certtrack.services.actors import find_actor_name
from certtrack.services.credits.records import values_of
from certtrack.services.credits.typed import NewCredit
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import project_spans

_WAITING: dict[str, Any] = {"decision": "waiting", "reason_code": None, "words": None, "is_dropped": False}


@dataclass(frozen=True, slots=True)
class BulkCredit:
    """One of them. `certification_ids` are of that person, each once: whoever calls has looked."""

    person_id: int
    new: NewCredit
    certification_ids: tuple[int, ...]


def log_credits(
    session: Session, rulebook: Rulebook, credits_: Sequence[BulkCredit], *, actor: Actor, at: datetime
) -> list[int]:
    """Put credits on record, each claimed and waiting for a decision; their numbers, in the order given.

    Spans are projected once for all. Raises NotAllowed unless the actor is a command: nobody else's right is looked at.
    """
    if not actor.is_command:
        raise NotAllowed("Many credits at once are for commands alone.")
    if not credits_:
        return []
    seen_by = find_actor_name(session, actor.key) or actor.key
    recorded: dict[str, Any] = {"recorded_at": at, "recorded_by": actor.key, "no": 1}
    numbers = reserve_ids(session, Credit, len(credits_))
    rows, versions, events = [], [], []
    for number, item in zip(numbers, credits_, strict=True):
        folded = values_of(item.new)
        proof_seen_by = seen_by if item.new.proof == "on_paper" else None
        rows.append(recorded | folded | _state(proof_seen_by) | {"id": number, "person_id": item.person_id})
        del folded["folded_title"]
        values = folded | _state(proof_seen_by)
        versions.append(recorded | values | {"credit_id": number, "reason": None})
        details = values | {"reason": None, "certifications": list(item.certification_ids), "files": [], "no": 1}
        events.append(NewEvent("credit.logged", ("credit", number), (item.person_id,), details))
    add_rows(session, Credit, rows)
    add_rows(session, CreditVersion, versions)
    record_events(session, events, at=at, actor=actor.key)
    _add_claims(session, numbers, credits_, recorded)
    claimed = sorted({number for item in credits_ for number in item.certification_ids})
    project_spans(session, rulebook, claimed, at=at, by_many=True)
    return numbers


def _state(proof_seen_by: str | None) -> dict[str, Any]:
    return {"proof_seen_by": proof_seen_by, "state": "logged"}


def _add_claims(
    session: Session, numbers: Sequence[int], credits_: Sequence[BulkCredit], recorded: dict[str, Any]
) -> None:
    pairs = [
        (number, certification_id)
        for number, item in zip(numbers, credits_, strict=True)
        for certification_id in item.certification_ids
    ]
    if not pairs:
        return
    claims = reserve_ids(session, Claim, len(pairs))
    waiting = recorded | _WAITING
    add_rows(
        session,
        Claim,
        [
            waiting | {"id": claim, "credit_id": number, "certification_id": certification}
            for claim, (number, certification) in zip(claims, pairs, strict=True)
        ],
    )
    add_rows(session, ClaimVersion, [waiting | {"claim_id": claim, "reason": None} for claim in claims])
