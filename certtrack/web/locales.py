"""Which language a page is in: what the address asks for, then the cookie, the account, the browser, English."""

from urllib.parse import urlencode

from flask import Response, current_app, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect

from certtrack.language import LOCALES, check_locale
from certtrack.web.parts import parts
from certtrack.web.viewers import find_viewer

_COOKIE = "lang"
_A_YEAR_S = 365 * 24 * 3600


def locale() -> str:
    """The language of this answer, `en` or `es`."""
    if "locale" not in g:
        g.locale = _choose()
    chosen: str = g.locale
    return chosen


def prefer_locale(name: str) -> None:
    """Answer in this language, unless the address or the cookie asks for one."""
    if not any(asked in LOCALES for asked in (request.args.get("lang"), request.cookies.get(_COOKIE))):
        g.locale = name


def other_locale_url() -> str:
    """The address of this page in the other language; where only forms are sent to it, that of the page above it."""
    other = "en" if locale() == "es" else "es"
    is_read = request.method in ("GET", "HEAD") and not isinstance(request.routing_exception, MethodNotAllowed)
    if is_read or g.get("is_of_no_address"):
        return f"{request.path}?{urlencode({**request.args, 'lang': other})}"
    path = find_page_above(request.path)
    asked = request.args if path == request.path else {}
    return f"{path}?{urlencode({**asked, 'lang': other})}"


def tell_no_address() -> None:
    """Lead to the other language at the address as it was asked for, so that the link tells of none that is there."""
    g.is_of_no_address = True


def find_page_above(path: str) -> str:
    """The address itself where a page is read there, else the nearest one above it."""
    known = current_app.create_url_adapter(request)
    while known is not None and path.strip("/"):
        try:
            known.match(path, method="GET")
        except RequestRedirect:
            return path
        except HTTPException:
            path = path.rpartition("/")[0]
        else:
            return path
    return "/"


def keep_locale(response: Response) -> Response:
    """Keep in a cookie the language that the address asked for; after each request."""
    asked = request.args.get("lang")
    if asked in LOCALES and request.cookies.get(_COOKIE) != asked:
        is_https = parts().settings.is_https
        response.set_cookie(_COOKIE, asked, max_age=_A_YEAR_S, httponly=True, samesite="Lax", secure=is_https)
    return response


def _choose() -> str:
    for asked in (request.args.get("lang"), request.cookies.get(_COOKIE)):
        if asked in LOCALES:
            return asked
    viewer = find_viewer()
    if viewer is not None:
        return check_locale(viewer.language)
    return check_locale(request.accept_languages.best_match(LOCALES))
