"""Browsers in which an account has signed in before: strangers who try its name elsewhere don't lock these out.

A cookie holds a number of the browser's own and a signature for each account. It signs nobody in.
"""

import secrets

from flask import Response, after_this_request, request

from certtrack.settings import load_secret_key
from certtrack.signing import Signer, make_signer
from certtrack.web.parts import parts

_COOKIE = "known"
_HALF_A_YEAR_S = 183 * 24 * 3600
_MOST = 8  # accounts of one browser, such as that of an office's shared computer


def find_known(sign_in_name: str) -> str | None:
    """The number of this browser, if that account has signed in here before; None where it hasn't."""
    number, marks = _read()
    return number if number and any(_signer().is_signed(mark, number, _fold(sign_in_name)) for mark in marks) else None


def remember_browser(sign_in_name: str) -> None:
    """The account has signed in here: the answer's cookie says so, for half a year."""
    number, marks = _read()
    number = number or secrets.token_hex(16)
    mark = _signer().sign(number, _fold(sign_in_name))
    kept = [mark, *(other for other in marks if other != mark)][:_MOST]

    @after_this_request
    def _set(response: Response) -> Response:
        response.set_cookie(
            _COOKIE, ".".join([number, *kept]), max_age=_HALF_A_YEAR_S, path="/",
            httponly=True, samesite="Lax", secure=parts().settings.is_https,
        )  # fmt: skip
        return response


def _read() -> tuple[str, list[str]]:
    number, *marks = request.cookies.get(_COOKIE, "").split(".")
    return number, marks[:_MOST]


def _fold(sign_in_name: str) -> str:
    return sign_in_name.strip().lower()


def _signer() -> Signer:
    return make_signer(load_secret_key(parts().settings), "certtrack.known-browser")
