"""One's own record: what is the holder's alone, and what the office sees of it."""

OPEN, IN = (200,) * 5, 302
AT = "/people/<int:person_id>"
MATRIX: dict[str, tuple[int, ...]] = {
    "GET /record": (404, 200, 200, 404, IN),
    f"GET {AT}/transcript": (200, 404, 200, 404, IN),
    f"GET {AT}/looks": (200, 404, 200, 404, IN),
    f"GET {AT}/names": (200, 404, 200, 404, IN),
    f"POST {AT}/names": (404, 404, 409, 404, IN),
    f"GET {AT}/download": (404, 404, 200, 404, IN),
    f"POST {AT}/download": (404, 404, 200, 404, IN),
    "GET /account/calendar": (404, 200, 200, 404, IN),
    "POST /account/calendar/renew": (404, 400, 400, 404, IN),
    "POST /account/calendar/end": (404, 302, 302, 404, IN),
    "GET /calendar/<token>.ics": (404,) * 5,
}
NOTHING_TYPED = {f"{AT}/download", "/account/calendar/renew", "/account/calendar/end"}
