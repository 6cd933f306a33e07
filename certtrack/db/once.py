"""What a session that only reads was told it isn't asked again: nothing changes under its transaction."""

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from sqlalchemy.orm import Session

_TOLD = "certtrack told"
_T = TypeVar("_T")


def ask_once(session: Session, key: Hashable, ask: Callable[[], _T]) -> _T:
    """What `ask` gives, which is asked once for each key in a transaction of `Database.reading`, else each time.

    The key names all that the answer hangs on but the database; the answer is to be a value that nobody changes.
    """
    if session.get_bind().get_execution_options().get("mode") != "reading":
        return ask()
    transaction, told = session.info.get(_TOLD, (None, {}))
    if transaction is None or transaction is not session.get_transaction():
        told = {}
        session.info[_TOLD] = (session.get_transaction() or session.begin(), told)
    if key not in told:
        told[key] = ask()
    return cast("_T", told[key])
