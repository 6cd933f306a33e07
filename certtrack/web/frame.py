"""The frame of every page: what base.html needs, in the reader's language."""

from functools import cache
from typing import Any

from flask import current_app, session
from flask_wtf.csrf import generate_csrf
from jinja2 import Environment

from certtrack.language import LOCALES, keep_together, make_environment, translations
from certtrack.web.assets import Assets
from certtrack.web.locales import locale, other_locale_url
from certtrack.web.nav import Nav, make_nav
from certtrack.web.viewers import Viewer, count_left, find_viewer

EXTENSION = "certtrack_pages"


def make_pages(assets: Assets) -> dict[str, Environment]:
    """The templates of pages, by language."""
    pages, url = {name: make_environment(name, keep_together) for name in LOCALES}, cache(assets.url)
    for jinja in pages.values():
        jinja.globals["asset"] = url
        jinja.globals["csrf_token"] = generate_csrf
    return pages


def render(template: str, **values: Any) -> str:  # noqa: ANN401  # each template has its own values
    """The page, with all that base.html needs. `toast` is the sentence of `show_toast`, or None."""
    pages: dict[str, Environment] = current_app.extensions[EXTENSION]
    return pages[locale()].get_template(template).render(**_frame(find_viewer()), **values)


def render_in(language: str, template: str, **values: Any) -> str:  # noqa: ANN401  # likewise
    """A piece of a page in that language, whatever the reader's is: what others are to read. No frame goes with it."""
    pages: dict[str, Environment] = current_app.extensions[EXTENSION]
    return pages[language].get_template(template).render(**values)


def gettext(sentence: str) -> str:
    """The sentence in the reader's language; N_ marks those that are looked up by a variable."""
    return translations(locale()).gettext(sentence)


def ngettext(one: str, many: str, count: int) -> str:
    """The sentence for so many, in the reader's language; the number stands in for %(num)d."""
    return translations(locale()).ngettext(one, many, count) % {"num": count}


def _frame(viewer: Viewer | None) -> dict[str, Any]:
    return {
        "other_locale_url": other_locale_url(),
        "nav": Nav() if viewer is None or viewer.must_set_up else make_nav(viewer.actor, gettext),
        "viewer": viewer,
        "left_s": count_left(viewer) if viewer else 0,
        "sign_out_url": "/sign-out",
        "home_url": "/" if viewer else "/sign-in",
        "keeper_line": _say_keeper(viewer),
        "toast": keep_together(session.pop("toast")) if "toast" in session else None,
    }


def _say_keeper(viewer: Viewer | None) -> str:
    if viewer is None or viewer.office is None:
        return gettext("Records are kept by your office. Each certification is given by its own program.")
    if viewer.is_granter:
        sentence = gettext("Records kept by %(office)s, the program that gives the certification.")
    else:
        sentence = gettext("Records kept by %(office)s. Each certification is given by its own program.")
    return sentence % {"office": viewer.office}
