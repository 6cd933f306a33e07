"""Findings: disagreements and gaps in the records, each waiting for a person's decision."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.inserting import insert_unless_there
from certtrack.db.models import Finding
from certtrack.errors import NotFound, Refused
from certtrack.security import Actor

BY_FILE = "import:"
"""What begins the name of whoever settled a finding, and the decision, where the file of an import did: `import:7`."""
_BY_NOBODY = (BY_FILE, "job:")


def open_finding(
    session: Session,
    kind: str,
    key: str,
    *,
    organization_id: int,
    person_id: int | None = None,
    certification_id: int | None = None,
    details: Mapping[str, Any],
    actor: Actor,
    at: datetime,
) -> bool:
    """Note a disagreement; True when it is new. What a person settled stays settled: its key names both values.

    One that a file or a job settled, found again, is open again: that is new too. `details` are codes and values, never
    sentences.
    """
    is_new = insert_unless_there(
        session,
        Finding,
        kind=kind,
        key=f"{kind}:{key}",
        organization_id=organization_id,
        person_id=person_id,
        certification_id=certification_id,
        details=dict(details),
        recorded_at=at,
        recorded_by=actor.key,
    )
    finding = session.scalars(select(Finding).where(Finding.key == f"{kind}:{key}")).one()
    if is_new:
        _record(session, finding, "finding.opened", {"kind": kind, **details}, actor, at)
        return True
    return _reopen(session, finding, details, actor, at)


def get_finding(session: Session, finding_id: int) -> Finding:
    """The finding. Raises NotFound."""
    finding = session.get(Finding, finding_id)
    if finding is None:
        raise NotFound(f"There is no finding with the number {finding_id}.")
    return finding


def list_open(session: Session, organization_id: int | None = None) -> list[Finding]:
    """What waits for a decision, oldest first; with None in every organization."""
    query = select(Finding).where(Finding.settled_at.is_(None)).order_by(Finding.id)
    if organization_id is not None:
        query = query.where(Finding.organization_id == organization_id)
    return list(session.scalars(query))


def settle_finding(session: Session, finding: Finding, decision: str, *, actor: Actor, at: datetime) -> None:
    """Write down what was decided. Raises Refused where somebody else has decided already."""
    session.refresh(finding, with_for_update=True)
    if finding.settled_at is not None:
        raise Refused("Somebody has settled this finding meanwhile. Look at it again before you go on.")
    _settle(session, finding, decision, actor.key, actor, at)


def settle_by_file(session: Session, finding_id: int, run_id: int, *, actor: Actor, at: datetime) -> bool:
    """Settle a finding since the file of that import brought the value; False where somebody has settled it already.

    It is settled by the import and not by the one who ran it, so that it opens again when the file takes that back.
    """
    finding = get_finding(session, finding_id)
    session.refresh(finding, with_for_update=True)
    if finding.settled_at is not None:
        return False
    _settle(session, finding, f"{BY_FILE}{run_id}", f"{BY_FILE}{run_id}", actor, at)
    return True


def _settle(session: Session, finding: Finding, decision: str, by: str, actor: Actor, at: datetime) -> None:
    finding.settled_at, finding.settled_by, finding.decision = at, by, decision
    session.flush()
    _record(session, finding, "finding.settled", {"kind": finding.kind, "decision": decision}, actor, at)


def _reopen(session: Session, finding: Finding, details: Mapping[str, Any], actor: Actor, at: datetime) -> bool:
    if not (finding.settled_by or "").startswith(_BY_NOBODY):
        return False
    finding.settled_at = finding.settled_by = finding.decision = None
    finding.details = dict(details)
    session.flush()
    _record(session, finding, "finding.reopened", {"kind": finding.kind, **details}, actor, at)
    return True


def _record(
    session: Session, finding: Finding, action: str, details: dict[str, Any], actor: Actor, at: datetime
) -> None:
    record_event(
        session,
        at=at,
        actor=actor.key,
        action=action,
        subject=("finding", finding.id),
        people=[finding.person_id] if finding.person_id else [],
        details=details,
    )
