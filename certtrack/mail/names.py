"""Names that others have typed, made safe for a header and for a line of text."""

import re
from unicodedata import category

_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_BREAKS = ("Cc", "Cs", "Zl", "Zp")


def clean_name(name: str) -> str:
    """`name` in one line, without control characters or marks that turn the direction of what follows."""
    # "=?" begins a coded word, which a header would decode, line breaks and all
    plain = "".join(" " if category(letter) in _BREAKS else letter for letter in _TURNS.sub("", name))
    return re.sub(r"\s+", " ", plain.replace("=?", "= ?")).strip()
