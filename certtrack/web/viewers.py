"""Who looks at a page: the account's actor, and what the frame of each page says of it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import g, request
from flask import session as cookie
from flask_security import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.auth.sessions import LONGEST, find_end, find_session, is_to_be_noted, note_seen, open_session
from certtrack.clock import today_in
from certtrack.db.models import Account, OrganizationCredential, Person, WebSession
from certtrack.security import Actor
from certtrack.services.accounts import find_office
from certtrack.services.actors import find_actor
from certtrack.web.parts import parts

_KEY, _BEGAN = "session", "began_at"
_MUST_SET_UP = "must_set_up"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever is signed in. `office` is None where no organization is on record yet.

    `must_set_up`: a second step, before anything else. `session_id` is the session's number, `ends_at` when it will be
    over unless a page is opened before; `last_minute` the minute of the day, in the office's zone, at which it will be
    over in any case.
    """

    actor: Actor
    name: str
    language: str
    office: str | None
    is_granter: bool
    must_set_up: bool
    session_id: int
    seen_at: datetime
    ends_at: datetime
    last_minute: int


def find_viewer() -> Viewer | None:
    """Whoever is signed in and active today; None where nobody is."""
    if "viewer" not in g:
        g.viewer = _load_viewer()
    found: Viewer | None = g.viewer
    return found


def forget_viewer() -> None:
    """Ask again who looks: after signing in and out, and where the database is away."""
    g.pop("viewer", None)
    g.pop("locale", None)


def start_session(session: Session, account_id: int, *, must_set_up: bool) -> None:
    """Begin a session, on record too: nothing of an earlier one is left. It ends 12 hours later, however busy."""
    at = parts().clock.now()
    cookie.clear()
    cookie.permanent = True
    cookie[_KEY] = open_session(
        session, account_id, user_agent=request.user_agent.string, address=request.remote_addr or "", at=at
    )
    cookie[_BEGAN] = at.timestamp()
    if must_set_up:
        cookie[_MUST_SET_UP] = True


def find_key() -> str:
    """The key of the session that this browser has, or had; empty where it has none."""
    return str(cookie.get(_KEY, ""))


def note_viewer(viewer: Viewer) -> None:
    """A page is opened by them: their session lasts on. Written once a minute."""
    at = parts().clock.now()
    if is_to_be_noted(viewer.seen_at, at):
        with parts().database.writing() as session:
            note_seen(session, viewer.session_id, at)
        forget_viewer()


def count_left(viewer: Viewer) -> int:
    """Whole seconds until their session is over."""
    return max(0, int((viewer.ends_at - parts().clock.now()).total_seconds()))


def find_began_at() -> float:
    """When the session began, in seconds since 1970; 0 where there is none."""
    return float(cookie.get(_BEGAN, 0))


def has_set_up() -> None:
    """The second step that had to be set up first is there."""
    cookie.pop(_MUST_SET_UP, None)
    forget_viewer()


def _load_viewer() -> Viewer | None:
    if not find_key() or not current_user.is_authenticated:
        return None
    with parts().database.reading() as session:
        account = session.get(Account, current_user.id)
        kept = find_session(session, find_key(), parts().clock.now())
        if account is None or kept is None or kept.account_id != account.id:
            return None
        office = find_office(session, account.id)
        zone = office.zone if office else "UTC"
        actor = find_actor(session, account.id, today_in(parts().clock, zone))
        if actor is None:
            return None
        person = session.get(Person, account.person_id) if account.person_id else None
        return Viewer(
            actor=actor,
            name=person.shown_name if person else account.sign_in_name,
            language=account.language,
            office=office.name if office else None,
            is_granter=office is not None and _grants(session, office.id),
            must_set_up=bool(cookie.get(_MUST_SET_UP)),
            session_id=kept.id,
            seen_at=kept.seen_at,
            ends_at=find_end(kept),
            last_minute=_find_last_minute(kept, zone),
        )


def _find_last_minute(kept: WebSession, zone: str) -> int:
    last = (kept.began_at + LONGEST).astimezone(ZoneInfo(zone))
    return last.hour * 60 + last.minute


def _grants(session: Session, organization_id: int) -> bool:
    query = select(OrganizationCredential.id).where(
        OrganizationCredential.organization_id == organization_id, OrganizationCredential.role == "granter"
    )
    return session.scalar(query.limit(1)) is not None
