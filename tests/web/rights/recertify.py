"""Recertifying: whoever may say that it was sent; the words to be agreed to are the offices' to keep."""

from kit.world import World

from certtrack.services.organizations import get_organization

IN = 302
AT = "/people/<int:person_id>/certifications/<int:certification_id>"
STEPS = "<any(exam, hours, evidence, statement, fee, send):step>"
OFFICE = "<int:organization_id>"
MATRIX: dict[str, tuple[int, ...]] = {
    f"GET {AT}/recertify": (200, 200, 200, 404, IN),
    f"GET {AT}/recertify/{STEPS}": (200, 200, 200, 404, IN),
    f"POST {AT}/recertify/{STEPS}": (400, 400, 400, 404, IN),
    f"POST {AT}/recertify/statement/take-back": (404, 404, 404, 404, IN),
    f"GET {AT}/packet": (200, 200, 200, 404, IN),
    "GET /wordings": (200, 404, 404, 404, IN),
    f"GET /wordings/{OFFICE}/new": (200, 404, 404, 404, IN),
    f"POST /wordings/{OFFICE}/new": (400, 404, 404, 404, IN),
}
BAD = {f"{AT}/recertify/{STEPS}": {"typed": {"fee_way": "paid"}}}
NOTHING_TYPED = {f"{AT}/recertify/statement/take-back"}


def record(world: World, _numbers: dict[str, int]) -> dict[str, str]:
    """What stands for what in these addresses."""
    with world.database.reading() as session:
        return {STEPS: "fee", OFFICE: str(get_organization(session, "lakeside").id)}
