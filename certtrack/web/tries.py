"""Tries are counted before anything is looked up: exactly as many pass as the limits say, in all processes together.

By whom: for a name from one network; for a name from anywhere, so that many networks don't help; and for an address.
A browser in which the account has signed in before has a counter of its own in place of the first two, so that no
stranger who tries the name locks its owner out.
"""

from collections.abc import Iterator
from typing import Literal

from flask import current_app, request
from flask_limiter import Limiter
from limits import RateLimitItem

from certtrack.auth.devices import shorten_address
from certtrack.auth.limits import BY_ACCOUNT, BY_ADDRESS, BY_NAME_ANYWHERE, DatabaseStorage, hide
from certtrack.db.audit import record_event
from certtrack.services.accounts import find_account
from certtrack.web.edge import parts, writing
from certtrack.web.known_browsers import find_known

By = Literal["browser", "network", "name", "address"]
Counter = tuple[By, RateLimitItem, str]

MAIL = "help"
"""What a link by mail is counted as: no network gets more of those to one name than another."""


def count_try(what: str, name: str) -> int:
    """Count one try for the name and one for the sender's address; seconds to wait, 0 while it may go on.

    The first that is refused in a while is in the audit, for a name that is here and for one that isn't.
    """
    storage = _storage()
    for by, item, key in _list_counters(what, name):
        whole_key = item.key_for(what, key)
        count = storage.incr(whole_key, item.get_expiry())
        if count > item.amount:
            if count == item.amount + 1:
                _note_refused(what, name, by)
            return max(1, storage.seconds_left(whole_key))
    return 0


def forget_tries(what: str, name: str) -> None:
    """After a right password: the name begins anew, and the address has one try back, for the others in its office."""
    for by, item, key in _list_counters(what, name):
        if by == "address":
            _storage().give_back(item.key_for(what, key))
        else:
            _storage().clear(item.key_for(what, key))


def find_wait(what: str) -> int:
    """Seconds until the sender's address may try again, 0 while it may; nothing is counted."""
    key = hide(request.remote_addr or "")
    if _limiter().limiter.test(BY_ADDRESS, what, key):
        return 0
    return max(1, _storage().seconds_left(BY_ADDRESS.key_for(what, key)))


def count_miss(what: str) -> None:
    """Count one try that was wrong for the sender's address; what it was about is nobody's name."""
    _limiter().limiter.hit(BY_ADDRESS, what, hide(request.remote_addr or ""))


def _list_counters(what: str, name: str) -> Iterator[Counter]:
    address, known = request.remote_addr or "", find_known(name)
    if what == MAIL:
        yield "name", BY_ACCOUNT, hide(name)
    elif known is not None:
        yield "browser", BY_ACCOUNT, hide(f"{known} {name}")
    else:
        yield "network", BY_ACCOUNT, hide(f"{shorten_address(address)} {name}")
        yield "name", BY_NAME_ANYWHERE, hide(name)
    yield "address", BY_ADDRESS, hide(address)


def _note_refused(what: str, name: str, by: By) -> None:
    with writing() as session:
        account = find_account(session, name)
        record_event(
            session,
            at=parts().clock.now(),
            actor="nobody",
            action="account.tries_refused",
            subject=("account", account.id if account else None),
            people=[account.person_id] if account and account.person_id else [],
            details={"what": what, "by": by, "network": shorten_address(request.remote_addr or "")},
        )


def _limiter() -> Limiter:
    found: Limiter = current_app.extensions["certtrack_limiter"]
    return found


def _storage() -> DatabaseStorage:
    found = _limiter().storage
    assert isinstance(found, DatabaseStorage)  # noqa: S101  # set up so by certtrack.auth
    return found
