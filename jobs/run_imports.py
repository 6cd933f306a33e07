"""Looking at files that were given to be brought in, and writing those that somebody has asked to write."""

from certtrack.auth.account_mail import make_word_of_addresses
from certtrack.services.imports.running import work_at_upload
from certtrack.services.imports.uploads import list_open
from jobs.workplace import Workplace


def run(work: Workplace) -> dict[str, int]:
    """Work at each to its end, in the name of who asked for it; one that breaks off keeps no other waiting."""
    database = work.database
    with database.reading() as session:
        uploads = list_open(session, work.clock.now())
    tell_former, done = make_word_of_addresses(work.settings, work.clock.now), 0
    for upload_id in uploads:
        if work.stop():
            break
        done += work_at_upload(
            database.reading,
            database.writing,
            work.rulebook,
            upload_id,
            tell_former=tell_former,
            now=work.clock.now,
            stop=work.stop,
        )
    return {"files": done}
