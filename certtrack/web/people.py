"""One person's record: where each of their certifications stands, and what is to be done next."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, request

from certtrack.errors import NotFound
from certtrack.security import Act, can_act
from certtrack.services.credits.shown import ShownCredit
from certtrack.services.home.page import Card, Home, load_home
from certtrack.services.ledger.tellings import can_tell
from certtrack.web.edge import actor, note_look, parts, reading, render, signed_in
from certtrack.web.numbers import read_number
from certtrack.web.record_frame import LookBack, frame_record, read_look_back
from certtrack.web.timeline import list_steps

people = Blueprint("people", __name__)


@people.get("/people/<int:person_id>")
@signed_in
def person(person_id: int) -> str:
    """The certification whose day comes first; somebody who isn't the reader's to see answers as nobody does."""
    return _show(person_id, None)


@people.get("/people/<int:person_id>/certifications/<int:certification_id>")
@signed_in
def certification(person_id: int, certification_id: int) -> str:
    """The same of one certification of theirs."""
    return _show(person_id, certification_id)


@dataclass(frozen=True, slots=True)
class Shown:
    """A record as its address asks for it; `card` is the certification that is meant, None where there is none.

    `saved` is the credit that was saved right before, `?saved=`, with each certification that it is claimed for.
    """

    home: Home
    asked: LookBack
    card: Card | None
    can_tell: bool
    saved: tuple[tuple[Card, ShownCredit], ...] = ()


def load_shown(person_id: int, certification_id: int | None, *, is_of_any_day: bool = True) -> Shown:
    """The record of that person, and of that certification; without its number of the one whose day comes first.

    Right after a credit was saved it is one that the credit is claimed for. The record is as the address asks for it,
    or else as it is today. Raises NotFound alike for nobody, for somebody who isn't the reader's to see, and for no
    certification of theirs.
    """
    found = parts()
    with reading() as session:
        asked = read_look_back(session) if is_of_any_day else LookBack(None, None, {})
        home = load_home(
            session, found.rulebook, actor(), person_id, found.clock, as_of=asked.as_of, known_at=asked.known_at
        )  # fmt: skip
        may_tell = can_tell(session, actor(), home.page.person.id, home.page.today)
    number = request.args.get("saved", type=read_number) if home.page.is_now else None
    saved = home.list_claims(number) if number is not None else ()
    card = saved[0][0] if saved and certification_id is None else home.find(certification_id)
    if certification_id is not None and card is None:
        raise NotFound(f"There is no certification with the number {certification_id} on this person's record.")
    return Shown(home, asked, card, may_tell, saved)


def describe(shown: Shown) -> dict[str, Any]:
    """What the templates of such a page need, by name."""
    page, card = shown.home.page, shown.card
    return frame_record(page, shown.asked) | {
        "home": shown.home,
        "card": card,
        "saved": shown.saved,
        "steps": list_steps(card.shown) if card is not None else [],
        "can_tell": page.is_now and bool(page.certifications) and shown.can_tell,
        "can_choose": page.last_day is None and can_act(page.relations, Act.CHOOSE_MAIL),
        "can_leave": shown.home.can_leave,
    }


def _show(person_id: int, certification_id: int | None) -> str:
    shown = load_shown(person_id, certification_id)
    note_look("person.viewed", [shown.home.page.person.id])
    return render("people/person.html", **describe(shown))
