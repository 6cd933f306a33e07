"""People as their office keeps them."""

IN = 302
KEPT = "/people/<int:person_id>/office"
MATRIX: dict[str, tuple[int, ...]] = {
    "GET /admin/people/new": (200, 404, 404, 404, IN),
    "POST /admin/people/new": (400, 404, 404, 404, IN),
    f"GET {KEPT}": (200, 404, 404, 404, IN),
    f"POST {KEPT}/name": (400, 404, 404, 404, IN),
    f"POST {KEPT}/supervisor": (404, 404, 404, 404, IN),
}
BAD = {f"{KEPT}/name": {"page": KEPT, "typed": {"given_name": ""}}}
NOTHING_TYPED = {f"{KEPT}/supervisor"}
