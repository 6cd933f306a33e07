"""What was decided about one person's mails, each stage in a sentence, with its attempts and the server's answers."""

from flask import Blueprint

from certtrack.errors import NotFound
from certtrack.services.ledger_copies import add_coming_copies
from certtrack.services.ledger_entries import by_day
from certtrack.services.mail_why import explain_mail, pick_newest
from certtrack.services.other_days.ledger import list_day_ledger
from certtrack.services.person_page import get_person_page
from certtrack.services.releases import load_releases
from certtrack.services.tellings import can_tell, list_to_tell
from certtrack.web.edge import actor, locale, note_look, parts, reading, render, signed_in, today

reminders = Blueprint("reminders", __name__)


@reminders.get("/people/<int:person_id>/reminders")
@signed_in
def ledger(person_id: int) -> str:
    """The newest decision and what comes next, then each stage, the latest first; for whoever may see the mail."""
    found = parts()
    with reading() as session:
        page = get_person_page(session, found.rulebook, actor(), person_id, found.clock)
        if not page.can_see_mail:
            raise NotFound("This page isn't here, or isn't yours to see.")
        person = page.person
        names_of = None if actor().person_id == person.id else {one.id for one in page.supervisors}
        entries, releases = page.mail, page.releases
        if page.last_day is None:
            now = today(person.zone)
            days = list_day_ledger(session, found.rulebook, actor(), person.id, now, found.clock.now())
            releases = {**releases, **load_releases(session, person.id, days)}
            own = sorted([*page.mail, *days], key=by_day)
            entries = tuple(sorted(add_coming_copies(session, found.rulebook, own, now), key=by_day))
        mail = explain_mail(session, person, entries, names_of, page.known_at if page.last_day else None)
        may_tell = page.last_day is None and can_tell(session, actor(), person.id, today(person.zone))
    note_look("reminders.viewed", [person.id])
    names = {shown.certification.id: shown.pack.short_name.of(locale()) for shown in page.certifications}
    return render(
        "reminders/list.html",
        page=page,
        mail=mail[::-1],
        newest=pick_newest(mail),
        releases=releases,
        names=names,
        can_tell=may_tell,
        to_tell=[entry.key for entry in list_to_tell(entries)] if may_tell else [],
    )
