"""What else on a record may be the credit that somebody looks at: a hint for whoever checks it, and never more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal, cast

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Claim, Credit
from certtrack.db.parameters import a_number
from certtrack.db.queries.merges import same_person
from certtrack.rules.facts import Decision
from certtrack.rules.pack import Pack
from certtrack.services.credits.duplicates import is_same, list_keys
from certtrack.services.credits.shown import ClaimedCredit
from certtrack.services.people import fold

Trait = Literal["title", "words", "provider", "minutes"]

MOST = 3
_NEAR_DAYS, _SAME_TITLE_DAYS, _LONG_WORD = 3, 31, 5


@dataclass(frozen=True, slots=True)
class LikelyDouble:
    """Another credit on the same record.

    `alike` is what the two share, `words` where their titles have a longer word in common; `days_apart` 0 where they
    have a day in common. `is_same` where the certification's rules take the two for one. `decision` is that of its
    claim for the same certification, None where it isn't claimed for it.
    """

    credit_id: int
    title: str
    first_on: date
    last_on: date
    minutes: int
    alike: tuple[Trait, ...]
    days_apart: int
    is_same: bool
    decision: Decision | None


def list_likely_doubles(
    session: Session, pack: Pack, credit: ClaimedCredit, certification: Certification
) -> tuple[LikelyDouble, ...]:
    """Those that may be this credit once more, the likeliest first, three at most; one query."""
    keys = list_keys([pack])
    values = {"credit": credit.id, "certification": certification.id, "person": certification.person_id}
    found = [
        LikelyDouble(
            credit_id=other.id,
            title=other.title,
            first_on=other.first_on,
            last_on=other.last_on,
            minutes=other.minutes,
            alike=_list_alike(credit, other),
            days_apart=_count_days_apart(credit, other),
            is_same=is_same(other, credit, keys),
            decision=cast("Decision | None", decision),
        )
        for other, decision in session.execute(_select_others(), values)
    ]
    return tuple(sorted((one for one in found if _is_likely(one)), key=_rank)[:MOST])


@cache
def _select_others() -> Select[Credit, str | None]:
    """The other credits of the person, each with the decision on its claim for the certification."""
    number = a_number("certification")
    of_claim = (Claim.credit_id == Credit.id, Claim.certification_id == number, Claim.is_dropped.is_(False))
    query = select(Credit, Claim.decision).outerjoin(Claim, and_(*of_claim))
    query = query.where(Credit.person_id.in_(same_person(a_number("person"))), Credit.state == "logged")
    return query.where(Credit.id != a_number("credit")).order_by(Credit.id)


def _is_likely(double: LikelyDouble) -> bool:
    if double.is_same or ("title" in double.alike and double.days_apart <= _SAME_TITLE_DAYS):
        return True
    return double.days_apart <= _NEAR_DAYS and len(double.alike) > 1


def _rank(double: LikelyDouble) -> tuple[bool, int, int, int]:
    return (not double.is_same, -len(double.alike), double.days_apart, double.credit_id)


def _list_alike(one: ClaimedCredit, other: Credit) -> tuple[Trait, ...]:
    title = fold(one.title)
    is_titled_so = title == other.folded_title
    alike: Sequence[tuple[Trait, bool]] = (
        ("title", is_titled_so),
        ("words", not is_titled_so and bool(_list_words(title) & _list_words(other.folded_title))),
        ("provider", bool(one.provider) and fold(one.provider or "") == fold(other.provider or "")),
        ("minutes", one.minutes == other.minutes),
    )
    return tuple(trait for trait, is_so in alike if is_so)


def _list_words(folded_title: str) -> set[str]:
    return {word for word in folded_title.split() if len(word) >= _LONG_WORD}


def _count_days_apart(one: ClaimedCredit, other: Credit) -> int:
    return max((one.first_on - other.last_on).days, (other.first_on - one.last_on).days, 0)
