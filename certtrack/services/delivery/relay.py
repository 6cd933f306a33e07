"""Whether the mail server takes mail at all. While it doesn't, one process tries one mail a minute."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from certtrack.db.inserting import insert_unless_there
from certtrack.db.models import Attempt, Email, Finding, RelayState
from certtrack.db.once import ask_once
from certtrack.db.types import db_now
from certtrack.security import Actor
from certtrack.services.alarms import clear_alarm, raise_alarm
from certtrack.services.delivery.settling import reopen_refused
from certtrack.services.findings import settle_finding

Way = Literal["open", "probe", "closed"]

REFUSALS = "refusals"
_ONE = 1
_PROBE_S = 60
_IN_A_ROW = 5


@dataclass(frozen=True, slots=True)
class Stop:
    """Why all mail is stopped, as a code, and when the server is tried again, on the database's clock."""

    reason: str
    next_probe_at: datetime


def find_stop(session: Session) -> Stop | None:
    """Why all mail is stopped; None where the mail server takes it, as far as is known.

    A session that only reads asks it once.
    """
    return ask_once(session, "stop of all mail", lambda: _find_stop(session))


def _find_stop(session: Session) -> Stop | None:
    state = session.get(RelayState, _ONE)
    if state is None or state.stopped_since is None or state.reason is None or state.next_probe_at is None:
        return None
    return Stop(state.reason, state.next_probe_at)


def find_way(session: Session) -> Way:
    """`open`; or, while mail is stopped, `probe` for the one process a minute that may try one mail, else `closed`."""
    if _load(session).stopped_since is None:
        return "open"
    claimed = session.execute(
        update(RelayState)
        .where(RelayState.id == _ONE, RelayState.next_probe_at <= db_now())
        .values(next_probe_at=db_now(_PROBE_S))
        .returning(RelayState.id)
        .execution_options(synchronize_session=False)
    )
    return "probe" if claimed.first() else "closed"


def stop_mail(session: Session, reason: str, *, at: datetime) -> bool:
    """Stop all mail and raise the alarm; True when it wasn't stopped already. `reason` is a code."""
    state = _lock(session)
    is_new = state.stopped_since is None
    if is_new:
        state.stopped_since, state.next_probe_at = at, db_now(_PROBE_S)
    state.reason = reason
    session.flush()
    raise_alarm(session, "relay_stopped", at=at, detail=reason)
    return is_new


def note_taken(session: Session, *, at: datetime) -> bool:
    """The mail server has taken a mail: whatever was stopped goes on; True when it was stopped."""
    state = _load(session)
    if state.stopped_since is None and not state.same_refusals:
        return False
    state = _lock(session)
    was_stopped = state.stopped_since is not None
    state.stopped_since = state.next_probe_at = state.reason = state.last_code = None
    state.same_refusals = 0
    session.flush()
    clear_alarm(session, "relay_stopped", at=at)
    return was_stopped


def note_refusal(session: Session, email_id: int, code: int | None, *, actor: Actor, at: datetime) -> bool:
    """A recipient was refused. The same answer for five addresses in a row is the server's fault: all mail is stopped.

    Those five are charged with nothing: what was to be told to them is planned again. Somebody who is refused once
    more after the server has taken other mail is refused indeed. True when mail was stopped.
    """
    if code is None or _was_refused_before(session, email_id):
        return False  # with None the server was never asked
    state = _lock(session)
    if state.stopped_since is None and _is_one_of_those(session, email_id, code):
        return False
    state.same_refusals = state.same_refusals + 1 if state.last_code == code and state.same_refusals else 1
    state.last_code = code
    session.flush()
    if state.same_refusals < _IN_A_ROW and state.stopped_since is None:
        return False
    _reopen(session, code, actor, at)
    stop_mail(session, REFUSALS, at=at)
    return True


def _was_refused_before(session: Session, email_id: int) -> bool:
    recipient = select(Email.recipient_id).where(Email.id == email_id).scalar_subquery()
    earlier = (
        select(func.min(Attempt.id))
        .join(Email, Email.id == Attempt.email_id)
        .where(Email.recipient_id == recipient, Email.id != email_id, Attempt.outcome == "recipient")
        .scalar_subquery()
    )
    taken_since = select(Attempt.id).where(Attempt.outcome == "accepted", Attempt.id > earlier).limit(1)
    return session.scalar(taken_since) is not None


def _is_one_of_those(session: Session, email_id: int, code: int) -> bool:
    """True where the same address met the same answer before, since the server last took one."""
    address = select(Email.address).where(Email.id == email_id).scalar_subquery()
    to_them = select(Email.id).where(Email.address == address)
    met = select(func.count()).select_from(_refused_in_a_row(code).where(Attempt.email_id.in_(to_them)).subquery())
    return session.scalars(met).one() > 1  # this attempt is one of them


def _refused_in_a_row(code: int) -> Select[int]:
    last_taken = select(func.coalesce(func.max(Attempt.id), 0)).where(Attempt.outcome == "accepted").scalar_subquery()
    return select(Attempt.email_id).where(
        Attempt.outcome == "recipient", Attempt.smtp_code == code, Attempt.id > last_taken
    )


def _reopen(session: Session, code: int, actor: Actor, at: datetime) -> None:
    in_a_row = _refused_in_a_row(code)
    emails = list(session.scalars(select(Email.id).where(Email.id.in_(in_a_row), Email.mail_class == "planned")))
    reopen_refused(session, emails)
    keys = [f"mail_refused:{number}" for number in emails]
    for finding in session.scalars(select(Finding).where(Finding.key.in_(keys), Finding.settled_at.is_(None))):
        settle_finding(session, finding, "relay", actor=actor, at=at)


def _load(session: Session) -> RelayState:
    state = session.get(RelayState, _ONE, populate_existing=True)
    if state is None:
        insert_unless_there(session, RelayState, id=_ONE, same_refusals=0)
        state = session.get_one(RelayState, _ONE)
    return state


def _lock(session: Session) -> RelayState:
    _load(session)
    query = select(RelayState).where(RelayState.id == _ONE).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()
