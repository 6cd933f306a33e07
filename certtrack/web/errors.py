"""What is said where a page can't be, with what to do; alike for "not here" and "not yours"."""

import re
from collections.abc import Iterable, Sequence

from flask import Flask, Response, g, make_response, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from certtrack.errors import BadInput, NoOrganization, NotAllowed, NotFound, Refused, StaleRecord
from certtrack.logs import get_log
from certtrack.services.evidence.limits import LARGEST_MB
from certtrack.services.evidence.store import StoreAway
from certtrack.web.frame import render
from certtrack.web.locales import locale, tell_no_address
from certtrack.web.viewers import forget_viewer

_SHOWN = frozenset({400, 404, 405, 409, 413, 429, 500, 503})
_NEVER_SHOWN = frozenset(
    {"csrf_token", "next", "password", "again", "current", "code", "draft_at", "kept_form", "form_key"}
)
_CODE = re.compile(r"y|[a-z]+(?:_[a-z]+)+|[0-9]+")  # what a form carries by itself, or names a choice by


def register_errors(app: Flask) -> None:
    """Give `app` a page for each error."""
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(CSRFError, answer_expired)
    app.register_error_handler(NotFound, lambda _error: _page(404))
    app.register_error_handler(NoOrganization, lambda _error: _page(409, "no_organization"))
    app.register_error_handler(NotAllowed, lambda _error: _page(404))
    app.register_error_handler(BadInput, lambda _error: _page(400))
    app.register_error_handler(StaleRecord, lambda _error: _page(409))
    app.register_error_handler(StoreAway, _answer_store)
    app.register_error_handler(Refused, lambda _error: _page(409))
    app.register_error_handler(DBAPIError, _answer_database)
    app.register_error_handler(Exception, _answer_unexpected)


def _answer_http(error: HTTPException) -> Response:
    code = 404 if error.code in (401, 403) else error.code or 500
    if code < 400:  # a redirect is no error
        return make_response(error.get_response())
    answer = _page(code if code in _SHOWN else 400 if code < 500 else 500)  # the two classes of errors
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            answer.headers[name] = value
    return answer


def answer_expired(_error: CSRFError | None = None) -> Response:
    """The page was open for too long: nothing was done, and what was typed is shown, to be taken along."""
    return _page(400, "expired", list_typed())


def list_typed() -> list[str]:
    """What somebody has typed into the form that came: no password, no number that a form carries by itself."""
    return list_written(request.form.items(multi=True))


def list_written(fields: Iterable[tuple[str, str]]) -> list[str]:
    """The values of a form's fields that somebody has written."""
    return [value for name, value in fields if name not in _NEVER_SHOWN and _is_written(value)]


def _answer_database(error: DBAPIError) -> Response:
    get_log().error("database_away", kind=type(error.orig).__name__)
    _forget()
    return _page(503)


def _answer_store(error: StoreAway) -> Response:
    get_log().error("files_away", kind=type(error.__cause__).__name__)
    return _page(503)


def _answer_unexpected(error: Exception) -> Response:
    get_log().error("page_broke_off", kind=type(error).__name__, exc_info=True)
    _forget()
    return _page(500)


def _forget() -> None:
    # the frame must not ask the database again
    asked = g.get("locale")
    forget_viewer()
    g.viewer = None
    if asked:
        g.locale = asked


def _is_written(value: str) -> bool:
    return bool(value.strip()) and _CODE.fullmatch(value.strip()) is None


def _page(code: int, kind: str | None = None, typed: Sequence[str] = ()) -> Response:
    locale()
    if code == 404:
        tell_no_address()
    page = render("errors/error.html", code=code, kind=kind or str(code), typed=typed, file_mb=LARGEST_MB)
    return make_response(page, code)
