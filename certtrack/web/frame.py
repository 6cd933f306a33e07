"""The frame of every page: what base.html needs, in the reader's language."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, request, session
from flask_wtf.csrf import generate_csrf
from jinja2 import Environment

from certtrack.language import LOCALES, make_environment, translations
from certtrack.security import Task, can_do
from certtrack.web.assets import Assets
from certtrack.web.locales import locale, other_locale_url
from certtrack.web.viewers import Viewer, count_left, find_viewer

EXTENSION = "certtrack_pages"
_NAV = (
    ("People", "/people", Task.LIST_PEOPLE),
    ("To check", "/credits", Task.CHECK_QUEUE),
    ("Trainings", "/trainings", Task.RUN_TRAININGS),
    ("Exams", "/exams", Task.ARRANGE_EXAMS),
    ("Supervision", "/supervision", Task.SEE_SUPERVISION),
    ("Applications", "/applications", Task.LIST_APPLICATIONS),
    ("Findings", "/findings", Task.SETTLE_FINDINGS),
    ("Held mail", "/held", Task.RELEASE_MAIL),
)


@dataclass(frozen=True, slots=True)
class NavItem:
    """One link of the navigation."""

    label: str
    url: str
    is_current: bool


def make_pages(assets: Assets) -> dict[str, Environment]:
    """The templates of pages, by language."""
    pages = {name: make_environment(name) for name in LOCALES}
    for jinja in pages.values():
        jinja.globals["asset"] = assets.url
        jinja.globals["csrf_token"] = generate_csrf
    return pages


def render(template: str, **values: Any) -> str:  # noqa: ANN401  # each template has its own values
    """The page, with all that base.html needs. `toast` is the sentence of `show_toast`, or None."""
    pages: dict[str, Environment] = current_app.extensions[EXTENSION]
    return pages[locale()].get_template(template).render(**_frame(find_viewer()), **values)


def gettext(sentence: str) -> str:
    """The sentence in the reader's language; N_ marks those that are looked up by a variable."""
    return translations(locale()).gettext(sentence)


def ngettext(one: str, many: str, count: int) -> str:
    """The sentence for so many, in the reader's language; the number stands in for %(num)d."""
    return translations(locale()).ngettext(one, many, count) % {"num": count}


def _frame(viewer: Viewer | None) -> dict[str, Any]:
    return {
        "other_locale_url": other_locale_url(),
        "nav": _list_nav(viewer),
        "viewer": viewer,
        "left_s": count_left(viewer) if viewer else 0,
        "sign_out_url": "/sign-out",
        "home_url": "/" if viewer else "/sign-in",
        "keeper_line": _say_keeper(viewer),
        "toast": session.pop("toast", None) if "toast" in session else None,
    }


def _list_nav(viewer: Viewer | None) -> list[NavItem]:
    if viewer is None or viewer.must_set_up:
        return []
    return [NavItem(gettext(label), url, _is_under(url)) for label, url, task in _NAV if can_do(viewer.actor, task)]


def _is_under(url: str) -> bool:
    return request.path == url or request.path.startswith(f"{url}/")


def _say_keeper(viewer: Viewer | None) -> str:
    if viewer is None or viewer.office is None:
        return gettext("Records are kept by your office. Each certification is given by its own program.")
    if viewer.is_granter:
        sentence = gettext("Records kept by %(office)s, the program that gives the certification.")
    else:
        sentence = gettext("Records kept by %(office)s. Each certification is given by its own program.")
    return sentence % {"office": viewer.office}
