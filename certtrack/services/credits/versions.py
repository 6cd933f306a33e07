"""Each change to a credit or a claim: its version and its event."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists
from sqlalchemy.orm import Session, aliased

from certtrack.db.models import Claim, ClaimVersion, Credit, CreditVersion
from certtrack.security import Actor
from certtrack.services.versions import make_stamp, next_values, record_change

_CREDIT_VALUES = (
    *("title", "provider", "first_on", "last_on", "unit", "amount", "minutes", "parts"),
    *("activity", "form", "role", "proof", "proof_seen_by", "state"),
)
_CLAIM_VALUES = ("decision", "reason_code", "words", "is_dropped")
TAKEN_BACK = "taken_back"
"""Why there is a version by which the decision of the one before it was taken back."""


def _was_taken_back() -> ColumnElement[bool]:
    """A condition on `claim_version`: what it decided was taken back by the version that follows."""
    following = aliased(ClaimVersion)
    next_one = (following.claim_id == ClaimVersion.claim_id, following.no == ClaimVersion.no + 1)
    return exists().where(*next_one, following.reason == TAKEN_BACK).correlate(ClaimVersion)


def is_decision() -> ColumnElement[bool]:
    """A condition on `claim_version`: by it somebody decided, and didn't take that back.

    Not a version by which a claim was dropped, or claimed again: it holds what was decided before, by somebody else.
    """
    before = aliased(ClaimVersion)
    one_before = (before.claim_id == ClaimVersion.claim_id, before.no == ClaimVersion.no - 1)
    was_dropped = exists().where(*one_before, before.is_dropped).correlate(ClaimVersion)
    decides = and_(ClaimVersion.decision != "waiting", ClaimVersion.is_dropped.is_(False))
    return and_(decides, ~was_dropped, ~_was_taken_back())


def let_wait(claim: Claim) -> None:
    """Take back what was decided of a claim: it waits, and its next version is to be written."""
    claim.decision, claim.reason_code, claim.words = "waiting", None, None
    claim.decided_at, claim.decided_by = None, None


def add_credit_version(
    session: Session, credit: Credit, what: str, reason: str | None, *, actor: Actor, at: datetime, **details: object
) -> None:
    """Write what the credit is now as its next version, and the event `credit.WHAT` with it."""
    values = next_values(credit, _CREDIT_VALUES)
    session.add(CreditVersion(credit_id=credit.id, **make_stamp(credit, reason, actor, at), **values))
    told = values | {"reason": reason} | details
    record_change(session, f"credit.{what}", credit, [credit.person_id], told, actor=actor, at=at)


def add_claim_version(
    session: Session, claim: Claim, credit: Credit, what: str | None, reason: str | None, *, actor: Actor, at: datetime
) -> None:
    """Write what the claim is now as its next version, and the event `claim.WHAT` with it.

    With None no event: that of the credit tells it.
    """
    values = next_values(claim, _CLAIM_VALUES)
    session.add(ClaimVersion(claim_id=claim.id, **make_stamp(claim, reason, actor, at), **values))
    if what is not None:
        details = values | {"credit": credit.id, "certification": claim.certification_id, "reason": reason}
        record_change(session, f"claim.{what}", claim, [credit.person_id], details, actor=actor, at=at)
