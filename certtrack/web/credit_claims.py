"""What a form for a credit says of the certifications that it counts for, once the credit is on record."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from certtrack.db.models import Credit
from certtrack.services.credits.claiming import choose_claims
from certtrack.services.credits.page import CreditOffer
from certtrack.web.credit_form import CreditForm, has_choice
from certtrack.web.edge import actor, parts


def choose_certifications(
    session: Session, offer: CreditOffer, credit: Credit, form: CreditForm, chosen: Sequence[int]
) -> bool:
    """Claim the credit for just these of those that were offered; False where nothing changes, or there is no choice.

    Raises StaleRecord where a claim that is to change was changed since the form was made.
    """
    if not has_choice(offer):
        return False
    among = [item.certification.id for item in offer.claimable]
    return choose_claims(
        session, parts().rulebook, credit, chosen, among, form.seen_claims, actor=actor(), at=parts().clock.now()
    )  # fmt: skip
