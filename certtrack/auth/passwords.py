"""Passwords: what is asked of one, and how one is put on record."""

import secrets
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from certtrack.auth.sessions import end_all
from certtrack.db.audit import record_event
from certtrack.db.models import Account

SHORTEST, LONGEST = 12, 128
Fault = Literal["too_short", "too_long", "too_plain", "is_name"]


def find_fault(password: str, sign_in_name: str) -> Fault | None:
    """What is wrong with a password that somebody chose; None where nothing is."""
    if len(password) < SHORTEST:
        return "too_short"
    if len(password) > LONGEST:
        return "too_long"
    if len(set(password)) < 4:  # "aaaaaaaaaaaa" and "121212121212" are no passwords
        return "too_plain"
    return "is_name" if password.lower() == sign_in_name else None


def set_password(session: Session, account: Account, hashed: str, *, actor: str, at: datetime) -> None:
    """Put the hash on record; every session of the account ends, its calendar, and every link that was out for it."""
    account.password = hashed
    account.fs_uniquifier = secrets.token_hex(32)
    session.flush()
    record_event(
        session,
        at=at,
        actor=actor,
        action="account.password_chosen",
        subject=("account", account.id),
        people=[account.person_id] if account.person_id else [],
    )
    end_all(session, account, actor=actor, at=at)
