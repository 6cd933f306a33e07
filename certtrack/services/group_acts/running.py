"""Working at an act, batch after batch, each as large as leaves the write lock to others soon."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy.orm import Session

from certtrack.db.models import GroupAct
from certtrack.services.group_acts.acts import give_batch
from certtrack.services.group_acts.undoing import undo_batch
from certtrack.services.rulebook import Rulebook

Writing = Callable[[], AbstractContextManager[Session]]

_SMALLEST, _LARGEST = 3, 60
_AIM_S = 0.05  # on SQLite nobody is to wait longer than 0.1 s for the write lock, and the next ones may be slower
_AIM_UNLOCKED_S = 0.4  # on PostgreSQL only those wait who change the same records


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
    size, looked_at = _SMALLEST, 1
    while looked_at and not is_enough():
        began, worked = time.perf_counter(), time.process_time()
        with writing() as session:
            aim = _AIM_UNLOCKED_S if session.get_bind().dialect.name == "postgresql" else _AIM_S
            looked_at = _work(session, rulebook, act_id, now(), size)
        # what else the machine has to do makes it longer, and no batch small enough would make up for that
        seconds = max(time.process_time() - worked, (time.perf_counter() - began) / 2, 0.001)
        size = max(_SMALLEST, min(int(looked_at * aim / seconds), 2 * size, _LARGEST))
        advance(looked_at)


def _work(session: Session, rulebook: Rulebook, act_id: int, at: datetime, limit: int) -> int:
    state = session.get_one(GroupAct, act_id).state
    if state == "undoing":
        return undo_batch(session, rulebook, act_id, at=at, limit=limit)
    return give_batch(session, rulebook, act_id, at=at, limit=limit)
