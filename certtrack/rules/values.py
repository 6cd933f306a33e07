"""What a rule pack is made of: values that each name where they were read and how sure they are, and words."""

from dataclasses import dataclass
from datetime import date
from typing import Generic, Literal, TypeVar

Sure = Literal["verified", "inferred", "conflicting", "unverified", "unknown", "confirmed"]
Holds = Literal["yes", "no"]

T = TypeVar("T")


LANGUAGES = ("en", "es")
"""Those that words of a pack are in."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words of a pack in both languages; never empty."""

    en: str
    es: str

    def of(self, locale: str) -> str:
        """The words in `locale`; English for a language that packs don't carry."""
        return self.es if locale == "es" else self.en


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value was read, and on which day. `link` is empty where a person was told it."""

    title: str
    link: str
    as_of: date


@dataclass(frozen=True, slots=True)
class Value(Generic[T]):
    """One published value. Where `sure` is "unknown" it is None, and nothing is promised.

    Where it is "confirmed" nothing is published, and a person has put on record here who said it.
    """

    value: T
    source: Source
    sure: Sure
