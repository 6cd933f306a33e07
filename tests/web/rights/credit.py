"""The form for a credit: its files, and what it would change."""

IN = 302
PERSON = "/people/<int:person_id>"
CREDITS, CREDIT = f"{PERSON}/credits", f"{PERSON}/credits/<int:credit_id>"
MATRIX: dict[str, tuple[int, ...]] = {
    f"POST {CREDITS}/files": (400, 400, 400, 404, IN),
    f"POST {CREDIT}/files": (400, 400, 400, 404, IN),
    f"POST {CREDITS}/preview": (200, 200, 200, 404, IN),
    f"POST {CREDIT}/preview": (200, 200, 200, 404, IN),
}
BAD = {f"{CREDITS}/new": {"page": f"{CREDITS}/new?blank=y"}}
# a button of the form sends it there
ELSEWHERE = dict.fromkeys(
    (f"{CREDITS}/files", f"{CREDIT}/files", f"{CREDITS}/preview", f"{CREDIT}/preview"), "web/test_credit_form.py"
)
