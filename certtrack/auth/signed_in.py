"""Who is signed in by a session, with all that each page says of them: one statement a request."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from certtrack.auth.datastore import Login
from certtrack.auth.sessions import is_going_on
from certtrack.db.models import Organization, OrganizationCredential, Person, WebSession
from certtrack.services.accounts import office_of


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An account by a session that lasts. `person` is whose it is, None for nobody's; `office` the one it belongs to.

    `is_granter`: the office gives a certification itself.
    """

    login: Login
    session: WebSession
    person: Person | None
    office: Organization | None
    is_granter: bool


def find_signed_in(session: Session, key: str, at: datetime) -> SignedIn | None:
    """Whoever the session with this key is of, while it lasts; None where there is none, or it is over."""
    grants = exists().where(
        OrganizationCredential.organization_id == Organization.id, OrganizationCredential.role == "granter"
    )
    query = (
        select(Login, WebSession, Person, Organization, grants)
        .join(WebSession, WebSession.account_id == Login.id)
        .outerjoin(Person, Person.id == Login.person_id)
        .outerjoin(Organization, Organization.id == office_of(Login.__table__.c.id))
        .where(*is_going_on(key, at))
    )
    row = session.execute(query).one_or_none()
    return SignedIn(*row) if row is not None else None
