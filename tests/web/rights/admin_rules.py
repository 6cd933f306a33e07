"""The rules: administrators read them, and put on record what holds for their own people alone."""

from kit.world import World

IN = 302
ONE = "/admin/rules/<pack_key>"
MATRIX: dict[str, tuple[int, ...]] = {
    "GET /admin/rules": (200, 404, 404, 404, IN),
    f"GET {ONE}": (200, 404, 404, 404, IN),
    f"GET {ONE}/<rule_key>": (200, 404, 404, 404, IN),
    f"POST {ONE}/<rule_key>": (400, 404, 404, 404, IN),
}


def record(_world: World, _numbers: dict[str, int]) -> dict[str, str]:
    """Rules that Carol's certification goes by, and what was found nowhere of them."""
    return {"<pack_key>": "us-wi-cps", "<rule_key>": "hours.areas.area_4.minimum.minutes"}
