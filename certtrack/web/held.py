"""Held mail: what waits, for which cause, and its release by a person who has read what it does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Alarm, RuleConfirmation
from certtrack.db.together import ask_together
from certtrack.language import translations
from certtrack.security import Task, list_places
from certtrack.services.alarms import order_alarms, select_alarms
from certtrack.services.former import closed_people
from certtrack.services.overview import PAGE
from certtrack.services.reader_zone import find_zone, select_zone_of, tell_zone
from certtrack.services.reminders.causes import release_all, release_cause, release_person
from certtrack.services.reminders.held_mail import HeldCause, HeldList, HeldPerson, count_mails, load_held_mail
from certtrack.services.rulebook import tell_confirmed
from certtrack.web.edge import actor, locale, needs, note_look, parts, reading, render, show_toast, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number

held = Blueprint("held", __name__)

_MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be released: `what` is `cause`, `person` or `all`, `named` its key or number.

    `people` are those whom it is about; `cause` is None unless it is one.
    """

    what: str
    named: str
    people: tuple[HeldPerson, ...]
    cause: HeldCause | None = None

    @property
    def mails(self) -> int:
        """How many mails go out."""
        return count_mails(self.people)


@dataclass(frozen=True, slots=True)
class HeldPage:
    """The people of one page of those who wait. `first` counts from 1; an address is None where there is no page."""

    people: tuple[HeldPerson, ...]
    total: int
    first: int
    previous_url: str | None
    next_url: str | None


@held.get("/held")
@needs(Task.RELEASE_MAIL)
def index() -> str:
    """What waits for release, oldest cause first, and whether mail goes out; `?gone`: a release came too late.

    Each cause is on each page, with those of its people who are on it.
    """
    with reading() as session:
        alarms, zone = _load_frame(session)
        found = _load_own(session)
    causes = found.causes
    everybody = _list_people(causes)
    page = _cut(everybody)
    note_look("held.listed", [person.person_id for person in page.people])
    return render(
        "held/list.html",
        causes=causes,
        page=page,
        tables=_share_out(causes, page),
        alarms=alarms,
        zone=zone,
        left=found.closed,
        all_mails=count_mails(everybody),
        is_gone="gone" in request.args,
    )


@held.get("/held/release")
@needs(Task.RELEASE_MAIL)
def ask() -> ResponseReturnValue:
    """Says what a release does, before anything happens."""
    asked = _find_asked(request.args)
    if asked is None:
        return _say_nothing_waits()
    with reading() as session:
        zone = find_zone(session, actor())
    page = _cut(asked.people)
    note_look("held.listed", [person.person_id for person in page.people])
    return render("held/release.html", asked=asked, page=page, zone=zone)


@held.post("/held/release")
@needs(Task.RELEASE_MAIL)
def release() -> ResponseReturnValue:
    """Release a cause, a person or everything; a second time nothing waits there, and nothing is done."""
    asked = _find_asked(request.form)
    if asked is None:
        return _say_nothing_waits()
    with writing() as session:
        waited = _release(session, asked)
    show_toast(_say_released(asked.mails) if waited else _("Released. Nothing was waiting to go out just now."))
    return redirect("/held")


def _release(session: Session, asked: Asked) -> int:
    values: dict[str, Any] = {"actor": actor(), "at": parts().clock.now()}
    places = list_places(actor(), Task.RELEASE_MAIL)
    each: Callable[[int | None], int]
    if asked.cause is not None:
        key = asked.cause.key
        each = lambda place: release_cause(session, key, organization_id=place, **values)  # noqa: E731  # one of three
    elif asked.what == "person":
        number = int(asked.named)
        each = lambda place: release_person(session, number, organization_id=place, **values)  # noqa: E731  # one of three
    else:
        each = lambda place: release_all(session, organization_id=place, **values)  # noqa: E731  # one of three
    return sum(each(place) for place in ([None] if places is None else sorted(places)))


def _list_own() -> tuple[HeldCause, ...]:
    with reading() as session:
        return _load_own(session).causes


def _load_own(session: Session) -> HeldList:
    """Without those who have left: nothing on their records is the reader's to decide."""
    places = list_places(actor(), Task.RELEASE_MAIL)
    closed = closed_people(actor(), today(find_zone(session, actor()))).subquery().select()
    return load_held_mail(session, parts().rulebook, places, parts().clock.now(), closed)


def _load_frame(session: Session) -> tuple[list[Alarm], str]:
    """The alarms that are open, and the reader's zone; what was confirmed of the rules is known with them."""
    alarms, zones, confirmed = ask_together(session, select_alarms(), select_zone_of(actor()), select(RuleConfirmation))
    tell_confirmed(session, confirmed)
    tell_zone(session, actor(), zones)
    return order_alarms(alarms), find_zone(session, actor())


def _list_people(causes: tuple[HeldCause, ...]) -> list[HeldPerson]:
    return [person for cause in causes for person in (*cause.people, *cause.by_name)]


def _cut(people: Sequence[HeldPerson]) -> HeldPage:
    """The page that the address asks for, from 1."""
    number = min(max(request.args.get("page", 1, type=int), 1), _MOST_PAGES)
    first = (number - 1) * PAGE
    before, after = (f"{request.path}?{urlencode({**request.args, 'page': one})}" for one in (number - 1, number + 1))
    return HeldPage(
        people=tuple(people[first : first + PAGE]),
        total=len(people),
        first=first + 1,
        previous_url=before if number > 1 else None,
        next_url=after if number * PAGE < len(people) else None,
    )


def _share_out(causes: tuple[HeldCause, ...], page: HeldPage) -> list[dict[str, Sequence[HeldPerson]]]:
    """Of each cause those of its people who are on the page: `people`, and those `by_name`."""
    found, start = [], 1
    for cause in causes:
        its: dict[str, Sequence[HeldPerson]] = {}
        for name, people in (("people", cause.people), ("by_name", cause.by_name)):
            its[name] = people[max(page.first - start, 0) : max(page.first + PAGE - start, 0)]
            start += len(people)
        found.append(its)
    return found


def _find_asked(fields: Any) -> Asked | None:  # noqa: ANN401  # a query or a form
    causes = _list_own()
    if key := fields.get("cause", ""):
        for cause in causes:
            if cause.key == key and cause.people:
                return Asked("cause", key, cause.people, cause)
    elif number := fields.get("person", type=read_number):
        people = tuple(person for person in _list_people(causes) if person.person_id == number)
        if people:
            return Asked("person", str(number), people)
    elif fields.get("all") and causes:
        return Asked("all", "1", tuple(_list_people(causes)))
    return None


def _say_nothing_waits() -> ResponseReturnValue:
    return redirect("/held?gone=yes")


def _say_released(mails: int) -> str:
    words = translations(locale()).ngettext(
        "Released. 1 mail goes out at its hour.", "Released. %(num)d mails go out at their hours.", mails
    )
    return words % {"num": mails}
