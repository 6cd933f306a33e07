"""Scores as people write them."""

import re

from certtrack.rules.exams import WHOLE

_SCORE = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?\s*%?")


def read_score(text: str) -> int | None:
    """The score in hundredths of a percent: `91`, `91.5`, `91,5 %`; None for an empty text.

    Raises ValueError for what is no number between 0 and 100 with two places at most.
    """
    if not text.strip():
        return None
    found = _SCORE.fullmatch(text.strip())
    score = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else WHOLE + 1
    if score > WHOLE:
        raise ValueError(f"{text!r} is no score between 0 and 100")
    return score


def write_score(score: int | None) -> str:
    """The score as `read_score` reads it, without needless places; empty for None."""
    if score is None:
        return ""
    whole, rest = divmod(score, 100)
    return f"{whole}.{rest:02}".rstrip("0") if rest else str(whole)
