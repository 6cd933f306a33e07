"""Words that colleagues in recovery work don't want to read about people, in whatever is shown to anybody."""

import re
from collections.abc import Iterator

import click
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from kit.checkout import read_texts
from kit.commands import list_commands
from kit.rules import every_shipped_pack
from kit.wheel import CHECKOUT

from certtrack.rules.pack import Pack

CATALOGUE = CHECKOUT / "certtrack/translations/es/LC_MESSAGES/messages.po"
NOT_SAID = {
    "en": (
        *("compliant", "noncompliant", "compliance", "lapsed", "lapse", "relapse", "failed", "failure", "client"),
        *("clients", "patient", "patients", "escalation", "escalated", "deficit", "delinquent", "dead man's switch"),
    ),
    "es": (
        *("incumplimiento", "incumplió", "incumplida", "incumplido", "moroso", "morosa", "recaída", "fracasó"),
        *("fracaso", "reprobado", "reprobada", "reprobó", "falló", "fallido", "cliente", "clientes", "paciente"),
        *("pacientes", "escalamiento", "déficit", "delincuente", "irresponsable"),
    ),
}
# as the catalogue is made: which files hold sentences, and in what language they are written
_MARKED = (
    ("templates", "**", "jinja2"),
    ("certtrack", "web/**.py", "python"),
    ("certtrack", "auth/**.py", "python"),
    ("certtrack", "mail/**.py", "python"),
    ("certtrack", "services/**.py", "python"),
    ("certtrack", "language.py", "python"),
)
_KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "N_": None, "ngettext": (1, 2)}
_OPTIONS = {"**": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}}

Message = str | tuple[str, ...]


def extract() -> set[Message]:
    """Every sentence that templates and modules have marked, one with a plural as a pair."""
    found: set[Message] = set()
    for folder, which, language in _MARKED:
        for _, _, message, _, _ in extract_from_dir(
            str(CHECKOUT / folder), method_map=[(which, language)], options_map=_OPTIONS, keywords=_KEYWORDS
        ):
            found.add(message if isinstance(message, str) else tuple(part for part in message if part))
    return found


def translations() -> dict[Message, tuple[str, ...]]:
    """The Spanish of each sentence in the catalogue: one text, or one for each plural form."""
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="es")
    return {
        message.id if isinstance(message.id, str) else tuple(message.id): (
            (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        )
        for message in catalogue
        if message.id and not message.fuzzy
    }


def find_said(text: str, locale: str) -> list[str]:
    words = "|".join(re.escape(word) for word in NOT_SAID[locale])
    return re.findall(rf"(?<![\w-])(?:non-)?(?:{words})(?![\w])", text, re.IGNORECASE)


def list_shown() -> Iterator[tuple[str, str, str]]:
    """What anybody may read: where it is from, its language, its text."""
    for message in extract():
        yield from (("a sentence", "en", text) for text in ((message,) if isinstance(message, str) else message))
    for message, said in translations().items():
        yield from ((f"the Spanish of {message!r}", "es", text) for text in said)
    for place, text in read_texts("templates"):
        yield place, "en", strip_markup(text)
    for pack in every_shipped_pack():
        yield from list_pack_texts(pack)
    yield from list_helps()


def list_helps() -> Iterator[tuple[str, str, str]]:
    for path, command in list_commands():
        options = " ".join(getattr(option, "help", None) or "" for option in command.params)
        yield " ".join(path), "en", f"{command.help} {command.epilog} {options}"


def list_pack_texts(pack: Pack) -> Iterator[tuple[str, str, str]]:
    for text in (pack.name, pack.short_name, pack.name_at_first_use, pack.whom_to_ask, *pack.advice.values()):
        yield pack.ref, "en", text.en
        yield pack.ref, "es", text.es


def strip_markup(text: str) -> str:
    """What is left of a template for its reader: neither Jinja nor tags with their attributes."""
    return re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", text, flags=re.DOTALL)


def test_nothing_shown_to_anybody_uses_these_words() -> None:
    assert [(place, word) for place, locale, text in list_shown() for word in find_said(text, locale)] == []


@pytest.mark.parametrize(
    ("text", "locale"),
    [("Carol is Non-Compliant.", "en"), ("Your certification lapsed", "en"), ("Es un paciente.", "es")],
)
def test_the_words_are_found_where_they_are(text: str, locale: str) -> None:
    assert find_said(text, locale)


def test_every_sentence_has_its_spanish() -> None:
    said = translations()
    assert {message for message in extract() if not all(said.get(message, ("",)))} == set()


def test_no_spanish_is_left_of_a_sentence_that_is_gone() -> None:
    assert translations().keys() - extract() == set()


def test_a_translation_names_what_its_sentence_names() -> None:
    odd = []
    for message, said in translations().items():
        named = {tuple(sorted(_names(text))) for text in ((message,) if isinstance(message, str) else message)}
        odd += [message for text in said if tuple(sorted(_names(text))) not in named]
    assert odd == []


def _names(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)[sd]", text))


def test_spanish_quotes_as_english_does_so_that_a_page_with_both_has_one_kind() -> None:
    assert [said for texts in translations().values() for said in texts if re.search("[«»]", said)] == []


def test_the_columns_of_a_file_have_a_name_each_in_spanish() -> None:
    said = translations()
    assert len({said[column] for column in ("Name", "First name", "Last name")}) == 3


def test_the_credential_is_spelled_out_in_the_language_of_each_reader() -> None:
    for pack in every_shipped_pack():
        assert len(pack.name.en) > len(pack.short_name.en)
        assert len(pack.name.es) > len(pack.short_name.es)


def test_commands_have_help() -> None:
    assert all(isinstance(command, click.Command) and command.help for _, command in list_commands())
