"""Tries are counted by name and by address, before anything is looked up: exactly as many pass as the limits say."""

from flask import current_app, request
from flask_limiter import Limiter
from limits import RateLimitItem

from certtrack.auth.limits import BY_ACCOUNT, BY_ADDRESS, DatabaseStorage, hide


def count_try(what: str, name: str) -> int:
    """Count one try for the name and one for the sender's address; seconds to wait, 0 while it may go on."""
    limiter, storage = _limiter().limiter, _storage()
    for item, key in _list_counters(name):
        if not limiter.hit(item, what, key):
            return max(1, storage.seconds_left(item.key_for(what, key)))
    return 0


def forget_tries(what: str, name: str) -> None:
    """After a right password: the name begins anew, and the address has one try back, for the others in its office."""
    (by_name, name_key), (by_address, address_key) = _list_counters(name)
    _limiter().limiter.clear(by_name, what, name_key)
    _storage().give_back(by_address.key_for(what, address_key))


def find_wait(what: str) -> int:
    """Seconds until the sender's address may try again, 0 while it may; nothing is counted."""
    key = hide(request.remote_addr or "")
    if _limiter().limiter.test(BY_ADDRESS, what, key):
        return 0
    return max(1, _storage().seconds_left(BY_ADDRESS.key_for(what, key)))


def count_miss(what: str) -> None:
    """Count one try that was wrong for the sender's address; what it was about is nobody's name."""
    _limiter().limiter.hit(BY_ADDRESS, what, hide(request.remote_addr or ""))


def _list_counters(name: str) -> tuple[tuple[RateLimitItem, str], tuple[RateLimitItem, str]]:
    return (BY_ACCOUNT, hide(name)), (BY_ADDRESS, hide(request.remote_addr or ""))


def _limiter() -> Limiter:
    found: Limiter = current_app.extensions["certtrack_limiter"]
    return found


def _storage() -> DatabaseStorage:
    found = _limiter().storage
    assert isinstance(found, DatabaseStorage)  # noqa: S101  # set up so by certtrack.auth
    return found
