"""The hours of a recertification as they are counted today, and what backs each credit."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from certtrack.rules.hours import TOTAL, CreditCount, Requirement
from certtrack.rules.standing import Standing, stand
from certtrack.rules.what_if import is_beside
from certtrack.services.credits.page import Progress
from certtrack.services.credits.shown import ShownArea, name_areas
from certtrack.services.recertifying.backed import BackedCredit
from certtrack.services.recertifying.steps import Recertification
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.standing import load_held

_OF_OTHER_DAYS = ("before_cycle", "taken_before")


@dataclass(frozen=True, slots=True)
class ReviewedCredit:
    """A credit as it is counted; `areas` are the chosen ones by the names of these rules."""

    backed: BackedCredit
    count: CreditCount
    areas: tuple[ShownArea, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """`counted` are the credits that count, `unsure` those that only may; `left_out` those of this cycle that don't."""

    standing: Standing
    progress: tuple[Progress, ...]
    counted: tuple[ReviewedCredit, ...]
    unsure: tuple[ReviewedCredit, ...]
    left_out: tuple[ReviewedCredit, ...]

    @property
    def unbacked(self) -> tuple[ReviewedCredit, ...]:
        """Those that count without a certificate, as a file or on paper."""
        return tuple(one for one in self.counted if one.backed.credit.proof == "none" and not one.backed.files)

    @property
    def in_want(self) -> tuple[ReviewedCredit, ...]:
        """Those that don't count for want of a certificate, and would with one."""
        return tuple(one for one in self.left_out if one.count.code == "no_certificate")


def load_review(session: Session, rulebook: Rulebook, found: Recertification) -> Review:
    """How the hours are counted today; four queries, one of which `load_recertification` has asked already."""
    number = found.certification.id
    pack, facts = load_held(session, confirmed_rules(session, rulebook), [number])[number]
    standing = stand(pack, facts, found.today)
    counts = {count.id: count for count in standing.counted.credits}
    reviewed = [
        ReviewedCredit(one, counts[one.credit.id], name_areas(pack, _list_areas(one)))
        for one in found.credits
        if one.credit.id in counts
    ]
    return Review(
        standing=standing,
        progress=tuple(_measure(requirement, reviewed) for requirement in standing.counted.requirements),
        counted=tuple(one for one in reviewed if one.count.counts == "yes"),
        unsure=tuple(one for one in reviewed if one.count.counts == "unsure"),
        left_out=tuple(one for one in reviewed if one.count.counts == "no" and one.count.code not in _OF_OTHER_DAYS),
    )


def _list_areas(one: BackedCredit) -> tuple[str, ...]:
    return tuple(dict.fromkeys(area for part in one.credit.parts for area in part["areas"]))


def _measure(requirement: Requirement, reviewed: Iterable[ReviewedCredit]) -> Progress:
    """A requirement, and how much of it somebody has checked."""
    checked = (one.count for one in reviewed if one.backed.claim.decision != "waiting" and one.count.counts == "yes")
    amount = requirement.counted if is_beside(requirement) else sum(_share(count, requirement.key) for count in checked)
    return Progress(requirement, min(amount, requirement.counted))


def _share(count: CreditCount, key: str) -> int:
    return count.sure if key == TOTAL else dict((*count.sure_shares, *count.others)).get(key, 0)
