"""Reading a box of reports: one message after the other, each on record before it is marked as read."""

from collections import Counter
from collections.abc import Callable

from certtrack.clock import Clock
from certtrack.db.engine import Database
from certtrack.logs import get_log
from certtrack.mail.boxes import Box
from certtrack.security import Actor
from certtrack.services.delivery.bounces import take_report
from certtrack.signing import Signer

_NOT_UNDERSTOOD = ("passed_over", "unreadable")


def read_box(
    database: Database,
    signer: Signer,
    box: Box,
    *,
    actor: Actor,
    clock: Clock,
    stop: Callable[[], bool] = lambda: False,
) -> Counter[str]:
    """Take every new message of the box until `stop` says so; how many came to what, as in `take_report`.

    Each is a transaction of its own: a process that dies leaves what it hadn't marked, and reading that again changes
    nothing. Raises BoxFault where the box can't be read.
    """
    counts: Counter[str] = Counter()
    for letter in box.letters():
        if stop():
            break
        with database.writing() as session:
            outcome = take_report(session, signer, letter.data, actor=actor, at=clock.now())
        letter.mark(outcome not in _NOT_UNDERSTOOD)
        counts[outcome] += 1
    if counts["unreadable"]:
        get_log().warning("reports_unreadable", count=counts["unreadable"])
    return counts
