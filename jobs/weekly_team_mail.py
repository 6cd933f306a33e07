"""Writing the week's mail to whoever supervises."""

from certtrack.logs import get_log
from certtrack.services.delivery.leasing import make_terms
from certtrack.services.team_mail import let_sleep, list_recipients, write_team_mail
from jobs.workplace import Workplace


def run(work: Workplace) -> dict[str, int]:
    """Queue what is due of this week, a recipient a transaction; what can't be written doesn't stop the rest.

    What the mail server didn't take isn't tried again in quiet hours. Raises the first error once everybody else's was
    tried, so that the job shows as broken and the alarm is raised.
    """
    with work.database.writing() as session:
        let_sleep(session, work.rulebook, work.clock.now())
    terms, at, counts = make_terms(work.settings), work.clock.now(), {"written": 0}
    errors: list[Exception] = []
    with work.database.reading() as session:
        recipients = list_recipients(session, at)
    for one in recipients:
        if work.stop():
            break
        try:
            with work.database.writing() as session:
                counts["written"] += write_team_mail(session, work.rulebook, terms, one, at)
        except Exception as error:  # noqa: BLE001  # whatever is wrong with one mail, the others go out
            get_log().error("team_mail_not_written", recipient=one.person_id, kind=type(error).__name__)
            errors.append(error)
    if errors:
        raise errors[0]
    return counts
