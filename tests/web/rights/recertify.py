"""Recertifying: whoever may say that it was sent; the words to be agreed to are the offices' to keep."""

from kit.world import World

IN = 302
AT = "/people/<int:person_id>/certifications/<int:certification_id>"
STEPS = "<any(exam, hours, evidence, statement, fee, send):step>"
MATRIX: dict[str, tuple[int, ...]] = {
    f"GET {AT}/recertify": (200, 200, 200, 404, IN),
    f"GET {AT}/recertify/{STEPS}": (200, 200, 200, 404, IN),
    f"POST {AT}/recertify/{STEPS}": (400, 400, 400, 404, IN),
    f"POST {AT}/recertify/statement/take-back": (404, 404, 409, 404, IN),
    f"GET {AT}/packet": (200, 200, 200, 404, IN),
    "GET /wordings": (200, 404, 404, 404, IN),
    "GET /wordings/<int:organization_id>/new": (200, 404, 404, 404, IN),
    "POST /wordings/<int:organization_id>/new": (400, 404, 404, 404, IN),
}


def record(world: World, _numbers: dict[str, int]) -> dict[str, str]:
    """What stands for what in these addresses."""
    return {STEPS: "fee", "<int:organization_id>": str(world.organization_id)}
