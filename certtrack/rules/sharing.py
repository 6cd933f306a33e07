"""Several certifications of one person at once: an hour that counts for two counts by the rules of both."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from certtrack.rules.facts import Beside, CertificationFacts
from certtrack.rules.pack import Pack
from certtrack.rules.standing import Standing, stand

Held = Sequence[tuple[Pack, CertificationFacts]]


def set_beside(held: Held) -> list[CertificationFacts]:
    """The facts of each, with the others beside it as far as they share a credit; in the order given."""
    found: list[CertificationFacts] = []
    for place, (_, facts) in enumerate(held):
        others = [Beside(pack, other) for at, (pack, other) in enumerate(held) if at != place]
        found.append(replace(facts, beside=tuple(others) if _share(facts, others) else ()))
    return found


def stand_together(held: Held, as_of: date) -> tuple[Standing, ...]:
    """Where each certification of one person stands on `as_of`, in the order given."""
    return tuple(stand(pack, facts, as_of) for (pack, _), facts in zip(held, set_beside(held), strict=True))


def _share(facts: CertificationFacts, others: Sequence[Beside]) -> bool:
    mine = {credit.id for credit in facts.credits}
    return any(credit.id in mine for other in others for credit in other.facts.credits)
