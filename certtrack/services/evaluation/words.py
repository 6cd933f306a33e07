"""The next step in a sentence, in each language."""

from functools import lru_cache

from certtrack.language import LOCALES, say_by
from certtrack.rules.next_step import NextStep, find_named
from certtrack.rules.pack import Pack

_WORDS = "next_step.jinja"
_KEPT = 4096


def tell_step(pack: Pack, step: NextStep) -> dict[str, str]:
    """The sentence by language."""
    values = tuple(step.values.items())
    named = find_named(pack, step)
    return {locale: _say(locale, step.code, values, pack.whom_to_ask.of(locale), named) for locale in LOCALES}


@lru_cache(maxsize=_KEPT)
def _say(locale: str, code: str, values: tuple[tuple[str, object], ...], whom: str, named: object) -> str:
    return plain(say_by(_WORDS, locale, "next_step", code, dict(values), whom, named))


def plain(text: str) -> str:
    """The text with plain spaces: nobody breaks its lines here."""
    return text.replace("\N{NO-BREAK SPACE}", " ")
