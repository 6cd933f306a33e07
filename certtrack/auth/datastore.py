"""Accounts as Flask-Security reads them, in transactions of its own that never touch a view's."""

from collections.abc import Callable
from typing import Any

from flask_security import SQLAlchemySessionUserDatastore, UserMixin
from sqlalchemy.orm import Session, scoped_session

from certtrack.db.engine import Database
from certtrack.db.models import Account, AccountRole

OpenDatabase = Callable[[], Database]
FindSignedIn = Callable[[], "Login | None"]


class Login(Account, UserMixin):
    """An account with what Flask-Security asks of one; the same table, nothing added to it."""

    @property
    def active(self) -> bool:  # type: ignore[override]  # Flask-Security only reads it
        """True while the account may be used."""
        return self.is_active


class AccountDatastore(SQLAlchemySessionUserDatastore):
    """Each look is one short reading transaction; what Flask-Security changes by itself is written in a short one.

    It commits by itself. With a session shared with a view, that would put a view's half-done work into the database.
    Whose cookie a request has is what `find_signed_in` says of the request: no look of its own.
    """

    def __init__(self, open_database: OpenDatabase, find_signed_in: FindSignedIn) -> None:
        self._open, self._find_signed_in = open_database, find_signed_in
        super().__init__(
            scoped_session(self._make_session),  # type: ignore[arg-type]  # any maker of sessions will do
            Login,
            AccountRole,  # type: ignore[arg-type]  # asked for, and not used: rights are certtrack.security's
        )

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Login | None:  # noqa: ANN401  # Flask-Security's signature
        """The account with that one value, detached; None where there is none."""
        if "fs_uniquifier" in kwargs:
            login = self._find_signed_in()
            return login if login is not None and login.fs_uniquifier == kwargs["fs_uniquifier"] else None
        try:
            found = super().find_user(case_insensitive=case_insensitive, **kwargs)
            return found if isinstance(found, Login) else None
        finally:
            self.db.session.remove()

    def put(self, model: Login) -> Login:
        """Write an account that was changed, such as a hash renewed because its parameters are stronger now."""
        with self._open().writing() as session:
            session.merge(model)
        return model

    def commit(self) -> None:
        """`put` has committed already."""

    def _make_session(self) -> Session:
        return self._open().session("reading")
