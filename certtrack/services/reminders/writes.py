"""Decisions about reminders as rows, whatever they are about: each is made once, and what is under way stands."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from certtrack.db.inserting import insert_into
from certtrack.db.models import Reminder
from certtrack.rules.reminders import StageDay

_TABLE: Any = Reminder.__table__


class Decided(Protocol):
    """What every ruling says of its reminder."""

    @property
    def stage(self) -> StageDay:
        """The stage that it is about."""
        ...

    @property
    def state(self) -> str:
        """What becomes of the reminder."""
        ...

    @property
    def reason(self) -> str | None:
        """Why, as a code; None where the state says all."""
        ...

    @property
    def send_after(self) -> datetime:
        """The moment from which it may go out."""
        ...

    @property
    def valid_until(self) -> datetime:
        """The last moment at which it is true."""
        ...


def values_of(ruling: Decided, policy_ref: str, cause_id: int | None, at: datetime) -> dict[str, Any]:
    """What a ruling makes of its reminder, by the policy of that name; `cause_id` is what set it going, if anything."""
    return {
        "state": ruling.state,
        "reason": ruling.reason,
        "stage_on": ruling.stage.stage_on,
        "send_after": ruling.send_after,
        "valid_until": ruling.valid_until,
        "retry_at": None,
        "cause_id": cause_id,
        "policy_ref": policy_ref,
        "planned_at": at,
        "settled_at": None if ruling.state in ("planned", "held") else at,
    }


def write_decisions(
    session: Session,
    added: Sequence[dict[str, Any]],
    changed: Sequence[dict[str, Any]],
    recalled: Sequence[tuple[Any, str]],
    at: datetime,
) -> Counter[str]:
    """Write new reminders, changes and recalled ones with their reasons; how many came into which state.

    A change says `of` which number it is, and which state that one `was` in: where a deliverer has taken it meanwhile,
    what it does stands. A new one that another planner has written already stays as that one wrote it.
    """
    still_so = update(_TABLE).where(_TABLE.c.id == bindparam("of"), _TABLE.c.state == bindparam("was"))
    if added:
        session.execute(insert_into(session, _TABLE).on_conflict_do_nothing(), added)
    if changed:
        session.execute(still_so, changed)
    if recalled:
        gone = [{"of": row.id, "was": row.state, "reason": reason, "settled_at": at} for row, reason in recalled]
        session.execute(still_so.values(state="superseded"), gone)
    counts = Counter(str(row["state"]) for row in (*added, *changed))
    counts["superseded"] += len(recalled)
    return counts
