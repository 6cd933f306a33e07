"""Reading what came back."""

from collections import Counter

from certtrack.logs import get_log
from certtrack.mail.boxes import BoxFault, list_boxes
from certtrack.services.actors import job_actor
from certtrack.services.delivery.leasing import make_terms
from certtrack.services.delivery.reading_reports import read_box
from jobs.workplace import Workplace


def run(work: Workplace) -> dict[str, int]:
    """Read the Maildir and the IMAP folder that are set; one that can't be read doesn't keep the other from it.

    Raises the first BoxFault once both were tried, so that the job shows as broken and the alarm is raised.
    """
    counts: Counter[str] = Counter()
    faults: list[BoxFault] = []
    signer, actor = make_terms(work.settings).bounces, job_actor("read_bounces")
    for box in list_boxes(work.settings):
        try:
            counts += read_box(work.database, signer, box, actor=actor, clock=work.clock, stop=work.stop)
        except BoxFault as fault:
            get_log().error("reports_not_read", why=str(fault))
            faults.append(fault)
    if faults:
        raise faults[0]
    return dict(counts)
