"""One's own first page, and the parts of a record."""

IN = 302
AT = "/people/<int:person_id>/certifications/<int:certification_id>"
MATRIX: dict[str, tuple[int, ...]] = {
    "GET /home": (404, 200, 200, 404, IN),
    f"GET {AT}": (200, 200, 200, 404, IN),
    "GET /people/<int:person_id>/credits": (200, 200, 200, 404, IN),
    "GET /people/<int:person_id>/path": (200, 200, 200, 404, IN),
    "GET /people/<int:person_id>/supervision": (200, 200, 200, 404, IN),
    "GET /people/<int:person_id>/history": (200, 200, 200, 404, IN),
}
# of somebody who has left their office sees these as they stood on the last day
FROZEN = {
    "GET /people/<int:person_id>/credits",
    "GET /people/<int:person_id>/path",
    "GET /people/<int:person_id>/supervision",
}
