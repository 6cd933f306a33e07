"""Claims: each is decided by somebody else than the holder, who may answer what was returned."""

from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Claim, Credit
from certtrack.errors import BadInput, NotFound, Refused
from certtrack.rules.facts import Decision
from certtrack.security import Actor
from certtrack.services.credits.rights import (
    Affirmative,
    check_can_decide,
    check_can_log,
    check_is_holder,
    find_affirmative,
    today_of,
)
from certtrack.services.credits.second_look import is_left_to_others
from certtrack.services.credits.texts import clean
from certtrack.services.credits.versions import add_claim_version, let_wait
from certtrack.services.locking import lock_current
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import project_spans_of_person

__all__ = [
    "RETURN_REASONS",
    "Affirmative",
    "Deciding",
    "answer_claim",
    "claim_again",
    "decide_claim",
    "drop_claim",
    "find_affirmative",
    "get_claim",
    "lock_claimed",
]

Deciding = Literal["checked", "accepted", "returned"]
RETURN_REASONS = (
    "hours_differ",
    "no_certificate",
    "certificate_unreadable",
    "not_this_area",
    "not_this_person",
    "duplicate",
    "other",
)
LONGEST_WORDS = 1_000


def get_claim(session: Session, claim_id: int) -> Claim:
    """The claim, a dropped one too. Raises NotFound."""
    claim = session.get(Claim, claim_id)
    if claim is None:
        raise NotFound(f"There is no claim with the number {claim_id}.")
    return claim


def decide_claim(
    session: Session,
    rulebook: Rulebook,
    claim: Claim,
    decision: Deciding,
    *,
    expected_no: int,
    reason_code: str | None = None,
    words: str | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Say yes to a claim by the word that is the actor's (`find_affirmative`), or return it with one of RETURN_REASONS.

    Raises NotAllowed where the actor may not check it; Refused where it is their own, where the word is another's,
    where nothing is claimed any more, and where returning is left to somebody else (`is_left_to_others`); StaleRecord
    where somebody else was first; BadInput where a returned one has no reason, or the reason `other` no words.
    """
    certification = session.get_one(Certification, claim.certification_id)
    check_can_decide(session, actor, certification, at)
    credit = lock_claimed(session, claim, expected_no)
    if decision == "returned":
        said = _check_return(reason_code, words)
        if is_left_to_others(session, actor, claim, today_of(session, credit.person_id, at)):
            raise Refused(
                "You returned this, and it was answered. Say yes to the answer, or leave it to somebody else."
            )
    else:
        _check_word(decision, find_affirmative(session, actor, certification))
        reason_code, said = None, _read_words(words)
    claim.decision, claim.reason_code, claim.words = decision, reason_code, said
    claim.decided_at, claim.decided_by = at, actor.key
    _write(session, rulebook, claim, credit, decision, actor, at)


def answer_claim(
    session: Session, rulebook: Rulebook, claim: Claim, words: str, *, expected_no: int, actor: Actor, at: datetime
) -> None:
    """The holder answers a returned claim: it waits again, with the answer and with the reason why it was returned.

    Raises NotAllowed for anybody else; Refused where it isn't returned; BadInput without words; StaleRecord.
    """
    check_is_holder(session, actor, session.get_one(Credit, claim.credit_id).person_id, at)
    credit = lock_claimed(session, claim, expected_no)
    if claim.decision != "returned":
        raise Refused("This wasn't returned, so there is nothing to answer.")
    said = _read_words(words)
    if said is None:
        raise BadInput("Write a few words, so that whoever looks at it knows what is different now.")
    reason_code = claim.reason_code
    let_wait(claim)
    claim.reason_code, claim.words = reason_code, said
    _write(session, rulebook, claim, credit, "answered", actor, at)


def drop_claim(
    session: Session, rulebook: Rulebook, claim: Claim, *, expected_no: int, actor: Actor, at: datetime
) -> None:
    """Claim the credit for this certification no more. Raises NotAllowed, Refused where it is so already, StaleRecord.

    The credit itself stays.
    """
    check_can_log(session, actor, session.get_one(Credit, claim.credit_id).person_id, at)
    credit = lock_claimed(session, claim, expected_no)
    claim.is_dropped = True
    _write(session, rulebook, claim, credit, "dropped", actor, at)


def claim_again(
    session: Session, rulebook: Rulebook, claim: Claim, *, expected_no: int, actor: Actor, at: datetime
) -> None:
    """Claim what was dropped: it waits for a decision, but where it had been returned it is still returned.

    Raises as `drop_claim` does.
    """
    check_can_log(session, actor, session.get_one(Credit, claim.credit_id).person_id, at)
    credit = _lock(session, claim, expected_no)
    if not claim.is_dropped:
        raise Refused("This is claimed already.")
    claim.is_dropped = False
    if claim.decision != "returned":
        let_wait(claim)
    _write(session, rulebook, claim, credit, "claimed_again", actor, at)


def lock_claimed(session: Session, claim: Claim, expected_no: int) -> Credit:
    """The claim's credit, both locked. Raises StaleRecord, and Refused where nothing is claimed any more."""
    credit = _lock(session, claim, expected_no)
    if claim.is_dropped:
        raise Refused("The credit isn't claimed for this certification any more.")
    return credit


def _lock(session: Session, claim: Claim, expected_no: int) -> Credit:
    """The claim's credit, both locked; the credit first, as an amendment does."""
    credit = session.get_one(Credit, claim.credit_id)
    lock_current(session, credit)
    lock_current(session, claim, expected_no)
    if credit.state == "withdrawn":
        raise Refused("This credit was withdrawn, so there is nothing to decide.")
    return credit


def _check_return(reason_code: str | None, words: str | None) -> str | None:
    said = _read_words(words)
    if reason_code not in RETURN_REASONS:
        raise BadInput("Choose why it goes back, so that the holder knows what to do.")
    if reason_code == "other" and said is None:
        raise BadInput("Write in a few words why it goes back, so that the holder knows what to do.")
    return said


def _check_word(decision: Decision, theirs: Affirmative) -> None:
    if decision != theirs:
        raise Refused(f"For this credential your word is {theirs!r}; {decision!r} is somebody else's to say.")


def _read_words(words: str | None) -> str | None:
    said = clean(words or "")
    if len(said) > LONGEST_WORDS:
        raise BadInput(f"Say it in at most {LONGEST_WORDS} letters; these are {len(said)}.")
    return said or None


def _write(
    session: Session, rulebook: Rulebook, claim: Claim, credit: Credit, what: str, actor: Actor, at: datetime
) -> None:
    add_claim_version(session, claim, credit, what, None, actor=actor, at=at)
    project_spans_of_person(session, rulebook, credit.person_id, at=at)
