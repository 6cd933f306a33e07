"""Two records of one person."""

IN = 302
MATRIX: dict[str, tuple[int, ...]] = {
    "GET /admin/merges": (200, 404, 404, 404, IN),
    "POST /admin/merges": (400, 404, 404, 404, IN),
    "POST /admin/merges/<int:person_id>/part": (400, 404, 404, 404, IN),
}
ELSEWHERE = {"/admin/merges/<int:person_id>/part": "web/test_admin_merges.py"}
