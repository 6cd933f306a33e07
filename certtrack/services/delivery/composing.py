"""Leased mails get their words: composed with no transaction open, on record before the first of them leaves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from certtrack.db.engine import Database
from certtrack.db.models import Email, Reminder
from certtrack.db.types import db_now
from certtrack.logs import get_log
from certtrack.mail.compose import compose_reminders
from certtrack.mail.content import Content
from certtrack.services.delivery.leasing import Made, Outgoing
from certtrack.services.delivery.settling import give_back
from certtrack.services.reminders.ripe import MENDING, NOT_COMPOSED

_EMAILS: Any = Email.__table__
_WRITE = (
    update(_EMAILS)
    .where(_EMAILS.c.id == bindparam("of"), _EMAILS.c.lease_token == bindparam("held"))
    .values(data=bindparam("bytes"))
)


@dataclass(frozen=True, slots=True)
class _Broken:
    """A mail that can't be composed, and the reminders that are at fault."""

    mail: Outgoing
    reminder_ids: tuple[int, ...]


def write_mails(database: Database, mails: Sequence[Outgoing], at: datetime) -> list[Outgoing]:
    """The mails, each with its bytes, which are on record.

    One that can't be composed is given back: what is broken in it is tried again an hour later, the rest at once.
    """
    if all(mail.made is None for mail in mails):
        return list(mails)
    tried = [mail if mail.made is None else _write(mail, mail.made) for mail in mails]
    written = [mail for mail in tried if isinstance(mail, Outgoing)]
    with database.writing() as session:
        _store(session, written)
        for broken in tried:
            if isinstance(broken, _Broken):
                _give_back(session, broken, at)
    return written


def try_to_compose(content: Content, reminder_ids: Sequence[int]) -> bytes | None:
    """The bytes; None where a text in it is broken."""
    try:
        return compose_reminders(content.envelope, called=content.called, items=content.items)
    except Exception as error:  # noqa: BLE001  # whatever is wrong with one mail, the others go out
        get_log().error("mail_not_composed", reminders=list(reminder_ids), kind=type(error).__name__)
    return None


def _write(mail: Outgoing, made: Made) -> Outgoing | _Broken:
    data = try_to_compose(made.content, made.reminder_ids)
    if data is not None:
        return replace(mail, data=data, made=None)
    items = zip(made.content.items, made.reminder_ids, strict=True)
    alone = [(replace(made.content, items=(item,)), reminder_id) for item, reminder_id in items]
    broken = tuple(reminder_id for content, reminder_id in alone if try_to_compose(content, (reminder_id,)) is None)
    return _Broken(mail, broken or made.reminder_ids)


def _store(session: Session, mails: Sequence[Outgoing]) -> None:
    rows = [{"of": mail.email_id, "held": mail.token, "bytes": mail.data} for mail in mails]
    if rows:
        session.execute(_WRITE, rows)


def _give_back(session: Session, broken: _Broken, at: datetime) -> None:
    """Its reminders are planned as before; one broken text must not keep the others from being told."""
    if not give_back(session, broken.mail, at):
        return
    waits = update(Reminder).where(Reminder.id.in_(broken.reminder_ids), Reminder.state == "planned")
    session.execute(waits.values(retry_at=db_now(MENDING.total_seconds()), reason=NOT_COMPOSED))
