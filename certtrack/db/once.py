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
    told = _find_told(session)
    if told is None:
        return ask()
    if key not in told:
        told[key] = ask()
    return cast("_T", told[key])


def tell_once(session: Session, key: Hashable, answer: object) -> None:
    """What `ask_once` would give for the key, where it was asked together with something else."""
    told = _find_told(session)
    if told is not None:
        told[key] = answer


def _find_told(session: Session) -> dict[Hashable, object] | None:
    """What was told in this transaction; None where it isn't one that only reads."""
    if session.get_bind().get_execution_options().get("mode") != "reading":
        return None
    transaction, told = session.info.get(_TOLD, (None, {}))
    if transaction is None or transaction is not session.get_transaction():
        told = {}
        session.info[_TOLD] = (session.get_transaction() or session.begin(), told)
    return cast("dict[Hashable, object]", told)
