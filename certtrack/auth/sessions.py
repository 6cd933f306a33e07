"""Sessions of signed-in accounts, on record: one that has ended is over at once, in every web process."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from certtrack.auth.devices import find_device, shorten_address
from certtrack.db.audit import record_event
from certtrack.db.models import Account, WebSession
from certtrack.security import Actor
from certtrack.services.feeds import end_feed

IDLE = timedelta(minutes=30)
"""So long without a page being opened, and a session is over."""
LONGEST = timedelta(hours=12)
"""So long after it began it is over, however busy it is kept."""
KEPT_FOR = timedelta(days=30)
"""So long is known that there was one."""
_NOTED_AGAIN = timedelta(minutes=1)
_AT_ONCE = 500


def open_session(session: Session, account_id: int, *, user_agent: str, address: str, at: datetime) -> str:
    """Put a session on record; its key, of which only a digest is kept. The cookie carries it, and nobody else."""
    key = secrets.token_urlsafe(32)
    system, browser = find_device(user_agent)
    made = WebSession(
        account_id=account_id,
        digest=_digest(key),
        began_at=at,
        seen_at=at,
        system=system,
        browser=browser,
        address=shorten_address(address),
    )
    session.add(made)
    session.flush()
    return key


def is_going_on(key: str, at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Conditions on `web_session`: the one with this key, while it lasts."""
    return WebSession.digest == _digest(key), *_is_open(at)


def find_run_out(session: Session, key: str, at: datetime) -> WebSession | None:
    """The session with this key, where nobody has ended it: its time is over, within the last day."""
    query = select(WebSession).where(
        WebSession.digest == _digest(key), WebSession.ended_at.is_(None), WebSession.began_at > at - timedelta(days=1)
    )
    return session.scalar(query)


def find_end(kept: WebSession) -> datetime:
    """When the session will be over, unless a page is opened before."""
    return _end(kept.seen_at, kept.began_at)


def is_to_be_noted(seen_at: datetime, at: datetime) -> bool:
    """True where it is a minute since it was noted that a page was opened."""
    return at - seen_at >= _NOTED_AGAIN


def note_seen(session: Session, number: int, at: datetime) -> datetime | None:
    """A page was opened: when the session will be over now, half an hour later; None where it is over already."""
    noted = update(WebSession).where(WebSession.id == number, *_is_open(at)).values(seen_at=at)
    began_at = session.scalar(noted.returning(WebSession.began_at))
    return _end(at, began_at) if began_at is not None else None


def list_sessions(session: Session, account_id: int, at: datetime) -> list[WebSession]:
    """The account's sessions that last, the one used last first."""
    query = select(WebSession).where(WebSession.account_id == account_id, *_is_open(at))
    return list(session.scalars(query.order_by(WebSession.seen_at.desc(), WebSession.id.desc())))


def end_sessions(
    session: Session,
    account: Account,
    *,
    actor: str,
    at: datetime,
    only: int | None = None,
    but: int | None = None,
) -> int:
    """End the account's sessions: all, `only` that one, or all `but` that one; how many were still going on."""
    mine = [WebSession.account_id == account.id, *_is_open(at)]
    mine += [] if only is None else [WebSession.id == only]
    mine += [] if but is None else [WebSession.id != but]
    ended = session.scalars(update(WebSession).where(*mine).values(ended_at=at).returning(WebSession.id)).all()
    if ended:
        people = [account.person_id] if account.person_id else []
        record_event(
            session,
            at=at,
            actor=actor,
            action="account.sessions_ended",
            subject=("account", account.id),
            people=people,
            details={"sessions": sorted(ended)},
        )
    return len(ended)


def end_all(session: Session, account: Account, *, actor: str, at: datetime, but: int | None = None) -> int:
    """End all that goes on without a new sign-in: every session (all `but` that one), and the calendar's address.

    How many sessions were still going on.
    """
    end_feed(session, account, actor=Actor(actor), at=at)
    return end_sessions(session, account, actor=actor, at=at, but=but)


def purge_sessions(session: Session, at: datetime) -> int:
    """Forget up to 500 sessions that were over 30 days ago; how many they were, 0 when none is left."""
    long_ago = at - KEPT_FOR
    is_old = or_(WebSession.ended_at < long_ago, WebSession.began_at < long_ago - LONGEST)
    numbers = select(WebSession.id).where(is_old).order_by(WebSession.id).limit(_AT_ONCE)
    return len(session.scalars(delete(WebSession).where(WebSession.id.in_(numbers)).returning(WebSession.id)).all())


def _end(seen_at: datetime, began_at: datetime) -> datetime:
    return min(seen_at + IDLE, began_at + LONGEST)


def _is_open(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return WebSession.ended_at.is_(None), WebSession.seen_at > at - IDLE, WebSession.began_at > at - LONGEST


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()  # the key has 256 random bits: no salt makes it harder to find
