"""Agreeing to the words in force: the holder alone does, by a typed name, and can take it back until it is sent."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import Attestation
from certtrack.errors import NotAllowed, StaleRecord
from certtrack.security import Act, Actor, can_act
from certtrack.services.actors import list_relations
from certtrack.services.applications.rights import get_cycle_to_end
from certtrack.services.recertifying.steps import Recertification, check_is_open
from certtrack.services.recertifying.wordings import get_words, store_example

_HOLDERS_OWN = "Only whose certification it is can agree to these words."


def can_attest(session: Session, actor: Actor, found: Recertification) -> bool:
    """True for the holder, and for commands."""
    return actor.is_command or can_act(list_relations(session, actor, found.person.id, found.today), Act.ATTEST)


def attest(
    session: Session,
    found: Recertification,
    typed_name: str,
    *,
    sha256: str,
    language: str,
    actor: Actor,
    at: datetime,
) -> Attestation:
    """Put on record that the holder has agreed to the words in force, in that language; another takes its place.

    `sha256` is of the words that were read. Raises NotAllowed for anybody but the holder, NotFound where no such step
    is asked for, Refused where an application is on its way, StaleRecord where other words are in force by now.
    """
    found.find_step("statement")
    check_is_open(found)
    if not can_attest(session, actor, found):
        raise NotAllowed(_HOLDERS_OWN)
    get_cycle_to_end(session, found.certification)
    words = get_words(session, found.wording_id)
    if words.sha256 != sha256:
        raise StaleRecord("Other words are in force by now, so nothing was written. Read them first.")
    _withdraw_all(session, found, actor, at)
    said = Attestation(
        cycle_id=found.cycle.id,
        wording_id=found.wording_id if found.wording_id is not None else store_example(session, at).id,
        language=words.language_of(language),
        typed_name=typed_name,
        said_at=at,
        said_by=actor.key,
    )
    session.add(said)
    session.flush()
    details = {"wording": said.wording_id, "no": words.no, "sha256": words.sha256, "language": said.language}
    _record(session, found, said, "said", details | {"name": typed_name}, actor, at)
    return said


def take_back_attestation(
    session: Session, found: Recertification, attestation_id: int, *, actor: Actor, at: datetime
) -> None:
    """It stands no longer; it stays on record that it once did.

    Raises NotAllowed for anybody but the holder, Refused where an application is on its way, StaleRecord where it
    isn't the one that stands.
    """
    check_is_open(found)
    if not can_attest(session, actor, found):
        raise NotAllowed(_HOLDERS_OWN)
    get_cycle_to_end(session, found.certification)
    if found.agreed is None or found.agreed.attestation.id != attestation_id:
        raise StaleRecord("This has changed meanwhile, so nothing was written. Look at it again.")
    _withdraw(session, found, found.agreed.attestation, actor, at)


def _withdraw_all(session: Session, found: Recertification, actor: Actor, at: datetime) -> None:
    """Whatever stands of this cycle by now, its row being locked: somebody may have agreed in another window."""
    standing = (Attestation.cycle_id == found.cycle.id, Attestation.withdrawn_at.is_(None))
    for said in session.scalars(select(Attestation).where(*standing).order_by(Attestation.id)):
        _withdraw(session, found, said, actor, at)


def _withdraw(session: Session, found: Recertification, said: Attestation, actor: Actor, at: datetime) -> None:
    session.refresh(said, with_for_update=True)
    if said.withdrawn_at is not None:
        raise StaleRecord("This has changed meanwhile, so nothing was written. Look at it again.")
    said.withdrawn_at, said.withdrawn_by = at, actor.key
    session.flush()
    _record(session, found, said, "taken_back", {"wording": said.wording_id}, actor, at)


def _record(
    session: Session,
    found: Recertification,
    said: Attestation,
    what: str,
    details: dict[str, object],
    actor: Actor,
    at: datetime,
) -> None:
    record_event(
        session,
        at=at,
        actor=actor.key,
        action=f"attestation.{what}",
        subject=("attestation", said.id),
        people=[found.person.id],
        details=details | {"cycle": found.cycle.id},
    )
