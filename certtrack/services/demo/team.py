"""Views that the supervisor of the demonstration has saved of the team."""

from certtrack.security import Actor
from certtrack.services.demo.place import Place
from certtrack.services.saved_views import save_view

_VIEWS = {"Hours to earn": "open=hours", "No mail arrives": "open=mail"}


def add_views(place: Place, supervisor: Actor) -> None:
    """Two, so that it shows what a saved view is."""
    if supervisor.account_id is None:
        return
    for name, query in _VIEWS.items():
        save_view(place.session, supervisor.account_id, "team", name, query, actor=supervisor, at=place.at)
