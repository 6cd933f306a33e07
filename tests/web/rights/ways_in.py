"""Activities, the way in and links that help: found by everybody, kept by administrators, planned by each person."""

AT = "/people/<int:person_id>/certifications/<int:certification_id>"
OPEN, IN = (200,) * 5, 302
MATRIX: dict[str, tuple[int, ...]] = {
    "GET /offerings": (200, 200, 200, 200, IN),
    "GET /offerings/new": (200, 404, 404, 404, IN),
    "POST /offerings/new": (400, 404, 404, 404, IN),
    "GET /offerings/<int:offering_id>": (200, 200, 200, 200, IN),
    "POST /offerings/<int:offering_id>/plan": (404, 302, 302, 404, IN),
    "GET /offerings/<int:offering_id>/amend": (200, 404, 404, 404, IN),
    "POST /offerings/<int:offering_id>/amend": (400, 404, 404, 404, IN),
    "POST /offerings/<int:offering_id>/call-off": (409, 404, 404, 404, IN),
    "POST /people/<int:person_id>/plans/<int:plan_id>/drop": (404, 404, 302, 404, IN),
    f"POST {AT}/what-if/plan": (400, 400, 400, 404, IN),
    "GET /ways-in": (200, 200, 200, 200, IN),
    "GET /ways-in/check": OPEN,
    "POST /ways-in/check": (404,) * 5,
    "GET /ways-in/trainings/<int:training_id>/apply": (404, 404, 404, 404, IN),
    "POST /ways-in/trainings/<int:training_id>/apply": (404, 409, 409, 404, IN),
    "POST /ways-in/trainings/<int:training_id>/withdraw": (404, 404, 409, 404, IN),
    "GET /resources": (200, 200, 200, 200, IN),
    "GET /resources/new": (200, 404, 404, 404, IN),
    "POST /resources/new": (400, 404, 404, 404, IN),
    "GET /resources/<int:resource_id>/amend": (200, 404, 404, 404, IN),
    "POST /resources/<int:resource_id>/amend": (400, 404, 404, 404, IN),
}
NOTHING_TYPED = {
    f"{AT}/what-if/plan",
    "/people/<int:person_id>/plans/<int:plan_id>/drop",
    "/ways-in/check",
    "/ways-in/trainings/<int:training_id>/apply",
    "/ways-in/trainings/<int:training_id>/withdraw",
}
ELSEWHERE = {
    "/offerings/<int:offering_id>/plan": "web/test_ways_in.py",
    "/offerings/<int:offering_id>/call-off": "web/test_ways_in.py",
}
SHARED = {
    "GET /offerings/<int:offering_id>",
    "POST /offerings/<int:offering_id>/plan",
    "POST /ways-in/trainings/<int:training_id>/apply",
}
"""What everybody of the installation sees: activities, and trainings that somebody may apply for."""
