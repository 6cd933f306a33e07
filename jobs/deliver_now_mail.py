"""Handing over what somebody waits for."""

from certtrack.mail.way_out import choose_transport
from certtrack.services.delivery.leasing import make_terms
from certtrack.services.delivery.sending import deliver_now
from jobs.workplace import Workplace, name_worker


def run(work: Workplace) -> dict[str, int]:
    """Hand over every mail that is to go at once."""
    return deliver_now(
        work.database,
        choose_transport(work.settings),
        make_terms(work.settings),
        clock=work.clock,
        worker=name_worker(),
        stop=work.stop,
    )
