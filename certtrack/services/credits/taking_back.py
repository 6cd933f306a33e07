"""A decision is taken back by who made it: the claim waits again as it did before, by a version of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from certtrack.db.models import Certification, Claim, ClaimVersion, Credit, Person
from certtrack.db.queries.merges import every_last_way
from certtrack.errors import Refused
from certtrack.rules.facts import Decision
from certtrack.security import Act, Actor
from certtrack.services.actors import open_certifications
from certtrack.services.credits.claims import lock_claimed
from certtrack.services.credits.rights import check_can_decide
from certtrack.services.credits.versions import TAKEN_BACK, add_claim_version, let_wait
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import project_spans_of_person

WITHIN = timedelta(hours=24)
_MOST = 100

_LATEST, _BEFORE = aliased(ClaimVersion), aliased(ClaimVersion)


@dataclass(frozen=True, slots=True)
class TakeableDecision:
    """A decision of the actor's own that they may still take back; `no` is the claim's version."""

    claim_id: int
    no: int
    title: str
    person_id: int
    name: str
    pack_key: str
    decision: Decision
    reason_code: str | None
    words: str | None
    decided_at: datetime


def take_back(
    session: Session, rulebook: Rulebook, claim: Claim, *, expected_no: int, actor: Actor, at: datetime
) -> None:
    """Have the claim wait again as it did before the actor's own decision, with the holder's answer if it had one.

    Raises NotAllowed and Refused as `decide_claim` does; Refused too where the decision is somebody else's or older
    than 24 hours; StaleRecord where anybody has done something to the claim since.
    """
    check_can_decide(session, actor, session.get_one(Certification, claim.certification_id), at)
    credit = lock_claimed(session, claim, expected_no)
    found = session.execute(_select_own(actor, at, _BEFORE).where(Claim.id == claim.id)).one_or_none()
    if found is None:
        raise Refused("This can't be taken back: only whoever decided can, within 24 hours, before anybody acts on it.")
    before: ClaimVersion = found[1]
    let_wait(claim)
    claim.reason_code, claim.words = before.reason_code, before.words
    add_claim_version(session, claim, credit, "taken_back", TAKEN_BACK, actor=actor, at=at)
    project_spans_of_person(session, rulebook, credit.person_id, at=at)


def list_takeable(session: Session, actor: Actor, today: date, at: datetime) -> Sequence[TakeableDecision]:
    """The actor's own decisions that they may still take back, the latest first, 100 at most; one query."""
    holder, last = aliased(Person), every_last_way()
    query = (
        _select_own(actor, at, Credit, Certification, holder)
        .join(Credit, Credit.id == Claim.credit_id)
        .join(Certification, Certification.id == Claim.certification_id)
        .outerjoin(last, last.c.person_id == Certification.person_id)
        .join(holder, holder.id == func.coalesce(last.c.into_id, Certification.person_id))
        .where(Credit.state == "logged", open_certifications(actor, today, Act.CHECK_CREDITS))
        .order_by(Claim.decided_at.desc(), Claim.id.desc())
        .limit(_MOST)
    )
    return [_make(*row) for row in session.execute(query)]


def _select_own(actor: Actor, at: datetime, *columns: Any) -> Any:  # noqa: ANN401  # a select of what is asked for
    """Claims whose latest version is the actor's own decision on what waited, made within 24 hours."""
    return (
        select(Claim, *columns)
        .select_from(Claim)
        .join(_LATEST, and_(_LATEST.claim_id == Claim.id, _LATEST.no == Claim.no))
        .join(_BEFORE, and_(_BEFORE.claim_id == Claim.id, _BEFORE.no == Claim.no - 1))
        .where(Claim.decided_by == actor.key, Claim.decided_at >= at - WITHIN, Claim.is_dropped.is_(False))
        .where(_LATEST.recorded_at == Claim.decided_at, _LATEST.decision != "waiting", _BEFORE.decision == "waiting")
        .where(_BEFORE.is_dropped.is_(False))
    )


def _make(claim: Claim, credit: Credit, certification: Certification, holder: Person) -> TakeableDecision:
    return TakeableDecision(
        claim_id=claim.id,
        no=claim.no,
        title=credit.title,
        person_id=holder.id,
        name=holder.shown_name,
        pack_key=certification.pack_key,
        decision=cast("Decision", claim.decision),
        reason_code=claim.reason_code,
        words=claim.words,
        decided_at=cast("datetime", claim.decided_at),
    )
