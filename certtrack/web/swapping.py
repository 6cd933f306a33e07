"""Parts of a page that a script exchanges in place: the same address, the same right, and only less of the page."""

from urllib.parse import urlsplit

from flask import redirect, request
from werkzeug.wrappers import Response


def wants_part() -> bool:
    """True where a script of ours asks for the part that it exchanges, and not a browser for the page."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


def lead_to(url: str) -> Response:
    """Take the reader to another page: with a script's answer the whole window goes there, and not a part of it."""
    return Response(headers={"HX-Redirect": url}) if wants_part() else redirect(url)


def find_page() -> str:
    """The address of ours at which the reader is, with its query: of the page itself where a part of it was asked for.

    Of a form that was sent, which can't be opened, it is the start.
    """
    if wants_part():
        came_from = urlsplit(request.headers.get("HX-Current-URL", ""))
        return f"{came_from.path or '/'}{'?' if came_from.query else ''}{came_from.query}"
    return request.full_path.rstrip("?") if request.method == "GET" else "/"
