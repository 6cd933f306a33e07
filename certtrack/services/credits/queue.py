"""The queue as its page shows it: a page of it as a list, one claim in full; and what became of a claim."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import cast

from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Claim, Credit
from certtrack.db.queries.merges import load_merged, same_person
from certtrack.errors import NotFound
from certtrack.rules.facts import Decision
from certtrack.security import Actor
from certtrack.services.actors import find_actor_name, list_granted_credentials
from certtrack.services.credits.claims import get_claim
from certtrack.services.credits.likely import LikelyDouble, list_likely_doubles
from certtrack.services.credits.rights import Affirmative, check_can_decide, check_is_holder
from certtrack.services.credits.second_look import is_left_to_others
from certtrack.services.credits.shown import ShownArea, ShownClaim, name_areas
from certtrack.services.credits.waiting import (
    PAGE,
    Narrowing,
    Waiting,
    WaitingCredit,
    count_by_person,
    list_part,
)
from certtrack.services.evidence.shown import list_files
from certtrack.services.people import get_person
from certtrack.services.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class QueuedCredit:
    """One line of the list: what waits, and the word by which this actor says yes to it."""

    credit: WaitingCredit
    word: Affirmative


@dataclass(frozen=True, slots=True)
class DeskCredit:
    """The one that lies on the desk, with its files: its areas by name, and what may be the same credit once more.

    `is_left_to_others`: the actor returned it and it was answered, so that returning it again is somebody else's.
    """

    credit: WaitingCredit
    word: Affirmative
    areas: tuple[ShownArea, ...]
    doubles: tuple[LikelyDouble, ...]
    is_left_to_others: bool


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue, and the credit that lies on the desk; None where the narrowing leaves nothing.

    `number` is the page that is shown, the last one where a later one was asked for. `previous_id` and `next_id` are
    the claims beside the one on the desk, on other pages too. `is_missed`: the claim that was asked for doesn't wait
    any more, or isn't among those that are left, and the next one lies there.
    """

    items: tuple[QueuedCredit, ...]
    waiting: Waiting
    number: int
    desk: DeskCredit | None
    previous_id: int | None
    next_id: int | None
    is_missed: bool

    @property
    def first(self) -> int:
        """The place of the first one in the list."""
        return (self.number - 1) * PAGE + 1

    @property
    def has_more(self) -> bool:
        """Whether another page follows."""
        return self.number * PAGE < self.waiting.total

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


def list_queue(session: Session, rulebook: Rulebook, actor: Actor, today: date, asked: Narrowing) -> QueuePage:
    """What waits to be checked by this actor, the longest on record first; six queries at most."""
    waiting = count_by_person(session, actor, today, asked)
    place, number = _find_place(waiting, asked)
    start = (number - 1) * PAGE
    before = min(start, 1)  # one more on each side: the claims beside the one on the desk
    found = list_part(session, actor, today, asked, start - before, before + PAGE + 1) if waiting.total else ()
    granted = set(list_granted_credentials(session, actor))
    at = min(place - start + before, len(found) - 1)
    shown = found[before : before + PAGE]
    return QueuePage(
        items=tuple(QueuedCredit(one, _find_word(one, granted)) for one in shown),
        waiting=waiting,
        number=number,
        desk=_lay_out(session, rulebook, actor, today, found[at], granted) if found else None,
        previous_id=found[at - 1].claim.id if found and at else None,
        next_id=found[at + 1].claim.id if at + 1 < len(found) else None,
        is_missed=asked.after_id is None
        and asked.claim_id is not None
        and (not found or found[at].claim.id != asked.claim_id),
    )


def _find_place(waiting: Waiting, asked: Narrowing) -> tuple[int, int]:
    """The place of the claim that is shown, from 0, and the number of its page."""
    if asked.claim_id is None and asked.after_id is None:
        number = max(min(asked.number, -(-waiting.total // PAGE)), 1)
        return (number - 1) * PAGE, number
    place = waiting.place if waiting.place < waiting.total else 0  # after the last one come those that were passed over
    return place, place // PAGE + 1


def _find_word(credit: WaitingCredit, granted: set[str]) -> Affirmative:
    return "accepted" if credit.certification.credential in granted else "checked"


def _lay_out(
    session: Session, rulebook: Rulebook, actor: Actor, today: date, credit: WaitingCredit, granted: set[str]
) -> DeskCredit:
    certification = credit.certification
    pack = rulebook.packs.get(certification.pack_key)
    files = list_files(session, [credit.id]).get(credit.id, ())
    return DeskCredit(
        credit=replace(credit, files=tuple(files)),
        word=_find_word(credit, granted),
        areas=name_areas(pack, credit.areas),
        doubles=list_likely_doubles(session, pack, credit, certification),
        is_left_to_others=is_left_to_others(session, actor, credit.claim, today),
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
