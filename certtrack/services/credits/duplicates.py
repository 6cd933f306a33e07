"""What may be the same credit twice, by what each credential's rules know a credit by."""

from collections.abc import Callable, Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Credit
from certtrack.db.queries.merges import same_person
from certtrack.rules.pack import Pack, SameBy
from certtrack.services.credits.shown import ClaimedCredit
from certtrack.services.credits.typed import NewCredit
from certtrack.services.people import fold

Key = tuple[SameBy, ...]
Compared = NewCredit | ClaimedCredit

USUAL: Key = ("title", "provider", "day", "minutes")
"""Where the rules say nothing of it: what a paper says alike when it is brought a second time."""


def list_keys(packs: Iterable[Pack]) -> frozenset[Key]:
    """What these rules know a credit by; the usual where one of them says nothing, or none is given."""
    rules = [pack.hours for pack in packs if pack.hours is not None]
    return frozenset(rule.same_by.value if rule.same_by else USUAL for rule in rules) or frozenset({USUAL})


def list_duplicates(
    session: Session, person_id: int, new: NewCredit, keys: Iterable[Key] = (USUAL,), *, but: int | None = None
) -> list[Credit]:
    """What may be the same on this person's record, oldest first: all that one of the keys names is alike.

    `but`: the number of the credit that is amended, which is no double of itself.

    Titles and providers are compared folded. Of the days the first or the last is enough: of a course of several days
    an office's log often has but one.
    """
    wanted = tuple(keys)
    query = select(Credit).where(Credit.person_id.in_(same_person(person_id)), Credit.state == "logged")
    return [
        credit
        for credit in session.scalars(query.order_by(Credit.id))
        if credit.id != but and is_same(credit, new, wanted)
    ]


def is_same(credit: Credit, other: Compared, keys: Iterable[Key]) -> bool:
    """True where all that one of the keys names is alike."""
    return any(all(_ALIKE[what](credit, other) for what in key) for key in keys)


def _has_a_day_alike(credit: Credit, new: Compared) -> bool:
    return credit.first_on == new.first_on or credit.last_on == new.last_on


_ALIKE: Mapping[SameBy, Callable[[Credit, Compared], bool]] = {
    "title": lambda credit, new: credit.folded_title == fold(new.title),
    "provider": lambda credit, new: fold(credit.provider or "") == fold(new.provider or ""),
    "day": _has_a_day_alike,
    "minutes": lambda credit, new: credit.minutes == new.minutes,
}
