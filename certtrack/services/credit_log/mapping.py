"""A log's mapping file: which areas an office's categories stand for, and which forms its words for formats are.

`confirmed_by = "Alice Example"`: who says so; it is recorded, and later imports need no mapping file for these words.
`[categories] "boundaries" = "ethics_boundaries"`: the file's word = the areas that hours of it count in, with commas
between several; `none` where it is none of them. A category alone is never taken for an area.
`[formats] "live" = "in_person"`: the file's word = one of `FORMS`.
"""

from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from typing import cast, get_args

from certtrack.errors import BadInput
from certtrack.packs import Packs
from certtrack.rules.facts import Form
from certtrack.rules.pack import Area
from certtrack.services.credit_log.layout import CREDIT_LOG
from certtrack.services.sheets.mapping import Confirmed, Mapping, parse_mapping

NO_AREA = "none"
"""What a category stands for that is none of the areas."""
FORMS: tuple[Form, ...] = get_args(Form)
"""What a word for a format may stand for."""


@dataclass(frozen=True, slots=True)
class Meanings:
    """What words mean, by the folded word: the areas of a category, and the form of a format."""

    categories: Table[str, tuple[str, ...]] = field(default_factory=dict)
    formats: Table[str, Form] = field(default_factory=dict)


def read_mapping(file_name: str, data: bytes, packs: Packs) -> tuple[Mapping, Confirmed]:
    """The mapping in a TOML file. Raises BadInput, which names the file, the key and what was expected."""
    read = parse_mapping(file_name, data, CREDIT_LOG)
    known = set(find_areas(packs))
    read.translate("categories", lambda meaning: _check_areas(meaning, known))
    read.translate("formats", _check_form)
    return Mapping(sheet=read.sheet, heads=read.heads), read


def find_areas(packs: Packs) -> dict[str, Area]:
    """By their keys all areas that a category may stand for, in the order of the rules."""
    return {area.key: area for pack in packs.list() if pack.hours for area in pack.hours.areas}


def make_meanings(words: Table[str, Table[str, str]], confirmed: Confirmed | None) -> Meanings:
    """What the words on record mean, and over them what this mapping file confirms."""
    fresh = {topic: confirmed.translate(topic, str) for topic in confirmed.tables} if confirmed else {}
    categories = {**words.get("categories", {}), **fresh.get("categories", {})}
    formats = {**words.get("formats", {}), **fresh.get("formats", {})}
    return Meanings(
        categories={word: _list_areas(meaning) for word, meaning in categories.items()},
        formats={word: cast("Form", meaning) for word, meaning in formats.items()},
    )


def _list_areas(meaning: str) -> tuple[str, ...]:
    return tuple(sorted({area.strip() for area in meaning.split(",")} - {"", NO_AREA}))


def _check_areas(meaning: str, known: set[str]) -> tuple[str, ...]:
    areas = _list_areas(meaning)
    if unknown := sorted(set(areas) - known):
        raise BadInput(f"no rules have the area {unknown[0]!r}; there are: {', '.join(sorted(known))}, or none.")
    return areas


def _check_form(meaning: str) -> Form:
    if meaning not in FORMS:
        raise BadInput(f"{meaning!r} isn't one of {', '.join(FORMS)}.")
    return meaning
