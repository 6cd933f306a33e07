"""Words of a mail: sentences, amounts and lists in the reader's language, and the paragraphs that they make."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from babel.lists import format_list
from babel.numbers import format_currency

from certtrack.language import environment

_REGIONS = {"en": "en_US", "es": "es_US"}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; `lead` are its first words, which stand out, "" where it has none.

    `percent` says how much of a bar beside it is full; it says nothing that the words don't. None where there is none.
    """

    text: str
    lead: str = ""
    percent: int | None = None

    @property
    def whole(self) -> str:
        """The lead and the text in one line."""
        return f"{self.lead} {self.text}" if self.lead else self.text


def words(locale: str, macro: str, *values: object) -> str:
    """One sentence of `email/words.txt` in that language, as plain text.

    Raises AttributeError for a macro that isn't there, jinja2's UndefinedError for a code without words.
    """
    said = getattr(environment(locale).get_template("email/words.txt").module, macro)
    return str(said(*values)).strip()


def paragraphs(sentences: Iterable[str], lead: str = "") -> list[Paragraph]:
    """One paragraph of those sentences; none where there is none, whatever its lead."""
    text = " ".join(sentence for sentence in sentences if sentence)
    return [Paragraph(text, lead)] if text else []


def format_money(cents: int, currency: str, locale: str) -> str:
    """An amount as it is written where the rules come from: $55, $55.50."""
    pattern = "\u00a4#,##0" if cents % 100 == 0 else "\u00a4#,##0.00"
    return format_currency(cents / 100, currency, pattern, locale=_REGIONS[locale], currency_digits=False)


def format_things(things: Sequence[str], locale: str) -> str:
    """A list in words: the training and the exam."""
    return format_list(things, locale=locale)
