"""The first start: where nobody can administer yet, one link is handed out."""

from datetime import datetime

from sqlalchemy.orm import Session

from certtrack.auth.links import make_link
from certtrack.security import Role
from certtrack.services.accounts import create_account, find_account, has_administrator
from certtrack.services.actors import command_actor
from certtrack.settings import Settings

NAME = "administrator"


def make_first_link(session: Session, settings: Settings, *, at: datetime) -> str | None:
    """A one-time link for the first administrator; None once an administrator has chosen a password.

    Asked again before that, a fresh link comes for the same account: the first may have been lost.
    """
    account = find_account(session, NAME)
    if account is None:
        if has_administrator(session):
            return None
        account = create_account(
            session, NAME, role=Role.AGENCY_ADMINISTRATOR, organization_id=None, actor=command_actor(), at=at
        )
    return make_link(settings, account, at=at) if account.password is None else None
