"""Languages: catalogues, days and numbers in words, and the Jinja environment of everything that isn't a page."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency
from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from certtrack.resources import get_resource
from certtrack.spoken import Once, SpokenEnvironment

LOCALES = ("en", "es")
_NO_BREAK = "\N{NO-BREAK SPACE}"
_AMOUNT = re.compile(r"(?:\d|%\((?:num|number|days|years)\)[ds])(?: more)? (?=[^\W\d_])")
_DAYS_KEPT = 8192  # a day takes longer to be put into words than all else that is said of it
_PATTERNS = {"en": "MMMM d, y", "es": "d 'de' MMMM 'de' y"}
_MONTH_DAYS = {"en": "MMMM d", "es": "d 'de' MMMM"}
_MONTHS = {"en": "MMMM y", "es": "MMMM 'de' y"}
_SHORT = {"en": "MMM d, y", "es": "d MMM y"}
_CLOCKS = {"en": "h:mm a", "es": "H:mm"}
_MOMENTS = {"en": f"MMMM d, y, {_CLOCKS['en']}", "es": f"d 'de' MMMM 'de' y, {_CLOCKS['es']}"}


def check_locale(name: str | None) -> str:
    """`name` if we speak it, else English."""
    return name if name in LOCALES else "en"


@cache
def translations(locale: str) -> NullTranslations:
    """The catalogue of `locale`; English is what the sources say."""
    if locale == "en":
        return NullTranslations()
    return Translations.load(Path(__file__).parent / "translations", [locale], "messages")


@lru_cache(maxsize=_DAYS_KEPT)
def format_day(day: date, locale: str) -> str:
    """A day in words whose parts never part: October 31, 2027; 31 de octubre de 2027."""
    return format_date(day, _PATTERNS[locale], locale=locale).replace(" ", _NO_BREAK)


@lru_cache(maxsize=_DAYS_KEPT)
def format_month(day: date, locale: str) -> str:
    """The month of a day in words: October 2027; octubre de 2027."""
    return format_date(day, _MONTHS[locale], locale=locale).replace(" ", _NO_BREAK)


def format_month_day(month: int, day: int, locale: str) -> str:
    """A day of any year in words: October 31; 31 de octubre. February 29 is a day too."""
    words = format_date(date(2000, month, day), _MONTH_DAYS[locale], locale=locale)
    return words.replace(" ", _NO_BREAK)


@lru_cache(maxsize=_DAYS_KEPT)
def format_short_day(day: date, locale: str) -> str:
    """A day for narrow places: Oct 31, 2027."""
    return format_date(day, _SHORT[locale], locale=locale).replace(" ", _NO_BREAK)


@lru_cache(maxsize=_DAYS_KEPT)
def format_weekday(day: date, locale: str) -> str:
    """The day's name: Friday; viernes."""
    return format_date(day, "EEEE", locale=locale)


def format_moment(at: datetime, locale: str, zone: str) -> str:
    """A moment in words, in `zone`: October 31, 2027, 9:00 AM."""
    words = format_datetime(at, _MOMENTS[locale], tzinfo=ZoneInfo(zone), locale=locale)
    return words.replace("\u202f", " ")


def format_clock(minute: int, locale: str) -> str:
    """A minute of the day as the clock has it, 540 being nine in the morning: 9:00 AM; 9:00."""
    words = format_time(time(*divmod(minute, 60)), _CLOCKS[locale], locale=locale)
    return words.replace("\u202f", " ").replace(" ", _NO_BREAK)


def format_money(cents: int, currency: str, locale: str) -> str:
    """An amount as it is written in the United States in either language: $80; $24.50."""
    pattern = "¤#,##0" if cents % 100 == 0 else "¤#,##0.00"
    return format_currency(cents / 100, currency, pattern, locale=f"{locale}_US", currency_digits=False)


def keep_together(sentence: str) -> str:
    """A sentence, or one of the catalogue, in which no number parts from the word after it: 1.5 hours; 4 more hours."""
    return _AMOUNT.sub(lambda amount: amount[0].replace(" ", _NO_BREAK), sentence)


@cache
def environment(locale: str) -> Environment:
    """The templates of everything that isn't a page: `make_environment`, once for a language."""
    return make_environment(locale)


def say(locale: str, macro: str, *values: object, **named: object) -> str:
    """One sentence of `sentences.jinja` in that language, as plain text; what a macro takes stands there.

    Raises AttributeError for a macro that isn't there, jinja2's UndefinedError for a code without words.
    """
    return say_by("sentences.jinja", locale, macro, *values, **named)


def say_by(template: str, locale: str, macro: str, *values: object, **named: object) -> str:
    """The same by a macro of another template, such as `findings/words.jinja`."""
    words = _plain(locale).get_template(template).module
    return str(getattr(words, macro)(*values, **named)).strip()


@cache
def _plain(locale: str) -> Environment:
    # an overlay, so that nothing is escaped for HTML that never gets there
    return make_environment(locale).overlay(autoescape=False)


def make_environment(locale: str, set_words: Callable[[str], str] = str) -> Environment:
    """Templates in one language, escaped where they are HTML; an undefined name is an error.

    `set_words` is given each sentence of the catalogue and gives what is shown of it.
    """
    jinja = SpokenEnvironment(
        loader=FileSystemLoader(get_resource("templates")),
        extensions=["jinja2.ext.i18n"],
        autoescape=select_autoescape(("html", "jinja")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.speak(translations(locale), set_words)
    jinja.globals["locale"] = locale
    jinja.globals["once"] = Once
    add_filters(jinja, locale)
    return jinja


def add_filters(jinja: Environment, locale: str) -> None:
    """Give `jinja` the filters day, short_day, month, month_day, weekday, clock, moment(zone) and money(currency)."""
    jinja.filters["day"] = lambda day: format_day(day, locale)
    jinja.filters["short_day"] = lambda day: format_short_day(day, locale)
    jinja.filters["month"] = lambda day: format_month(day, locale)
    jinja.filters["month_day"] = lambda month, day: format_month_day(month, day, locale)
    jinja.filters["weekday"] = lambda day: format_weekday(day, locale)
    jinja.filters["clock"] = lambda minute: format_clock(minute, locale)
    jinja.filters["moment"] = lambda at, zone: format_moment(at, locale, zone)
    jinja.filters["money"] = lambda cents, currency: format_money(cents, currency, locale)
