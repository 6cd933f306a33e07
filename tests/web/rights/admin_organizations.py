"""Organizations as administrators keep them; new ones, and what one gives, are for whoever administers everywhere."""

from kit.world import World

IN = 302
_ONE = "/admin/organizations/<int:organization_id>"
MATRIX: dict[str, tuple[int, ...]] = {
    "GET /admin/organizations": (200, 404, 404, 404, IN),
    "GET /admin/organizations/new": (404, 404, 404, 404, IN),
    "POST /admin/organizations/new": (404, 404, 404, 404, IN),
    f"GET {_ONE}": (200, 404, 404, 404, IN),
    f"POST {_ONE}": (400, 404, 404, 404, IN),
    f"POST {_ONE}/roles": (404, 404, 404, 404, IN),
}
BAD = {_ONE: {"typed": {"name": "", "contact": "nobody of this name"}}}
ELSEWHERE = {
    "/admin/organizations/new": "web/test_admin_organizations.py",
    f"{_ONE}/roles": "web/test_admin_organizations.py",
}


def record(world: World, _numbers: dict[str, int]) -> dict[str, str]:
    """The office itself."""
    return {"<int:organization_id>": str(world.organization_id)}
