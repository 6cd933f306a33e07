"""Who looks at a page: the account's actor, and what the frame of each page says of it."""

from dataclasses import dataclass
from datetime import timedelta

from flask import g
from flask import session as cookie
from flask_security import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.clock import today_in
from certtrack.db.models import Account, OrganizationCredential, Person
from certtrack.security import Actor
from certtrack.services.accounts import find_office
from certtrack.services.actors import find_actor
from certtrack.web.parts import parts

LONGEST_SESSION = timedelta(hours=12)
_BEGAN = "began_at"
_MUST_SET_UP = "must_set_up"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever is signed in. `office` is None where no organization is on record yet.

    `must_set_up`: a second step, before anything else.
    """

    actor: Actor
    name: str
    language: str
    office: str | None
    is_granter: bool
    must_set_up: bool = False


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


def start_session(*, must_set_up: bool) -> None:
    """Begin a session: nothing of an earlier one is left. It ends 12 hours later, however busy it is kept."""
    cookie.clear()
    cookie.permanent = True
    cookie[_BEGAN] = parts().clock.now().timestamp()
    if must_set_up:
        cookie[_MUST_SET_UP] = True


def find_began_at() -> float:
    """When the session began, in seconds since 1970; 0 where there is none."""
    return float(cookie.get(_BEGAN, 0))


def has_set_up() -> None:
    """The second step that had to be set up first is there."""
    cookie.pop(_MUST_SET_UP, None)
    forget_viewer()


def _is_over() -> bool:
    return parts().clock.now().timestamp() > find_began_at() + LONGEST_SESSION.total_seconds()


def _load_viewer() -> Viewer | None:
    if _is_over() or not current_user.is_authenticated:
        return None
    with parts().database.reading() as session:
        account = session.get(Account, current_user.id)
        if account is None:
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
        )


def _grants(session: Session, organization_id: int) -> bool:
    query = select(OrganizationCredential.id).where(
        OrganizationCredential.organization_id == organization_id, OrganizationCredential.role == "granter"
    )
    return session.scalar(query.limit(1)) is not None
