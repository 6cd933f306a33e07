"""Which certifications a credit on record is claimed for: chosen anew, each change by a version of its claim."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from certtrack.db.models import Claim, Credit
from certtrack.errors import StaleRecord
from certtrack.security import Actor
from certtrack.services.credits.claims import claim_again, drop_claim
from certtrack.services.credits.records import add_claim
from certtrack.services.credits.rights import check_can_log
from certtrack.services.locking import lock_current
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import project_spans_of_person


def list_claims(session: Session, credit_id: int) -> dict[int, Claim]:
    """By certification the claims of a credit, dropped ones too."""
    return make_claims(session.scalars(select_claims(credit_id)))


def select_claims(credit_id: int) -> Select[Claim]:
    """The claims of a credit, dropped ones too."""
    return select(Claim).where(Claim.credit_id == credit_id)


def make_claims(found: Iterable[Claim]) -> dict[int, Claim]:
    """These claims by certification."""
    return {claim.certification_id: claim for claim in sorted(found, key=lambda one: one.id)}


def choose_claims(
    session: Session,
    rulebook: Rulebook,
    credit: Credit,
    chosen: Collection[int],
    among: Collection[int],
    seen: Mapping[int, int],
    *,
    actor: Actor,
    at: datetime,
) -> bool:
    """See to it that of the certifications `among` which it can be, the credit is claimed for the chosen ones.

    Other claims stay as they are. `seen` are the versions of claims that were seen, by certification. False where it is
    so already. Raises NotAllowed, Refused where the credit is withdrawn, StaleRecord where a claim that is to change
    was changed since.
    """
    check_can_log(session, actor, credit.person_id, at)
    lock_current(session, credit)
    claims, is_changed = list_claims(session, credit.id), False
    for certification_id in among:
        claim, wanted = claims.get(certification_id), certification_id in chosen
        if wanted == (claim is not None and not claim.is_dropped):
            continue
        is_changed = True
        if claim is None:
            _add(session, rulebook, credit, certification_id, seen, actor, at)
        elif wanted:
            expected_no = seen.get(certification_id, 0)
            claim_again(session, rulebook, claim, expected_no=expected_no, actor=actor, at=at)
        else:
            drop_claim(
                session, rulebook, claim, expected_no=seen.get(certification_id, 0), actor=actor, at=at
            )  # fmt: skip
    return is_changed


def _add(
    session: Session,
    rulebook: Rulebook,
    credit: Credit,
    certification_id: int,
    seen: Mapping[int, int],
    actor: Actor,
    at: datetime,
) -> None:
    if certification_id in seen:
        raise StaleRecord("Somebody else has changed this meanwhile, so nothing was written. Look at it again.")
    add_claim(session, credit, certification_id, actor=actor, at=at, what="claimed")
    project_spans_of_person(session, rulebook, credit.person_id, at=at)
