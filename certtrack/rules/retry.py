"""How long an email waits after the mail server did not take it."""

from datetime import timedelta

_WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
_LAST_WAIT = timedelta(hours=4)


def wait_after(attempts: int) -> timedelta:
    """The wait after that many attempts: 1, 5, 15 minutes, 1 hour, then always 4 hours.

    It never gives up by itself: the mail's last valid day ends it. Raises ValueError below 1.
    """
    if attempts < 1:
        raise ValueError(f"a wait follows an attempt, and {attempts} were made")
    return _WAITS[attempts - 1] if attempts <= len(_WAITS) else _LAST_WAIT
