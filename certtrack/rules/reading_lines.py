"""The lines of a certificate's text, made fit to be read: few, short, and folded letter by letter."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST_LETTERS = 20_000
"""So much of a text is looked at; a certificate says what it says on its first page."""
_MOST_LINES = 200
_LONGEST = 500
_FRACTION_SIGN = re.compile(r"(?<=\d)(?=[\u00bc-\u00be\u2150-\u215e])")
"""Between a number and a fraction that is drawn as one sign: 1\u00bd is 1 1/2, and not 11/2."""
_SLASH = {0x2044: "/"}
_JOINED = {ord(dash): "-" for dash in "\u2010\u2011\u2012\u2013\u2014\u2212"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it stands, and `folded`: small letters without accents, each in the place of its own."""

    text: str
    folded: str


def list_lines(text: str) -> Sequence[Line]:
    """The lines that say something, white space folded; one longer than any heading or sentence is left out."""
    apart = _FRACTION_SIGN.sub(" ", text[:MOST_LETTERS])
    whole = unicodedata.normalize("NFKC", apart)  # what a font draws as one sign is two letters
    return tuple(_list_lines(whole.translate(_SLASH)))[:_MOST_LINES]


def fold_letters(text: str) -> str:
    """Small letters without accents and with one kind of dash, as many as there were."""
    return "".join(unicodedata.normalize("NFD", letter.lower())[:1] or letter for letter in text.translate(_JOINED))


def _list_lines(whole: str) -> Iterator[Line]:
    for each in whole.splitlines():
        text = " ".join(each.split())
        if text and len(text) <= _LONGEST:
            yield Line(text, fold_letters(text))
