"""The declared format and the reader say the same: each shipped pack, the author's example, and broken twins of all."""

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from kit.author import EXAMPLE, PIECES, lay_over
from kit.rules import every_shipped_file

from certtrack.errors import BadPack
from certtrack.packs.format import make_schema
from certtrack.packs.reading import read_content
from certtrack.packs.service import read_service_content

Content = dict[str, Any]
Place = tuple[str | int, ...]

SCHEMA = make_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
# what a schema can't say, and the reader says alone
BEYOND = re.compile(
    r"names .* and \[|must be a time zone|without a table \[late\]|asks? for \d+ minutes|crosses the cap"
    r"|must be shorter than the term|is the name of an area|'fees\.\w+\.late_cents' must be a whole number"
)
# keys whose tables are of one shape, whichever it is
CHOSEN = re.compile(r"(sources|areas|minima|limits|holds|needs|fees|advice|words|forms)\.\w+")
WRONG: dict[type, tuple[object, ...]] = {
    str: (7, "no such word", " "),
    bool: ("yes", 1),
    int: ("seven", -1, 10**9, True),
    list: ("seven", [], [7], ["no such word"]),
    date: ("some day", date(1899, 12, 31)),
    dict: (7, {}),
}


def find_refusal(content: Content) -> str | None:
    """What the reader says against it, None where it takes it."""
    read = read_service_content if content.get("kind") == "service" else read_content
    try:
        read("pack.toml", deepcopy(content), "0" * 64, "")
    except BadPack as error:
        return str(error)
    return None


def as_json(value: object) -> object:
    """As a program that reads TOML for a schema has it: days are texts."""
    if isinstance(value, dict):
        return {key: as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def walk(content: Content, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every table and value by its place, the outermost table first."""
    yield place, content
    for key, value in content.items():
        inner = (*place, key)
        if isinstance(value, dict):
            yield from walk(value, inner)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for position, item in enumerate(value):
                yield from walk(item, (*inner, position))
        else:
            yield inner, value


def find_in(content: Content, place: Place) -> Any:  # whatever TOML can hold
    found: Any = content
    for step in place:
        found = found[step]
    return found


def break_each(content: Content, seen: set[object]) -> Iterator[tuple[Place, str, Content]]:
    """Twins that lack a key, have another kind of value, or a key more; each kind of place once in all packs."""
    for place, value in list(walk(content)):
        beside = find_in(content, place[:-1]) if place else {}
        siblings = frozenset(beside) if "sure" in beside else None
        kind = (CHOSEN.sub(r"\1.*", ".".join(map(str, place))), siblings, type(value))
        if kind in seen:
            continue
        seen.add(kind)
        for said, twin in break_one(content, place, value):
            yield place, said, twin


def break_one(content: Content, place: Place, value: object) -> Iterator[tuple[str, Content]]:
    if isinstance(value, dict):
        twin = deepcopy(content)
        find_in(twin, place)["colour"] = "red"
        yield "a key more", twin
    if not place:
        return
    twin = deepcopy(content)
    del find_in(twin, place[:-1])[place[-1]]
    yield "removed", twin
    for wrong in WRONG[type(value)]:
        twin = deepcopy(content)
        find_in(twin, place[:-1])[place[-1]] = wrong
        yield repr(wrong), twin


def list_contents() -> Iterator[Content]:
    yield EXAMPLE
    yield from (lay_over(EXAMPLE, piece) for piece in PIECES)
    yield from every_shipped_file().values()


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_reader_and_schema_take_every_shipped_pack_and_every_piece_of_the_authors_page() -> None:
    for content in list_contents():
        assert find_refusal(content) is None
        assert [error.message for error in VALIDATOR.iter_errors(as_json(content))] == []


def test_reader_and_schema_refuse_the_same_twins() -> None:
    seen: set[object] = set()
    twins = [(content, *twin) for content in list_contents() for twin in break_each(content, seen)]
    assert len(twins) > 800
    odd = []
    for content, place, said, twin in twins:
        refusal, is_valid = find_refusal(twin), is_valid_twin(content, place, twin)
        if is_valid != (refusal is None) and not (is_valid and BEYOND.search(refusal or "")):
            odd.append((place, said, refusal or "taken by the reader"))
    assert odd == []


def is_valid_twin(content: Content, place: Place, twin: Content) -> bool:
    """By the schema: that of one table where the twin of a pack that is right differs in it alone, which is quick."""
    tables = SCHEMA["then" if content["kind"] == "service" else "else"]["properties"]
    if not place or place[0] == "kind" or place[0] not in twin:
        return bool(VALIDATOR.is_valid(as_json(twin)))
    return bool(VALIDATOR.evolve(schema=tables[place[0]]).is_valid(as_json(twin[place[0]])))


@pytest.mark.parametrize("name", sorted(SCHEMA["else"]["properties"]))
def test_every_table_of_the_format_is_taught_on_the_authors_page(name: str) -> None:
    taught = {name for content in (EXAMPLE, *PIECES) for name in content}
    assert name in taught
