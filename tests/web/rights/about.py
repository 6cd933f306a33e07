"""What the product says of itself: open to everybody, signed in or not."""

OPEN = (200,) * 5
MATRIX: dict[str, tuple[int, ...]] = {
    "GET /about/help": OPEN,
    "GET /about/privacy": OPEN,
    "GET /about/accessibility": OPEN,
    "GET /about/languages": OPEN,
}
