"""Who looks at a page: the account's actor, and what the frame of each page says of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import g, request
from flask import session as cookie
from flask_security import current_user
from sqlalchemy.orm import Session

from certtrack.auth.datastore import Login
from certtrack.auth.sessions import LONGEST, find_end, is_to_be_noted, note_seen, open_session
from certtrack.auth.signed_in import SignedIn, find_signed_in
from certtrack.clock import today_in
from certtrack.db.models import WebSession
from certtrack.security import Actor
from certtrack.services.actors import make_actor
from certtrack.web.parts import parts

_KEY, _BEGAN = "session", "began_at"
_MUST_SET_UP = "must_set_up"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever is signed in. `office` is None where no organization is on record yet; `zone` is the office's, else UTC.

    `must_set_up`: a second step, before anything else. `session_id` is the session's number, `ends_at` when it will be
    over unless a page is opened before; `last_minute` the minute of the day, in the office's zone, at which it will be
    over in any case.
    """

    actor: Actor
    name: str
    language: str
    office: str | None
    zone: str
    is_granter: bool
    must_set_up: bool
    session_id: int
    seen_at: datetime
    ends_at: datetime
    last_minute: int


def find_viewer() -> Viewer | None:
    """Whoever is signed in and active today; None where nobody is."""
    if "viewer" not in g:
        _, viewer = _find_both()
        # Flask-Security has compared the cookie's mark with the account's: another password makes another mark
        g.viewer = viewer if current_user.is_authenticated else None
    found: Viewer | None = g.viewer
    return found


def find_login() -> Login | None:
    """The active account whose session the cookie names, while that lasts: for Flask-Security, which asks first."""
    login, _ = _find_both()
    return login


def forget_viewer() -> None:
    """Ask again who looks: after signing in and out, and where the database is away."""
    for name in ("signed_in", "viewer", "locale"):
        g.pop(name, None)


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
            ends_at = note_seen(session, viewer.session_id, at)
        if ends_at is None:  # it has been ended meanwhile
            forget_viewer()
        else:
            g.viewer = replace(viewer, seen_at=at, ends_at=ends_at)


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


def _find_both() -> tuple[Login | None, Viewer | None]:
    """The account that the cookie's session is of, and its viewer, in one look a request."""
    if "signed_in" not in g:
        g.signed_in = _load_both() if find_key() else (None, None)
    found: tuple[Login | None, Viewer | None] = g.signed_in
    return found


def _load_both() -> tuple[Login | None, Viewer | None]:
    with parts().database.reading() as session:
        found = find_signed_in(session, find_key(), parts().clock.now())
        if found is None or not found.login.is_active:
            return None, None
        zone = found.office.zone if found.office else "UTC"
        actor = make_actor(session, found.login, today_in(parts().clock, zone))
    return found.login, _make_viewer(found, actor, zone)


def _make_viewer(found: SignedIn, actor: Actor, zone: str) -> Viewer:
    return Viewer(
        actor=actor,
        name=found.person.shown_name if found.person else found.login.sign_in_name,
        language=found.login.language,
        office=found.office.name if found.office else None,
        zone=zone,
        is_granter=found.is_granter,
        must_set_up=bool(cookie.get(_MUST_SET_UP)),
        session_id=found.session.id,
        seen_at=found.session.seen_at,
        ends_at=find_end(found.session),
        last_minute=_find_last_minute(found.session, zone),
    )


def _find_last_minute(kept: WebSession, zone: str) -> int:
    last = (kept.began_at + LONGEST).astimezone(ZoneInfo(zone))
    return last.hour * 60 + last.minute
