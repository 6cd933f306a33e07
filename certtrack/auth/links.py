"""One-time links to choose a password: signed, dated, and bound to the account's state so that each works once."""

import hashlib
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from certtrack.db.models import Account
from certtrack.settings import Settings, load_secret_key

VALID_FOR = timedelta(days=3)


def make_link(settings: Settings, account: Account, *, at: datetime) -> str:
    """The address of a page where the account's owner chooses a password; it works once, until `at` and 3 days."""
    token = _signer(settings).dumps([account.id, int((at + VALID_FOR).timestamp()), _mark(account)])
    return f"{settings.base_url.rstrip('/')}/password/{token}"


def find_by_token(session: Session, settings: Settings, token: str, *, at: datetime) -> Account | None:
    """The account that a link is for; None where it is forged, over, used already, or the account is closed."""
    try:
        number, until, mark = _signer(settings).loads(token)
    except (BadSignature, ValueError):
        return None
    account = session.get(Account, number)
    if account is None or not account.is_active or at.timestamp() > until or mark != _mark(account):
        return None
    return account


def _signer(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(load_secret_key(settings), salt="certtrack.password-link")


def _mark(account: Account) -> str:
    state = f"{account.fs_uniquifier}\n{account.password or ''}"
    return hashlib.sha256(state.encode()).hexdigest()[:24]
