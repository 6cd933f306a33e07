"""The office's own pages: accounts, and the audit."""

from kit.world import World

from certtrack.security import Role

IN = 302
_ONE = "/admin/accounts/<int:account_id>"
MATRIX: dict[str, tuple[int, ...]] = {
    "GET /admin": (200, 404, 404, 404, IN),
    "GET /admin/accounts": (200, 404, 404, 404, IN),
    "GET /admin/accounts/new": (200, 404, 404, 404, IN),
    "POST /admin/accounts/new": (400, 404, 404, 404, IN),
    f"GET {_ONE}": (200, 404, 404, 404, IN),
    f"POST {_ONE}/roles": (400, 404, 404, 404, IN),
    f"POST {_ONE}/roles/<int:role_id>/end": (409, 404, 404, 404, IN),
    f"POST {_ONE}/link": (302, 404, 404, 404, IN),
    f"POST {_ONE}/<any(close, open):way>": (409, 404, 404, 404, IN),
    "GET /admin/audit": (200, 404, 404, 404, IN),
    "GET /admin/audit/verify": (404, 404, 404, 404, IN),
}
BAD = {f"{_ONE}/roles": {"page": _ONE}}
NOTHING_TYPED = {f"{_ONE}/roles/<int:role_id>/end", f"{_ONE}/link", f"{_ONE}/<any(close, open):way>"}


def record(world: World, _numbers: dict[str, int]) -> dict[str, str]:
    """Somebody's account, beside those of the readers."""
    number = world.account("zoe", Role.AUDITOR)
    return {"<int:account_id>": str(number), "<int:role_id>": "99999", "<any(close, open):way>": "open"}
