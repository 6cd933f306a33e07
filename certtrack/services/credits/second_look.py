"""A second look: what its holder has answered isn't returned again by whoever returned it, while others may look."""

from datetime import date

from sqlalchemy import String, cast, literal, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Account, Certification, Claim, ClaimVersion
from certtrack.db.queries.merges import same_person
from certtrack.security import Act, Actor
from certtrack.services.credits.shown import ShownClaim
from certtrack.services.credits.versions import is_decision
from certtrack.services.who_may import accounts_that_may


def is_left_to_others(session: Session, actor: Actor, claim: Claim | ShownClaim, today: date) -> bool:
    """True where the actor returned this claim, the holder answered, and somebody may look who hasn't returned it.

    The actor may still say yes to the answer. A return that was taken back is as none. False for commands, and where
    nobody else could look today. One query, and none for what wasn't answered.
    """
    if actor.is_command or claim.decision != "waiting" or claim.reason_code is None:
        return False
    certification = session.get_one(Certification, claim.certification_id)
    returned_by = select(ClaimVersion.recorded_by).where(
        ClaimVersion.claim_id == claim.id, ClaimVersion.decision == "returned", is_decision()
    )
    is_mine = returned_by.where(ClaimVersion.recorded_by == actor.key).exists()
    key = literal("account:") + cast(Account.id, String)
    other = (
        select(Account.id)
        .where(Account.is_active, Account.id.in_(accounts_that_may(Act.CHECK_CREDITS, certification, today)))
        .where(or_(Account.person_id.is_(None), Account.person_id.not_in(same_person(certification.person_id))))
        .where(key.not_in(returned_by))
    )
    return bool(session.scalar(select(is_mine & other.exists())))
