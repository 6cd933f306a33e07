"""A supervisor's team, the lists beside it, what is shown as a file, and views that somebody saves."""

from kit.world import World

IN = 302


def record(_world: World, _numbers: dict[str, int]) -> dict[str, str]:
    return {"<any(csv, xlsx):kind>": "csv", "<int:view_id>": "99999"}


MATRIX: dict[str, tuple[int, ...]] = {
    "GET /team": (200, 200, 404, 404, IN),
    "GET /team/export.<any(csv, xlsx):kind>": (200, 200, 404, 404, IN),
    "GET /coverage": (200, 200, 404, 404, IN),
    "GET /coverage/export.<any(csv, xlsx):kind>": (200, 200, 404, 404, IN),
    "GET /people/export.<any(csv, xlsx):kind>": (200, 200, 404, 404, IN),
    "GET /people/waiting": (200, 200, 404, 404, IN),
    "GET /team/calendar": (200, 200, 404, 404, IN),
    "POST /team/calendar/renew": (400, 400, 404, 404, IN),
    "POST /team/calendar/end": (302, 302, 404, 404, IN),
    "POST /views": (404, 404, 404, 404, IN),
    "POST /views/<int:view_id>/delete": (404, 404, 404, 404, IN),
}
BAD = {"/views": {"typed": {"name": ""}, "page": "/team"}}
NOTHING_TYPED = {"/views/<int:view_id>/delete", "/team/calendar/renew", "/team/calendar/end"}
