"""The queue, and one's own decisions."""

IN = 302
MATRIX: dict[str, tuple[int, ...]] = {
    "GET /credits/decided": (200, 200, 404, 404, IN),
    "POST /credits/claims/<int:claim_id>/take-back": (409, 409, 404, 404, IN),
}
NOTHING_TYPED = {"/credits/claims/<int:claim_id>/take-back"}
