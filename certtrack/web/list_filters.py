"""The filters of a list of people as they stand in its address: a link to what is seen shows the same to others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from urllib.parse import urlencode

from flask import request

from certtrack.errors import NotAllowed
from certtrack.security import Task, can_do
from certtrack.services.people_list import OPEN, Filters, Open, Place, read_place
from certtrack.web.days import read_day
from certtrack.web.edge import actor, locale, parts, today
from certtrack.web.viewers import find_viewer

VALIDITIES = (
    *("current", "grace", "late", "exam_route", "full_route", "not_yet", "not_established"),
    *("suspended", "revoked", "retired"),
)
NAMES = ("words", "standing", "credential", "open", "due_before", "as_of")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for. `errors` are the fields with a day that is none, which narrow nothing."""

    filters: Filters
    typed: Mapping[str, str]
    errors: dict[str, bool] = field(default_factory=dict)

    @property
    def query(self) -> str:
        """The filters as they stand in the address, whatever the page of the list; empty without any."""
        return urlencode({name: value for name, value in self.typed.items() if value and name in NAMES})


def find_today() -> date:
    """The day that it is at the reader's office."""
    return today(find_zone())


def find_zone() -> str:
    """The zone of the reader's office, which is known already; UTC where there is no office yet."""
    viewer = find_viewer()
    if viewer is None:
        raise NotAllowed("This page isn't here, or isn't yours to see.")
    return viewer.zone


def read_asked(now: date, *, is_team: bool = False) -> Asked:
    """What the address asks for; a day that is none is left out and told, and today is as if no day were asked for."""
    typed = {name: request.args.get(name, "").strip()[:_LONGEST] for name in (*NAMES, "after", "before")}
    errors: dict[str, bool] = {}
    days: dict[str, date | None] = {}
    for name in ("as_of", "due_before"):
        try:
            days[name] = read_day(typed[name])
        except ValueError:
            days[name], errors[name] = None, True
    if days["as_of"] == now:
        typed["as_of"] = ""  # the form always says a day: what is saved of today's list is the list of each day
    filters = Filters(
        as_of=days["as_of"] or now,
        words=typed["words"],
        validity=typed["standing"] if typed["standing"] in VALIDITIES else "",
        credential=typed["credential"],
        open=next((one for one in list_open() if one == typed["open"]), ""),
        due_before=days["due_before"],
        after=read_place(typed["after"]),
        before=read_place(typed["before"]),
        is_team=is_team,
    )
    return Asked(filters, typed, errors)


def list_open() -> list[Open]:
    """What can be asked for as open; of mail only whoever may list whom it doesn't reach."""
    return [one for one in OPEN if one != "mail" or can_do(actor(), Task.LIST_UNREACHED)]


class _Paged(Protocol):
    """A page that says where the ones beside it begin and end."""

    @property
    def next_place(self) -> Place | None: ...
    @property
    def previous_place(self) -> Place | None: ...


def list_turns(path: str, asked: Asked, page: _Paged) -> dict[str, str | None]:
    """The addresses of the same list's beginning and of the pages beside this one; None where there is none."""
    return {
        "first_url": make_url(path, asked) if asked.filters.place else None,
        "previous_url": make_url(path, asked, before=page.previous_place) if page.previous_place else None,
        "next_url": make_url(path, asked, after=page.next_place) if page.next_place else None,
    }


def make_url(path: str, asked: Asked, **place: Place) -> str:
    """The address of the same list: from its beginning, or `after` or `before` a place."""
    query = "&".join(part for part in (asked.query, urlencode(place)) if part)
    return f"{path}?{query}" if query else path


def name_credentials() -> dict[str, str]:
    """What each credential is called whose rules are used here, by its code, in the reader's language."""
    return {pack.credential: pack.name.of(locale()) for pack in parts().rulebook.packs.list()}
