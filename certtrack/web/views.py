"""Views of lists that somebody saves under a name, for themselves alone."""

from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from certtrack.errors import NotFound
from certtrack.security import Task
from certtrack.services.saved_views import PAGES, BadView, ViewPage, delete_view, save_view
from certtrack.web.edge import actor, needs, parts, render, show_toast, writing
from certtrack.web.frame import gettext as _
from certtrack.web.list_filters import NAMES

views = Blueprint("views", __name__)


@views.post("/views")
@needs(Task.LIST_PEOPLE)
def save() -> Response | tuple[str, int]:
    """Keep what is shown under a name; where that can't be, what was typed stays on the page."""
    page, query = _read_page(), _read_query()
    try:
        with writing() as session:
            name = request.form.get("name", "")
            save_view(session, _get_account(), page, name, query, actor=actor(), at=parts().clock.now())
    except BadView as error:
        return render("team/view.html", page=page, query=query, name=name, problem=error.problem), 400
    show_toast(_("Saved. This view has a link of its own on the page now."))
    return redirect(f"/{page}?{query}" if query else f"/{page}")


@views.post("/views/<int:view_id>/delete")
@needs(Task.LIST_PEOPLE)
def delete(view_id: int) -> Response:
    """Take one of the reader's own views away."""
    with writing() as session:
        page = delete_view(session, _get_account(), view_id, actor=actor(), at=parts().clock.now()).page
    show_toast(_("Deleted. The people and their records are as they were."))
    return redirect(f"/{page}")


def _get_account() -> int:
    number = actor().account_id
    if number is None:
        raise NotFound("This page isn't here, or isn't yours to see.")
    return number


def _read_page() -> ViewPage:
    page = request.form.get("page", "")
    if page not in PAGES:
        raise NotFound("This page isn't here, or isn't yours to see.")
    return page


def _read_query() -> str:
    """The filters alone, whatever else was sent: the query leads to a page of ours."""
    return urlencode([(name, value) for name, value in parse_qsl(request.form.get("query", "")) if name in NAMES])
