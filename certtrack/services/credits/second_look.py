"""A second look: what its holder has answered isn't returned again by whoever returned it, while others may look."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Account, AccountRole, Certification, Claim, ClaimVersion
from certtrack.security import Act, Actor, Role
from certtrack.services.actors import find_actor, open_certifications
from certtrack.services.credits.rights import is_own


def is_left_to_others(session: Session, actor: Actor, claim: Claim, today: date) -> bool:
    """True where the actor returned this claim, the holder answered, and somebody may look who hasn't returned it.

    The actor may still say yes to the answer. False for commands, and where nobody else could look today.
    """
    if actor.is_command or claim.decision != "waiting" or claim.reason_code is None:
        return False
    query = select(ClaimVersion.recorded_by)
    returned_by = set(
        session.scalars(query.where(ClaimVersion.claim_id == claim.id, ClaimVersion.decision == "returned"))
    )
    if actor.key not in returned_by:
        return False
    certification = session.get_one(Certification, claim.certification_id)
    others = (find_actor(session, account_id, today) for account_id in _list_staff(session))
    return any(
        other.key not in returned_by and _may_check(session, other, certification, today)
        for other in others
        if other is not None
    )


def _list_staff(session: Session) -> list[int]:
    query = select(Account.id).join(AccountRole, AccountRole.account_id == Account.id)
    query = query.where(Account.is_active, AccountRole.role != Role.SPECIALIST).distinct()
    return list(session.scalars(query.order_by(Account.id)))


def _may_check(session: Session, actor: Actor, certification: Certification, today: date) -> bool:
    open_ones = open_certifications(actor, today, Act.CHECK_CREDITS)
    found = session.scalar(select(Certification.id).where(Certification.id == certification.id, open_ones))
    return found is not None and not is_own(session, actor, certification.person_id)
