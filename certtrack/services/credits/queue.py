"""The queue as its page shows it: narrowed, page by page; and what has become of a claim that somebody else was at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Claim, Credit
from certtrack.db.queries.merges import load_merged, same_person
from certtrack.errors import NotFound
from certtrack.rules.facts import Decision
from certtrack.security import Actor
from certtrack.services.actors import find_actor_name
from certtrack.services.credits.claims import get_claim
from certtrack.services.credits.rights import Affirmative, check_can_decide, check_is_holder, find_affirmative
from certtrack.services.credits.second_look import is_left_to_others
from certtrack.services.credits.shown import ShownArea, ShownClaim, WaitingCredit, list_waiting, name_areas
from certtrack.services.people import get_person
from certtrack.services.rulebook import Rulebook

PAGE = 50


@dataclass(frozen=True, slots=True)
class QueuedCredit:
    """One card: what waits, its areas by name, and the word by which this actor says yes to it.

    `is_left_to_others`: the actor returned it and it was answered, so that returning it again is somebody else's.
    """

    credit: WaitingCredit
    areas: tuple[ShownArea, ...]
    word: Affirmative
    is_left_to_others: bool


@dataclass(frozen=True, slots=True)
class WaitingPerson:
    """Somebody of whom `count` credits wait."""

    id: int
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue.

    `total` is what the narrowing leaves, `waiting` everything that waits; `people` are all of whom something waits, by
    name. `first` is the place of the first card, from 1; `number` the page that is shown, the last one where a later
    one was asked for. `oldest_at` is None where nothing waits.
    """

    items: tuple[QueuedCredit, ...]
    total: int
    waiting: int
    people: tuple[WaitingPerson, ...]
    number: int
    oldest_at: datetime | None

    @property
    def first(self) -> int:
        """The place of the first card."""
        return (self.number - 1) * PAGE + 1

    @property
    def has_more(self) -> bool:
        """Whether another page follows."""
        return self.number * PAGE < self.total

    @property
    def person_ids(self) -> list[int]:
        """Whose records this page shows."""
        return sorted({item.credit.person_id for item in self.items})


@dataclass(frozen=True, slots=True)
class MovedClaim:
    """A claim that isn't as somebody saw it: of what and whose it is, and what is decided of it by now.

    `is_gone`: it isn't claimed any more, or the credit was withdrawn. `claim.decision` is `waiting` where only its
    values were changed.
    """

    title: str
    person_id: int
    name: str
    claim: ShownClaim
    is_gone: bool


def list_queue(
    session: Session, rulebook: Rulebook, actor: Actor, today: date, person_id: int | None = None, number: int = 1
) -> QueuePage:
    """What waits to be checked by this actor, the longest on record first; of one person, or of all with None."""
    waiting = list_waiting(session, actor, today)
    found = [item for item in waiting if person_id in (None, item.person_id)]
    number = max(min(number, -(-len(found) // PAGE)), 1)
    shown = found[(number - 1) * PAGE : number * PAGE]
    return QueuePage(
        items=_queue(session, rulebook, actor, today, shown),
        total=len(found),
        waiting=len(waiting),
        people=_count_people(waiting),
        number=number,
        oldest_at=waiting[0].recorded_at if waiting else None,
    )


def find_moved(session: Session, actor: Actor, claim_id: int, at: datetime) -> MovedClaim:
    """What has become of a claim. Raises NotFound, and NotAllowed or Refused where the actor may not decide on it."""
    claim = get_claim(session, claim_id)
    certification = session.get_one(Certification, claim.certification_id)
    check_can_decide(session, actor, certification, at)
    credit = session.get_one(Credit, claim.credit_id)
    holder = load_merged(session, {certification.person_id}).get(certification.person_id, certification.person_id)
    return MovedClaim(
        title=credit.title,
        person_id=holder,
        name=get_person(session, holder).shown_name,
        claim=_show(session, claim),
        is_gone=claim.is_dropped or credit.state == "withdrawn",
    )


def get_answerable(
    session: Session, actor: Actor, person_id: int, credit_id: int, claim_id: int, at: datetime
) -> MovedClaim:
    """The holder's own claim, with what was decided of it. Raises NotFound, NotAllowed for anybody else."""
    claim = get_claim(session, claim_id)
    credit = session.get_one(Credit, claim.credit_id)
    if credit.id != credit_id or person_id not in session.scalars(same_person(credit.person_id)).all():
        raise NotFound(f"There is no claim with the number {claim_id}.")
    check_is_holder(session, actor, credit.person_id, at)
    is_gone = claim.is_dropped or credit.state == "withdrawn"
    name = get_person(session, person_id).shown_name
    return MovedClaim(credit.title, person_id, name, _show(session, claim), is_gone)


def _show(session: Session, claim: Claim) -> ShownClaim:
    by = find_actor_name(session, claim.decided_by) or claim.decided_by
    values = (cast("Decision", claim.decision), claim.reason_code, claim.words, by)
    return ShownClaim(claim.id, claim.no, claim.certification_id, *values)


def _queue(
    session: Session, rulebook: Rulebook, actor: Actor, today: date, shown: Sequence[WaitingCredit]
) -> tuple[QueuedCredit, ...]:
    words: dict[str, Affirmative] = {}
    queued: list[QueuedCredit] = []
    for item in shown:
        certification = item.certification
        if certification.credential not in words:
            words[certification.credential] = find_affirmative(session, actor, certification)
        areas = name_areas(rulebook.packs.get(certification.pack_key), item.areas)
        is_answered = item.claim.reason_code is not None
        is_left = is_answered and is_left_to_others(session, actor, get_claim(session, item.claim.id), today)
        queued.append(QueuedCredit(item, areas, words[certification.credential], is_left))
    return tuple(queued)


def _count_people(waiting: Sequence[WaitingCredit]) -> tuple[WaitingPerson, ...]:
    names = {item.person_id: item.name for item in waiting}
    counts = dict.fromkeys(names, 0)
    for item in waiting:
        counts[item.person_id] += 1
    people = [WaitingPerson(number, name, counts[number]) for number, name in names.items()]
    return tuple(sorted(people, key=lambda person: (person.name.casefold(), person.id)))
