"""Views of lists that an account has given a name: kept, replaced by the same name, deleted."""

from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.inserting import insert_unless_there
from certtrack.db.models import SavedView
from certtrack.errors import BadInput, NotFound
from certtrack.security import Actor

ViewPage = Literal["team", "coverage", "people"]
PAGES: tuple[ViewPage, ...] = get_args(ViewPage)
LONGEST_NAME, LONGEST_QUERY = 60, 500
MOST = 30


class BadView(BadInput):
    """A view can't be saved; `problem` says why: its name is missing or too long, or there are as many as may be."""

    def __init__(self, problem: Literal["missing", "too_long", "too_many"]) -> None:
        super().__init__(f"This view can't be saved ({problem}).")
        self.problem = problem


def save_view(
    session: Session, account_id: int, page: ViewPage, name: str, query: str, *, actor: Actor, at: datetime
) -> SavedView:
    """Keep these filters under the name; the same name again stands for the new ones. Raises BadView."""
    name = " ".join(name.split())
    if not name:
        raise BadView("missing")
    if len(name) > LONGEST_NAME or len(query) > LONGEST_QUERY:
        raise BadView("too_long")
    mine = (SavedView.account_id == account_id, SavedView.page == page)
    named = select(SavedView).where(*mine, SavedView.name == name).with_for_update()
    view = session.scalar(named)
    if view is None and (session.scalar(select(func.count()).where(*mine)) or 0) >= MOST:
        raise BadView("too_many")
    if view is None:
        # whoever presses twice sends the same name at the same moment: the second one finds the first one's
        values = {"account_id": account_id, "page": page, "name": name, "query": query, "saved_at": at}
        insert_unless_there(session, SavedView, **values)
        view = session.scalars(named).one()
    view.query, view.saved_at = query, at
    session.flush()
    _record(session, "view.saved", view, actor, at)
    return view


def delete_view(session: Session, account_id: int, view_id: int, *, actor: Actor, at: datetime) -> SavedView:
    """Take a view of the account's own away. Raises NotFound for one that isn't there, or is somebody else's."""
    view = session.get(SavedView, view_id)
    if view is None or view.account_id != account_id:
        raise NotFound("This view isn't here any more.")
    _record(session, "view.deleted", view, actor, at)
    session.delete(view)
    return view


def _record(session: Session, action: str, view: SavedView, actor: Actor, at: datetime) -> None:
    # neither its name nor its filters: somebody may have typed a person's name into them
    subject = ("saved_view", view.id)
    record_event(session, at=at, actor=actor.key, action=action, subject=subject, details={"page": view.page})
