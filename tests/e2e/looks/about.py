"""What the product says of itself."""

FULL = (("/about/privacy", None),)
NIGHTLY = (("/about/help", None), ("/about/accessibility", None), ("/about/languages", "carol"))
