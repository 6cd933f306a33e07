"""What was decided about one person's mails, each stage in a sentence, with its attempts and the server's answers."""

from flask import Blueprint

from certtrack.services.ledger.mail_why import pick_newest
from certtrack.services.mail_page import get_mail_page
from certtrack.web.edge import actor, locale, note_look, parts, reading, render, signed_in

reminders = Blueprint("reminders", __name__)


@reminders.get("/people/<int:person_id>/reminders")
@signed_in
def ledger(person_id: int) -> str:
    """The newest decision and what comes next, then each stage, the latest first; for whoever may see the mail."""
    with reading() as session:
        shown = get_mail_page(session, parts().rulebook, actor(), person_id, parts().clock)
    note_look("reminders.viewed", [shown.page.person.id])
    names = {one.certification.id: one.pack.short_name.of(locale()) for one in shown.page.certifications}
    return render(
        "reminders/list.html",
        page=shown.page,
        mail=shown.mail[::-1],
        newest=pick_newest(shown.mail),
        releases=shown.releases,
        names=names,
        can_tell=shown.can_tell,
        to_tell=shown.to_tell,
    )
