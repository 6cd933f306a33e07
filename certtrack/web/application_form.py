"""A form about one certification: shown, read, written once, and shown again with what was typed where it can't be."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from certtrack.clock import today_in
from certtrack.db.models import Certification
from certtrack.errors import NotAllowed, Refused, StaleRecord
from certtrack.services.applications.offer import ApplicationOffer, get_application_offer
from certtrack.services.applications.rights import today_by_pack
from certtrack.services.applications.typed import BadApplication
from certtrack.services.evidence.limits import MOST_FILES, BadFile
from certtrack.services.evidence.shown import list_usable
from certtrack.services.people import get_person
from certtrack.web.credit_form import FormFiles
from certtrack.web.edge import actor, note_look, parts, reading, render, show_toast, today, writing
from certtrack.web.numbers import read_number
from certtrack.web.uploads import FILE_LIMITS, Received, list_uploads, receive_files

AT = "/people/<int:person_id>/certifications/<int:certification_id>"
"""Where the forms about a certification are."""

_LONGEST = 1_500  # what is longer than any text that is taken need not come back whole


@dataclass(frozen=True, slots=True)
class Came:
    """What a form came with: the files that are chosen in it, by number."""

    offer: ApplicationOffer
    files: tuple[int, ...]

    @property
    def certification(self) -> Certification:
        """What the form is about."""
        return self.offer.certification

    @property
    def is_granter(self) -> bool:
        """True where the office that keeps the record gives the certification itself."""
        return self.offer.application is not None and self.offer.application.is_granter

    @property
    def today(self) -> date:
        """The day that it is in the zone of the certification's rules."""
        return today_for(self.offer)


Write = Callable[[Session, Came], str]


def answer_form(
    template: str,
    person_id: int,
    certification_id: int,
    write: Write,
    **values: Any,  # noqa: ANN401  # what the template needs besides
) -> ResponseReturnValue:
    """The form; or what was typed is written, and its own page comes next. What is wrong stands beside it.

    `write` says what was done, for the page that comes next.
    """
    if request.method == "GET":
        return _show(template, person_id, certification_id, Received(), **values)
    came = take_files(lambda session: _get_offer(session, person_id, certification_id).person.id)
    if came.refused:
        return _show(template, person_id, certification_id, came, problems={"upload": "refused"}, **values), 400
    try:
        with writing() as session:
            sentence = write(session, Came(_get_offer(session, person_id, certification_id), came.ids))
    except BadApplication as error:
        return _show(template, person_id, certification_id, came, problems=error.problems, **values), 400
    except BadFile:
        return _show(template, person_id, certification_id, came, problems={"upload": "too_many"}, **values), 400
    except StaleRecord:
        return _show(template, person_id, certification_id, came, is_stale=True, **values), 409
    except NotAllowed:
        raise
    except Refused:
        return _show(template, person_id, certification_id, came, is_refused=True, **values), 409
    show_toast(sentence)
    return redirect(f"/people/{person_id}/certifications/{certification_id}")


def doing() -> dict[str, Any]:
    """Who does it and when, as services want it."""
    return {"actor": actor(), "at": parts().clock.now()}


def get_expected(name: str = "expected_no") -> int:
    """The number of what was seen, 0 where none came, which no version of a record has."""
    try:
        return read_number(request.form.get(name, ""))
    except ValueError:
        return 0


def today_for(offer: ApplicationOffer) -> date:
    """The day that it is in the zone of the certification's rules."""
    return today_by_pack(parts().rulebook, offer.certification, parts().clock.now())


def _show(
    template: str,
    person_id: int,
    certification_id: int,
    came: Received,
    *,
    problems: Mapping[str, str] | None = None,
    **values: Any,  # noqa: ANN401  # likewise
) -> str:
    with reading() as session:
        offer = _get_offer(session, person_id, certification_id)
        person = offer.person
        known = list_usable(session, actor(), person.id, came.ids, today(person.zone)) if came.ids else []
    note_look("person.viewed", [offer.person.id])
    own: dict[str, Any] = {"is_stale": False, "is_refused": False, "step_id": None, "intention_id": None} | values
    return render(
        template,
        offer=offer,
        application=offer.application,
        typed={name: text[:_LONGEST] for name, text in request.form.items()},
        problems=problems or {},
        today_on=today_for(offer),
        files=FormFiles(tuple(known), came.refused),
        limits=FILE_LIMITS,
        **own,
    )


def take_files(find_person: Callable[[Session], int]) -> Received:
    """Files chosen before, and those that came now, put on record for this person.

    `find_person` gives the number once the actor is known to be allowed, and raises where they aren't.
    """
    chosen: list[int] = []
    for text in request.form.getlist("files")[: MOST_FILES + 1]:
        with suppress(ValueError):
            chosen.append(read_number(text))
    uploads = list_uploads()
    if not uploads:
        return Received(tuple(chosen))
    with reading() as session:
        person_id = find_person(session)
    received = receive_files(uploads, person_id)
    return Received(tuple(dict.fromkeys((*chosen, *received.ids))), received.refused)


def _get_offer(session: Session, person_id: int, certification_id: int) -> ApplicationOffer:
    day = today_in(parts().clock, get_person(session, person_id).zone)
    return get_application_offer(session, parts().rulebook, actor(), person_id, certification_id, day)
