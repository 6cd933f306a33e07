"""Who may say what of an application, and whose word it is: a keeper's or a granter's."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import ApplicationStep, Certification, Cycle
from certtrack.errors import NotAllowed, Refused
from certtrack.security import Act, Actor
from certtrack.services.actors import open_certifications
from certtrack.services.applications.typed import BadApplication
from certtrack.services.cycles import find_open_cycle
from certtrack.services.organizations import is_granter
from certtrack.services.rulebook import Rulebook

_NOT_THEIRS = "This record isn't here, or isn't yours to change."


def may(session: Session, actor: Actor, certification: Certification, act: Act, today: date) -> bool:
    """True where the actor may do `act` to this certification today."""
    mine = select(Certification.id).where(Certification.id == certification.id)
    return session.scalar(mine.where(open_certifications(actor, today, act))) is not None


def check_may(session: Session, actor: Actor, certification: Certification, act: Act, today: date) -> None:
    """Raise NotAllowed unless `may`."""
    if not may(session, actor, certification, act, today):
        raise NotAllowed(_NOT_THEIRS)


def is_granted_here(session: Session, certification: Certification) -> bool:
    """True where the office that keeps the certification is the programme that gives it."""
    return is_granter(session, certification.organization_id, certification.credential)


def check_is_keepers(session: Session, certification: Certification) -> None:
    """Raise Refused where the office itself gives the credential: it knows what was sent, and what became of it."""
    if is_granted_here(session, certification):
        raise Refused("The office that keeps this record gives the certification itself, so it is submitted here.")


def check_is_granters(session: Session, certification: Certification) -> None:
    """Raise Refused where the office keeps the record only: nobody there can receive or grant anything."""
    if not is_granted_here(session, certification):
        raise Refused("The office that keeps this record doesn't give the certification, so it can't decide on it.")


def get_cycle_to_end(session: Session, certification: Certification) -> Cycle:
    """The open cycle, locked until the transaction ends. Raises Refused where there is none."""
    cycle = find_open_cycle(session, certification.id)
    if cycle is not None:
        session.refresh(cycle, with_for_update=True)
    if cycle is None or cycle.closed_on is not None or cycle.is_withdrawn:
        raise Refused("No open cycle is on record for this certification, so there is nothing to apply for.")
    return cycle


def check_step_day(cycle: Cycle, steps: Sequence[ApplicationStep], field: str, on: date) -> None:
    """Raise BadApplication, which names the field, for a day before the cycle's first, or that of the last step."""
    if on < cycle.start_on:
        raise BadApplication({field: "before_cycle"})
    if steps and on < steps[-1].happened_on:
        raise BadApplication({field: "before_last"})


def today_by_pack(rulebook: Rulebook, certification: Certification, at: datetime) -> date:
    """The day that it is in the zone of the certification's rules."""
    return at.astimezone(ZoneInfo(rulebook.packs.get(certification.pack_key).zone)).date()
