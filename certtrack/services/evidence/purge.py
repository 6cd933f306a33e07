"""Taking away files that back nothing: sent with a form that was left, or kept by a process that broke off."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import DraftFile, Evidence, EvidenceLink
from certtrack.security import Actor

_AT_ONCE = 100


def forget_unused(session: Session, sent_before: datetime, *, actor: Actor, at: datetime) -> list[str]:
    """Take up to 100 files that never backed anything, are in no draft and were sent before that moment off record.

    Their keys: the store is to forget them once this is committed. None is left where the list is empty.
    """
    query = select(Evidence).where(Evidence.recorded_at < sent_before, is_unused()).order_by(Evidence.id)
    found = session.scalars(query.limit(_AT_ONCE).with_for_update(skip_locked=True)).all()
    # asked again now that they are locked: one may have been attached just before
    query = select(Evidence).where(Evidence.id.in_([one.id for one in found]), is_unused())
    unused = session.scalars(query).all()
    for one in unused:
        details = {"sha256": one.sha256}
        record_event(
            session, at=at, actor=actor.key, action="evidence.forgotten", subject=("evidence", one.id),
            people=[one.person_id], details=details,
        )  # fmt: skip
    session.execute(delete(Evidence).where(Evidence.id.in_([one.id for one in unused])))
    return [one.key for one in unused]


def list_orphans(session: Session, keys: Iterable[str]) -> list[str]:
    """Those of these keys that no record names."""
    asked = list(keys)
    known = set(session.scalars(select(Evidence.key).where(Evidence.key.in_(asked))))
    return [key for key in asked if key not in known]


def is_unused() -> ColumnElement[bool]:
    """A condition on `evidence`: it never backed anything, and is in no draft."""
    is_linked = exists().where(EvidenceLink.evidence_id == Evidence.id)
    return ~is_linked & ~exists().where(DraftFile.evidence_id == Evidence.id)
