"""Credits that come again: a form that begins with what an earlier one said, all but its days and its papers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Claim, Credit
from certtrack.db.queries.merges import same_person
from certtrack.services.credits.page import get_own_credit
from certtrack.services.credits.typed import TypedCredit

MOST = 8
_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class EarlierCredit:
    """One that can be repeated; `last_on` is when it was logged for last."""

    id: int
    title: str
    provider: str | None
    minutes: int
    last_on: date


def list_earlier(session: Session, person_id: int) -> Sequence[EarlierCredit]:
    """What can be repeated of this person's record, the latest first; of several alike but for the day one."""
    own = (Credit.person_id.in_(same_person(person_id)), Credit.state == "logged")
    query = select(Credit).where(*own).order_by(Credit.last_on.desc(), Credit.id.desc()).limit(_LOOKED_AT)
    found: dict[tuple[str, str | None, int], EarlierCredit] = {}
    for one in session.scalars(query):
        earlier = EarlierCredit(one.id, one.title, one.provider, one.minutes, one.last_on)
        found.setdefault((one.folded_title, one.provider, one.minutes), earlier)
    return tuple(found.values())[:MOST]


def repeat_credit(session: Session, person_id: int, credit_id: int) -> tuple[TypedCredit, Sequence[int]]:
    """What a form for the same once more begins with, and the certifications that the earlier one is claimed for.

    Days are left out, and whether there is a certificate. Raises NotFound.
    """
    credit = get_own_credit(session, person_id, credit_id)
    claims = select(Claim.certification_id).where(Claim.credit_id == credit.id, Claim.is_dropped.is_(False))
    typed = TypedCredit(
        title=credit.title,
        provider=credit.provider or "",
        first_on="",
        last_on="",
        amount=credit.amount,
        unit=credit.unit,
        areas=tuple(dict.fromkeys(area for part in credit.parts for area in part["areas"])),
        activity=credit.activity,
        form=credit.form or "",
        role=credit.role,
        proof="",
    )
    return typed, session.scalars(claims.order_by(Claim.certification_id)).all()
