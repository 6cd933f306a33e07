"""Reminders on paper: one stage's letter, and many at once for those whom no mail reaches."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from certtrack.errors import NotFound
from certtrack.language import translations
from certtrack.security import Task
from certtrack.services.ledger.letters import get_letter, get_letters, note_letters
from certtrack.services.ledger.tellings import NotToBeNoted
from certtrack.services.reminders.unmailed import PAGE, list_unmailed
from certtrack.web.application_form import doing
from certtrack.web.edge import (
    actor,
    locale,
    needs,
    note_look,
    parts,
    reading,
    render,
    show_toast,
    signed_in,
    today,
    writing,
)
from certtrack.web.frame import gettext as _

letters = Blueprint("letters", __name__)

_MOST_PAGES = 100_000


@letters.get("/people/<int:person_id>/reminders/<key>/letter")
@signed_in
def one(person_id: int, key: str) -> ResponseReturnValue:
    """The letter of one stage, ready to be printed, and a button that notes that it was sent."""
    try:
        with reading() as session:
            shown = get_letter(session, parts().rulebook, person_id, key, **doing())
    except NotToBeNoted as error:
        note_look("person.viewed", [person_id])
        return render("letters/none.html", person_id=person_id, hindrance=error.hindrance), 409
    note_look("letters.printed", [shown.person.id])
    return render("letters/print.html", letters=[shown], one=shown, today_on=today(shown.person.zone))


@letters.get("/letters")
@needs(Task.WRITE_LETTERS)
def index() -> str:
    """Those whom no mail reaches, each with what they weren't told, a page at a time."""
    number = min(max(request.args.get("page", 1, type=int), 1), _MOST_PAGES)
    with reading() as session:
        page = list_unmailed(session, actor(), parts().clock.now(), number)
    note_look("people.listed", [one.person.id for one in page.items])
    names = {pack.credential: pack.short_name.of(locale()) for pack in parts().rulebook.packs.list()}
    return render(
        "letters/list.html",
        page=page,
        names=names,
        previous_url=f"/letters?page={number - 1}" if number > 1 else None,
        next_url=f"/letters?page={number + 1}" if number * PAGE < page.total else None,
        is_empty="none" in request.args,
    )


@letters.get("/letters/print")
@needs(Task.WRITE_LETTERS)
def many() -> ResponseReturnValue:
    """The letters that were chosen, each on a page of its own."""
    names = request.args.getlist("letter")
    with reading() as session:
        shown = get_letters(session, parts().rulebook, names, **doing())
    if not shown:
        return redirect("/letters?none=yes")
    note_look("letters.printed", sorted({each.person.id for each in shown}))
    return render("letters/print.html", letters=shown, one=None)


@letters.post("/letters/sent")
@needs(Task.WRITE_LETTERS)
def sent() -> ResponseReturnValue:
    """Note of each of these that it was sent by letter today; those that can't be noted any more are left out."""
    names = request.form.getlist("letter")
    if not names:
        raise NotFound("This page isn't here, or isn't yours to see.")
    with writing() as session:
        noted = note_letters(session, parts().rulebook, names, **doing())
    words = translations(locale()).ngettext(
        "Noted: 1 letter was sent.", "Noted: %(num)d letters were sent.", noted
    )  # fmt: skip
    show_toast(words % {"num": noted} if noted else _("Nothing was noted: these were told already."))
    return redirect("/letters")
