"""Records on which the planner can decide nothing: nobody is reminded of them, so somebody has to hear of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, Finding, OtherDay
from certtrack.services.actors import job_actor
from certtrack.services.findings import open_finding, settle_finding

NOT_PLANNED = "not_planned"
"""The kind of such findings."""

_ACTOR = job_actor("plan_reminders")


@dataclass(frozen=True, slots=True)
class Undecided:
    """One of them: what falls due by its kind and number, and whose it is."""

    kind: str
    number: int
    due_on: str
    organization_id: int
    person_id: int
    certification_id: int | None

    @property
    def key(self) -> str:
        """What tells its finding from others."""
        return f"{self.kind}-{self.number}"


def of_cycle(cycle: Cycle, certification: Certification) -> Undecided:
    """A cycle as such a record."""
    at = (certification.organization_id, certification.person_id, certification.id)
    return Undecided("cycle", cycle.id, str(cycle.due_on), *at)


def of_day(day: OtherDay) -> Undecided:
    """Another day as such a record."""
    return Undecided(day.kind, day.id, str(day.due_on), day.organization_id, day.person_id, day.certification_id)


def tell_undecided(session: Session, looked_at: Iterable[Undecided], decided: Collection[int], at: datetime) -> None:
    """Open a finding for each of these on which nothing was decided, and settle those of the others.

    They are of one kind; `decided` are the numbers of those on which something was. What a person has settled stays
    settled: it is theirs to mend the record.
    """
    by_key = {f"{NOT_PLANNED}:{one.key}": one for one in looked_at}
    if not by_key:
        return
    waiting = select(Finding).where(Finding.key.in_(by_key), Finding.settled_at.is_(None)).with_for_update()
    known = {finding.key: finding for finding in session.scalars(waiting)}
    for key, one in by_key.items():
        if one.number not in decided:
            _open(session, one, at)
        elif key in known:
            settle_finding(session, known[key], NOT_PLANNED, actor=_ACTOR, at=at)


def _open(session: Session, one: Undecided, at: datetime) -> None:
    open_finding(
        session,
        NOT_PLANNED,
        one.key,
        organization_id=one.organization_id,
        person_id=one.person_id,
        certification_id=one.certification_id,
        details={"subject": one.kind, "due_on": one.due_on},
        actor=_ACTOR,
        at=at,
    )
