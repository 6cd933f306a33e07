"""Whom mail doesn't reach, and their addresses, which the office mends."""

from dataclasses import astuple
from datetime import date

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from certtrack.auth.account_mail import queue_word_of_addresses
from certtrack.errors import StaleRecord
from certtrack.security import Task
from certtrack.services.addresses import (
    ADDRESS_FIELDS,
    Addresses,
    BadAddresses,
    get_mendable,
    mend_addresses,
    read_addresses,
)
from certtrack.services.overview import find_zone
from certtrack.services.people import fold_address
from certtrack.services.undeliverable import PAGE, list_undeliverable
from certtrack.web.edge import actor, locale, needs, note_look, parts, reading, render, show_toast, today, writing
from certtrack.web.frame import gettext as _

undeliverable = Blueprint("undeliverable", __name__)

_PATH = "/people/<int:person_id>/addresses"
_MOST_PAGES = 100_000


@undeliverable.get("/undeliverable")
@needs(Task.LIST_UNREACHED)
def index() -> str:
    """Whom mail doesn't reach, whose day is nearest first."""
    number = min(max(request.args.get("page", 1, type=int), 1), _MOST_PAGES)
    with reading() as session:
        now = today(find_zone(session, actor()))
        page = list_undeliverable(session, actor(), today=now, at=parts().clock.now(), page=number)
    note_look("people.listed", [item.person.id for item in page.items])
    packs = parts().rulebook.packs.list()
    return render(
        "undeliverable/list.html",
        page=page,
        now=now,
        credential_names={pack.credential: pack.name.of(locale()) for pack in packs},
        previous_url=f"/undeliverable?page={number - 1}" if number > 1 else None,
        next_url=f"/undeliverable?page={number + 1}" if number * PAGE < page.total else None,
    )


@undeliverable.get(_PATH)
@needs(Task.LIST_UNREACHED)
def addresses(person_id: int) -> str:
    """Somebody's addresses, to be mended."""
    return _show(person_id)


@undeliverable.post(_PATH)
@needs(Task.LIST_UNREACHED)
def mend(person_id: int) -> ResponseReturnValue:
    """Put the addresses on record, and tell where mail went until now; else what was typed stays on the page."""
    seen = Addresses(*(fold_address(request.form.get(f"seen_{field}")) for field in ADDRESS_FIELDS))
    at = parts().clock.now()
    try:
        with writing() as session:
            person = get_mendable(session, actor(), person_id, _find_today())
            new = read_addresses(*(request.form.get(field, "") for field in ADDRESS_FIELDS))
            mend_addresses(session, person, new, seen=seen, actor=actor(), at=at)
            queue_word_of_addresses(session, parts().settings, person, astuple(seen), at=at)
            number, name, has_address = person.id, person.shown_name, person.address is not None
    except BadAddresses as error:
        return _show(person_id, bad=error.fields), 400
    except StaleRecord:
        return _show(person_id, is_stale=True), 409
    said = _("Saved. What couldn't be mailed to %(name)s goes out to the new address, as far as it is still true.")
    show_toast((said if has_address else _("Saved. No address of %(name)s is on record.")) % {"name": name})
    return redirect(f"/people/{number}")


def _show(person_id: int, *, bad: tuple[str, ...] = (), is_stale: bool = False) -> str:
    with reading() as session:
        person = get_mendable(session, actor(), person_id, _find_today())
    note_look("person.viewed", [person.id])
    return render("undeliverable/addresses.html", person=person, typed=request.form, bad=bad, is_stale=is_stale)


def _find_today() -> date:
    with reading() as session:
        zone = find_zone(session, actor())
    return today(zone)
