"""Where the frame of each page leads: at most five addresses in its head, by what the reader is, and the rest folded.

Nothing is linked that isn't there or isn't the reader's to open. A page to lead to has a line in `_TASKS` and one in
`_name_all`, and a place in the rows of `_FIRST` where it is one of the five.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import request

from certtrack.security import Actor, Role, Task, can_do

MOST = 5
_OWN = "/record"
_OWN_PARTS = ("/home", "/people/{person_id}/credits", "/people/{person_id}/supervision")
"""Of one's own record, for whoever has no other page to begin with; others find them from there."""

# None: for everybody with a record of their own, and some for whoever is signed in
_TASKS: dict[str, Task | None] = {
    "/team": Task.SEE_TEAM,
    "/people": Task.LIST_PEOPLE,
    "/coverage": Task.SEE_COVERAGE,
    "/credits": Task.CHECK_QUEUE,
    "/supervision": Task.SEE_SUPERVISION,
    "/findings": Task.SETTLE_FINDINGS,
    "/held": Task.RELEASE_MAIL,
    "/admin": Task.MANAGE_ACCOUNTS,
    "/trainings": Task.RUN_TRAININGS,
    "/exams": Task.ARRANGE_EXAMS,
    "/applications": Task.LIST_APPLICATIONS,
    "/wordings": Task.KEEP_WORDINGS,
    "/admin/rules": Task.CONFIRM_RULES,
    "/offerings": None,
    "/ways-in": None,
    "/resources": None,
    **dict.fromkeys(_OWN_PARTS),
    "/imports": Task.IMPORT,
    _OWN: None,
}
_FOR_ALL = ("/offerings", "/ways-in", "/resources")
"""For whoever is signed in, with a record or without."""
# the first row whose role the reader has is theirs
_FIRST: tuple[tuple[Role, tuple[str, ...]], ...] = (
    (Role.AGENCY_ADMINISTRATOR, ("/people", "/credits", "/findings", "/held", "/admin")),
    (Role.PROGRAMME_ADMINISTRATOR, ("/people", "/credits", "/exams", "/applications", "/findings")),
    (Role.SUPERVISOR, ("/team", "/credits", "/supervision", "/coverage", _OWN)),
    (Role.AUDITOR, ("/people", "/coverage")),
    (Role.SPECIALIST, (*_OWN_PARTS[:2], "/offerings", _OWN_PARTS[2], _OWN)),
)


@dataclass(frozen=True, slots=True)
class NavItem:
    """One link of the navigation."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Nav:
    """Where a page leads: `first` in its head, at most five; `more` folded, whatever else the reader may open."""

    first: tuple[NavItem, ...] = ()
    more: tuple[NavItem, ...] = ()

    def leads_to(self, url: str) -> bool:
        """True where the reader may open the page at that address."""
        return any(item.url == url for item in (*self.first, *self.more))


def make_nav(actor: Actor, gettext: Callable[[str], str]) -> Nav:
    """The links of that reader, named by `gettext`, in the order in which they stand."""
    mine = [url for url, task in _TASKS.items() if _may_open(actor, url, task)]
    chosen = next((urls for role, urls in _FIRST if actor.has(role)), (*_OWN_PARTS, _OWN))[:MOST]
    names = _name_all(gettext)
    nearest = max(mine, key=lambda url: _measure(url, actor), default="")
    items = {
        url: NavItem(names[url], _fill_in(url, actor), url == nearest and _measure(url, actor) > 0) for url in mine
    }
    return Nav(
        tuple(items[url] for url in chosen if url in mine),
        tuple(items[url] for url in mine if url not in (*chosen, *_OWN_PARTS)),
    )


def _name_all(gettext: Callable[[str], str]) -> dict[str, str]:
    return {
        "/team": gettext("Team"),
        "/people": gettext("People"),
        "/coverage": gettext("Coverage"),
        "/credits": gettext("To check"),
        "/supervision": gettext("Supervision"),
        "/findings": gettext("Findings"),
        "/held": gettext("Held mail"),
        "/admin": gettext("Administration"),
        "/trainings": gettext("Trainings"),
        "/exams": gettext("Exams"),
        "/applications": gettext("Applications"),
        "/admin/rules": gettext("Rules"),
        "/wordings": gettext("Words to agree to"),
        "/offerings": gettext("Activities"),
        "/ways-in": gettext("The way in"),
        "/resources": gettext("Links that help"),
        _OWN_PARTS[0]: gettext("Home"),
        _OWN_PARTS[1]: gettext("Credits"),
        _OWN_PARTS[2]: gettext("Supervision"),
        "/imports": gettext("Bring in files"),
        _OWN: gettext("My record"),
    }


def _may_open(actor: Actor, url: str, task: Task | None) -> bool:
    if task is None:
        return url in _FOR_ALL or actor.person_id is not None
    return can_do(actor, task)


def _measure(url: str, actor: Actor) -> int:
    """How near the page lies under that address, 0 where it doesn't: one's own record is nearer than the people."""
    places = (url, f"/people/{actor.person_id}") if url == _OWN else (_fill_in(url, actor),)
    return max((len(place) for place in places if _is_under(place)), default=0)


def _fill_in(url: str, actor: Actor) -> str:
    return url.format(person_id=actor.person_id)


def _is_under(url: str) -> bool:
    return request.path == url or request.path.startswith(f"{url}/")
