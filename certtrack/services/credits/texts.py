"""Texts that people type, made fit for the records."""

import unicodedata

_NO_TEXT = ("Cc", "Cs")  # control characters, and halves of a sign, which PostgreSQL doesn't take
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that turn the order of letters, by which `a<202e>fdp.exe` reads as `aexe.pdf`; letters have their own order."""


def clean(typed: str) -> str:
    """What was typed on one line, white space folded; without control characters, and signs that turn letters round."""
    spaced = " ".join(typed.split())
    return " ".join("".join(letter for letter in spaced if _is_text(letter)).split())


def _is_text(letter: str) -> bool:
    return unicodedata.category(letter) not in _NO_TEXT and letter not in _TURNING
