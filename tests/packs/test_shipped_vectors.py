"""What each shipped pack says of days and hours, against numbers that were worked out by hand from what is published.

Each file of the folder `shipped` is named after a pack and holds its vectors, as a list in JSON or as `[[vectors]]` in
TOML: a case as `certtrack rules evaluate` takes it, why the numbers are what they are, and the parts of the answer that
are expected. What isn't expected isn't compared; the items of a list are found by their id.
"""

import json
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from certtrack.services.evaluation import PackSource, evaluate

FOLDER = Path(__file__).parent / "shipped"
PACKS = PackSource()


def list_files() -> list[Path]:
    return sorted(path for path in FOLDER.iterdir() if path.is_file())


def list_vectors() -> Iterator[Any]:
    for path in list_files():
        for no, vector in enumerate(read_vectors(path), start=1):
            yield pytest.param(vector, id=f"{path.stem}-{no}")


def read_vectors(path: Path) -> list[dict[str, Any]]:
    text = path.read_text(encoding="utf-8")
    read = json.loads(text) if path.suffix == ".json" else with_text_days(tomllib.loads(text)["vectors"])
    assert isinstance(read, list)
    return read


def with_text_days(value: Any) -> Any:  # whatever TOML holds
    """The same as JSON would hold it."""
    if isinstance(value, dict):
        return {key: with_text_days(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_text_days(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def list_differences(expected: Any, found: Any, place: str = "") -> Iterator[str]:  # whatever JSON holds
    """Where `found` isn't what is expected; it may hold more."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key, inner in expected.items():
            yield from list_differences(inner, found.get(key, "no such key"), f"{place}.{key}")
    elif isinstance(expected, list) and isinstance(found, list) and all(map(has_id, expected)):
        by_id = {item["id"]: item for item in found}
        for item in expected:
            yield from list_differences(item, by_id.get(item["id"], "no such item"), f"{place}[{item['id']}]")
    elif expected != found:
        yield f"{place}: {expected!r} was expected, and {found!r} was found"


def has_id(item: object) -> bool:
    return isinstance(item, dict) and "id" in item


@pytest.mark.parametrize("vector", list(list_vectors()))
def test_a_shipped_pack_gives_what_was_worked_out_by_hand(vector: dict[str, Any]) -> None:
    answer = evaluate(vector["case"], PACKS)
    assert list(list_differences(vector["expect"], answer)) == [], f"{vector['why']}\n{json.dumps(answer, indent=1)}"


def test_each_vector_says_why_and_asks_for_something() -> None:
    vectors = [vector for path in list_files() for vector in read_vectors(path)]
    assert all(vector.keys() == {"why", "case", "expect"} and all(vector.values()) for vector in vectors)


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ({"a": 1}, {"a": 2}),
        ({"a": None}, {}),
        ({"a": {"b": 1}}, {"a": None}),
        ({"a": [{"id": "x", "n": 1}]}, {"a": [{"id": "y", "n": 1}]}),
        ({"a": [{"id": "x", "n": 1}]}, {"a": [{"id": "x", "n": 2}]}),
        ({"a": [1]}, {"a": [1, 2]}),
    ],
)
def test_a_difference_is_found(expected: dict[str, Any], found: dict[str, Any]) -> None:
    assert list(list_differences(expected, found))


def test_what_isnt_expected_isnt_compared() -> None:
    found = {"a": 1, "b": [{"id": "x", "n": 1, "m": 2}, {"id": "y"}]}
    assert list(list_differences({"b": [{"id": "x", "n": 1}]}, found)) == []
