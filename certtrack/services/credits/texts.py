"""Texts that people type, made fit for the records."""

import unicodedata

_NO_TEXT = ("Cc", "Cs")  # control characters, and halves of a sign, which PostgreSQL doesn't take


def clean(typed: str) -> str:
    """What was typed on one line, white space folded, without control characters."""
    spaced = " ".join(typed.split())
    return " ".join("".join(letter for letter in spaced if unicodedata.category(letter) not in _NO_TEXT).split())
