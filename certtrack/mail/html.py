"""HTML for mail programs: every rule inside its tag, but for the phone's and the dark screen's."""

from functools import cache
from typing import Any

PADDING = "\N{COMBINING GRAPHEME JOINER}\N{ZERO WIDTH NON-JOINER}\N{NO-BREAK SPACE}" * 90
"""What stands after the preview, so that a list of mails shows nothing of the body."""


_KEPT = ' data-css-inline="keep"'


def inline_rules(html: str) -> str:
    """`html` with its rules in style attributes; a block marked as kept stays. Nothing is loaded from anywhere."""
    return str(_inliner().inline(html)).replace(_KEPT, "", 1)


@cache
def _inliner() -> Any:  # noqa: ANN401  # css_inline publishes no types
    import css_inline  # noqa: PLC0415  # 10 MB that only a process that composes needs

    return css_inline.CSSInliner(load_remote_stylesheets=False)
