"""What a job asks before it plans or mails: whether this is still the database that it was."""

from certtrack.logs import get_log
from certtrack.services.reminders.high_water import HighWater
from certtrack.services.reminders.restored import find_last_mail, has_mail, is_put_back, note_restored
from jobs.workplace import Workplace


def look_back(work: Workplace) -> HighWater:
    """Notice a database that was put back from a backup, and note how far this one has come; where that is kept."""
    kept = HighWater(work.settings.instance)
    mark = kept.read()
    with work.database.reading() as session:
        is_here, was_put_back, last = has_mail(session, mark), is_put_back(session, mark), find_last_mail(session)
    if was_put_back:
        with work.database.writing() as session:
            if is_put_back(session, mark):  # nobody else has noticed it meanwhile
                key = note_restored(session, actor=work.actor, at=work.clock.now())
                get_log().warning("database_restored", cause=key)
    if is_here:
        kept.raise_to(last)
    else:
        kept.put_back_to(last)
    return kept
