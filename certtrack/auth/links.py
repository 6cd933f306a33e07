"""One-time links to choose a password: signed, dated, and bound to the account's state so that each works once."""

import hashlib
from datetime import datetime, timedelta
from typing import Literal

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from certtrack.db.models import Account
from certtrack.settings import Settings, load_secret_key

VALID_FOR = timedelta(days=3)


Fault = Literal["expired", "used", "unknown"]
"""Why a link can't be used: its days are over; a password was chosen since; or anything else.

`unknown` is one that was cut off, made up, or is for an account that is closed. The others are only said of links that
were really made here, so whoever guesses learns nothing.
"""


def make_link(settings: Settings, account: Account, *, at: datetime) -> str:
    """The address of a page where the account's owner chooses a password; it works once, until `at` and 3 days."""
    token = _signer(settings).dumps([account.id, int((at + VALID_FOR).timestamp()), _mark(account)])
    return f"{settings.base_url.rstrip('/')}/password/{token}"


def find_by_token(session: Session, settings: Settings, token: str, *, at: datetime) -> Account | None:
    """The account that a link is for; None where it is forged, over, used already, or the account is closed."""
    found = read_token(session, settings, token, at=at)
    return found if isinstance(found, Account) else None


def read_token(session: Session, settings: Settings, token: str, *, at: datetime) -> Account | Fault:
    """The account that a link is for, or why it can't be used."""
    try:
        number, until, mark = _signer(settings).loads(token)
    except (BadSignature, ValueError):
        return "unknown"
    account = session.get(Account, number)
    if account is None or not account.is_active:
        return "unknown"
    if mark != _mark(account):
        return "used"
    return "expired" if at.timestamp() > until else account


def _signer(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(load_secret_key(settings), salt="certtrack.password-link")


def _mark(account: Account) -> str:
    state = f"{account.fs_uniquifier}\n{account.password or ''}"
    return hashlib.sha256(state.encode()).hexdigest()[:24]
