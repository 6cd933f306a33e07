"""Working at an act, batch after batch, each as large as leaves the write lock to others soon."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy.orm import Session

from certtrack.db.models import GroupAct
from certtrack.services.group_acts.acts import give_batch
from certtrack.services.group_acts.undoing import undo_batch
from certtrack.services.pacing import work_in_batches
from certtrack.services.rulebook import Rulebook

Writing = Callable[[], AbstractContextManager[Session]]


def work_at(
    writing: Writing,
    rulebook: Rulebook,
    act_id: int,
    *,
    now: Callable[[], datetime],
    is_enough: Callable[[], bool] = lambda: False,
    advance: Callable[[int], None] = lambda _count: None,
) -> None:
    """Go on with the act, or its taking back, until it is through or `is_enough`; what is left is taken up next time.

    `writing` opens a transaction of the edge for each batch, which is committed when it ends; `advance` is told how
    many each looked at.
    """
    work_in_batches(
        writing,
        lambda session, limit: _work(session, rulebook, act_id, now(), limit),
        is_enough=is_enough,
        advance=advance,
    )


def _work(session: Session, rulebook: Rulebook, act_id: int, at: datetime, limit: int) -> int:
    state = session.get_one(GroupAct, act_id).state
    if state == "undoing":
        return undo_batch(session, rulebook, act_id, at=at, limit=limit)
    return give_batch(session, rulebook, act_id, at=at, limit=limit)
