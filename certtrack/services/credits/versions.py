"""Each change to a credit or a claim: its version and its event."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import Claim, ClaimVersion, Credit, CreditVersion
from certtrack.security import Actor

_CREDIT_VALUES = (
    *("title", "provider", "first_on", "last_on", "unit", "amount", "minutes", "parts"),
    *("activity", "form", "role", "proof", "proof_seen_by", "state"),
)
_CLAIM_VALUES = ("decision", "reason_code", "words", "is_dropped")


def let_wait(claim: Claim) -> None:
    """Take back what was decided of a claim: it waits, and its next version is to be written."""
    claim.decision, claim.reason_code, claim.words = "waiting", None, None
    claim.decided_at, claim.decided_by = None, None


def add_credit_version(
    session: Session, credit: Credit, what: str, reason: str | None, *, actor: Actor, at: datetime, **details: object
) -> None:
    """Write what the credit is now as its next version, and the event `credit.WHAT` with it."""
    values = _next_version(credit, _CREDIT_VALUES)
    version = {"no": credit.no, "reason": reason, "recorded_at": at, "recorded_by": actor.key}
    session.add(CreditVersion(credit_id=credit.id, **version, **values))
    _record(session, f"credit.{what}", credit, credit, values | {"reason": reason} | details, actor, at)


def add_claim_version(
    session: Session, claim: Claim, credit: Credit, what: str | None, reason: str | None, *, actor: Actor, at: datetime
) -> None:
    """Write what the claim is now as its next version, and the event `claim.WHAT` with it.

    With None no event: that of the credit tells it.
    """
    values = _next_version(claim, _CLAIM_VALUES)
    version = {"no": claim.no, "reason": reason, "recorded_at": at, "recorded_by": actor.key}
    session.add(ClaimVersion(claim_id=claim.id, **version, **values))
    if what is not None:
        details = values | {"credit": credit.id, "certification": claim.certification_id, "reason": reason}
        _record(session, f"claim.{what}", claim, credit, details, actor, at)


def _next_version(record: Credit | Claim, names: tuple[str, ...]) -> dict[str, Any]:
    record.no += 1
    return {name: getattr(record, name) for name in names}


def _record(
    session: Session,
    action: str,
    subject: Credit | Claim,
    credit: Credit,
    details: dict[str, Any],
    actor: Actor,
    at: datetime,
) -> None:
    record_event(
        session,
        at=at,
        actor=actor.key,
        action=action,
        subject=(subject.__tablename__, subject.id),
        people=[credit.person_id],
        details={**details, "no": subject.no},
    )
