"""Somebody's times at offices."""

IN = 302
KEPT = "/people/<int:person_id>/office"
MATRIX: dict[str, tuple[int, ...]] = {
    f"GET {KEPT}/join": (200, 404, 404, 404, IN),
    f"POST {KEPT}/join": (400, 404, 404, 404, IN),
    f"POST {KEPT}/first-day": (404, 404, 404, 404, IN),
}
BAD = {f"{KEPT}/first-day": {"page": KEPT}}
ELSEWHERE = {f"{KEPT}/join": "web/test_admin_affiliations.py"}
