"""What nearly every attempt ends with: the mail server took the mail. Settled in as few statements as there can be.

The effect is that of `settling.settle`, which settles all the others. Each mail is settled by itself before the next
one is sent, so this is what the speed of delivery hangs on: on PostgreSQL it is a single statement.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Float, bindparam, insert, literal, or_, select, update

from certtrack.db.engine import Database
from certtrack.db.models import Attempt, Email, RelayState, Reminder, ReminderEmail
from certtrack.db.types import db_now
from certtrack.services.delivery.leasing import Outgoing
from certtrack.services.delivery.settling import Try

_EMAIL: Any = Email.__table__
_REMINDER: Any = Reminder.__table__
_ATTEMPT: Any = Attempt.__table__
_RELAY: Any = RelayState.__table__
_CARRIED: Any = ReminderEmail.__table__

_SENT = (
    update(_EMAIL)
    .where(_EMAIL.c.id == bindparam("of"), _EMAIL.c.lease_token == bindparam("held"))
    .values(state="sent", settled_at=bindparam("at"), lease_token=None, attempts=_EMAIL.c.attempts + 1)
    .returning(_EMAIL.c.id, _EMAIL.c.attempts)
)
_TELL = update(_REMINDER).where(_REMINDER.c.state == "in_mail").values(state="sent", settled_at=bindparam("at"))
_TROUBLE = (
    select(_RELAY.c.id).where(or_(_RELAY.c.stopped_since.is_not(None), _RELAY.c.same_refusals > 0)).scalar_subquery()
)
_TRIED = {
    "started_at": db_now(bindparam("began", type_=Float())),
    "ended_at": db_now(),
    "outcome": literal("accepted"),
    "smtp_code": bindparam("code", type_=_ATTEMPT.c.smtp_code.type),
    "answer": bindparam("said", type_=_ATTEMPT.c.answer.type),
    "worker": bindparam("by", type_=_ATTEMPT.c.worker.type),
}
_NOTE = insert(_ATTEMPT).values(email_id=bindparam("of"), number=bindparam("number"), **_TRIED).returning(_TROUBLE)


def _tell(email_id: Any, *, is_paired: bool) -> Any:  # noqa: ANN401  # a column's value, and a statement
    """Of two mails that carry a reminder the one that is taken first tells it, whichever it is."""
    if not is_paired:
        return _TELL.where(_REMINDER.c.email_id == email_id)
    carried = select(_CARRIED.c.reminder_id).where(_CARRIED.c.email_id == email_id)
    return _TELL.where(_REMINDER.c.id.in_(carried)).values(email_id=email_id)


def _make_whole(*, is_paired: bool) -> Any:  # noqa: ANN401  # a statement
    mine = _SENT.cte("mine")
    told = _tell(select(mine.c.id).scalar_subquery(), is_paired=is_paired).cte("told")
    row = select(mine.c.id, mine.c.attempts, *_TRIED.values())
    return insert(_ATTEMPT).from_select(["email_id", "number", *_TRIED], row).add_cte(told).returning(_TROUBLE)


_TOLD = {is_paired: _tell(bindparam("of"), is_paired=is_paired) for is_paired in (False, True)}
_WHOLE = {is_paired: _make_whole(is_paired=is_paired) for is_paired in (False, True)}


@dataclass(frozen=True, slots=True)
class Accepted:
    """`is_ours`: the lease was still held. `is_trouble`: until now mail was stopped, or recipients were refused."""

    is_ours: bool
    is_trouble: bool = False


def settle_accepted(database: Database, mail: Outgoing, tried: Try) -> Accepted:
    """Write down for good that a planned mail was taken; where the lease was lost nothing is touched."""
    values = {"of": mail.email_id, "held": mail.token, "at": tried.at, "began": -tried.took_s}
    values |= {"code": tried.code, "said": tried.answer, "by": tried.worker}
    with database.settling() as connection:
        return _write_down(connection, values, is_paired=mail.is_paired)


def _write_down(connection: Connection, values: dict[str, Any], *, is_paired: bool) -> Accepted:
    if connection.dialect.name == "postgresql":
        noted = connection.execute(_WHOLE[is_paired], values).one_or_none()
        return Accepted(is_ours=False) if noted is None else Accepted(is_ours=True, is_trouble=noted[0] is not None)
    mine = connection.execute(_SENT, values).one_or_none()
    if mine is None:
        return Accepted(is_ours=False)
    connection.execute(_TOLD[is_paired], values)
    noted = connection.execute(_NOTE, values | {"number": mine.attempts}).one()
    return Accepted(is_ours=True, is_trouble=noted[0] is not None)
