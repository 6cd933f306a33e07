"""Mail that somebody waits for: queued with its bytes in the transaction that causes it, sent within seconds."""

import uuid
from datetime import datetime
from email.utils import parseaddr

from sqlalchemy.orm import Session

from certtrack.db.models import Email
from certtrack.db.types import db_now

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "tag:certtrack,2026:message-id")


def make_message_id(*keys: object, number: int, mail_from: str) -> str:
    """`<UUID@DOMAIN>`: always the same for the same keys and number, so that a second copy shows as one.

    `keys` name what the mail is about, such as `"account_link", account.id, token`; `number` counts its compositions
    from 1; the domain is that of `mail_from`.
    """
    domain = parseaddr(mail_from)[1].rpartition("@")[2] or "localhost"
    name = "\n".join([*(str(key) for key in keys), str(number)])
    return f"<{uuid.uuid5(_NAMESPACE, name)}@{domain}>"


def queue_now(
    session: Session,
    *,
    address: str,
    data: bytes,
    message_id: str,
    account_id: int | None = None,
    person_id: int | None = None,
    valid_until: datetime,
    at: datetime,
) -> Email:
    """Queue a mail whose bytes are final; it goes out once the caller's transaction is committed, and not without it.

    It is tried until `valid_until`, the moment at which what it says (a link) ends; then its text is forgotten.
    """
    email = Email(
        mail_class="now",
        recipient_id=person_id,
        account_id=account_id,
        address=address,
        message_id=message_id,
        data=data,
        state="ready",
        leased_until=db_now(),
        attempts=0,
        valid_until=valid_until,
        created_at=at,
    )
    session.add(email)
    session.flush()
    return email
