"""What an account has saved of the steps: no record of anything, and nothing was sent by it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.inserting import insert_unless_there
from certtrack.db.models import ApplicationDraft, Cycle
from certtrack.rules.recertifying import StepKey
from certtrack.security import Actor
from certtrack.services.recertifying.steps import Recertification, check_is_open

KEPT_DAYS = 365
"""For so many days after it was saved last it is kept, and no longer than its cycle is open."""
_AT_ONCE = 200


def save_step(
    session: Session, found: Recertification, key: StepKey, values: Mapping[str, Any], *, actor: Actor, at: datetime
) -> None:
    """Keep what was typed of one step for the actor's account; of an actor without one nothing is kept.

    Raises NotFound for a step that isn't asked for, Refused where an application is on its way.
    """
    found.find_step(key)
    check_is_open(found)
    if actor.account_id is None:
        return
    own = (ApplicationDraft.cycle_id == found.cycle.id, ApplicationDraft.account_id == actor.account_id)
    insert_unless_there(
        session, ApplicationDraft, cycle_id=found.cycle.id, account_id=actor.account_id, typed={}, touched_at=at
    )
    query = select(ApplicationDraft).where(*own).with_for_update().execution_options(populate_existing=True)
    draft = session.scalars(query).one()
    draft.typed, draft.touched_at = {**draft.typed, key: dict(values)}, at
    session.flush()
    record_event(
        session,
        at=at,
        actor=actor.key,
        action="application_draft.saved",
        subject=("application_draft", draft.id),
        people=[found.person.id],
        details={"cycle": found.cycle.id, "step": key},
    )


def purge_application_drafts(session: Session, touched_before: datetime) -> int:
    """Forget up to 200 that were saved last before that moment, or whose cycle is over; how many they were."""
    is_over = or_(Cycle.closed_on.is_not(None), Cycle.is_withdrawn)
    query = (
        select(ApplicationDraft.id)
        .join(Cycle, Cycle.id == ApplicationDraft.cycle_id)
        .where(or_(ApplicationDraft.touched_at < touched_before, is_over))
        .order_by(ApplicationDraft.id)
    )
    numbers = list(session.scalars(query.limit(_AT_ONCE).with_for_update(skip_locked=True, of=ApplicationDraft)))
    session.execute(delete(ApplicationDraft).where(ApplicationDraft.id.in_(numbers)))
    return len(numbers)
