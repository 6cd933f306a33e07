"""Handing over the reminders that are ripe."""

from certtrack.mail.way_out import choose_transport
from certtrack.services.delivery.leasing import make_terms
from certtrack.services.delivery.sending import deliver
from jobs.looking_back import look_back
from jobs.workplace import Workplace, name_worker


def run(work: Workplace) -> dict[str, int]:
    """Mail everybody who has a ripe reminder, until nobody is left."""
    kept = look_back(work)
    return deliver(
        work.database,
        work.rulebook,
        choose_transport(work.settings),
        make_terms(work.settings),
        clock=work.clock,
        worker=name_worker(),
        stop=work.stop,
        before_sending=kept.raise_to,
    )
