"""A certification that somebody brings along, put on record from its certificate."""

IN = 302
AT = "/people/<int:person_id>/certificate"
DAY = "/people/<int:person_id>/certifications/<int:certification_id>/day"
MATRIX: dict[str, tuple[int, ...]] = {
    f"GET {AT}": (200, 404, 404, 404, IN),
    f"POST {AT}": (400, 404, 404, 404, IN),
    f"GET {DAY}": (200, 404, 404, 404, IN),
    f"POST {DAY}": (400, 404, 404, 404, IN),
}
