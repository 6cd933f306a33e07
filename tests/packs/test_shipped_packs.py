"""What holds for every shipped pack, whichever place it is of, and isn't for the reader to refuse."""

import csv
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from kit.rules import every_shipped_pack, shipped_policies

from certtrack.packs import Packs
from certtrack.packs.files import is_example, key_of, list_shipped
from certtrack.packs.table import read_toml
from certtrack.resources import get_resource
from certtrack.rules.pack import Pack

FILES = [
    path for path in list_shipped(get_resource("config") / "packs") if not read_toml(path).top.says("kind", "service")
]
USED = {key_of(path) for path in FILES if not is_example(path)}
TESTS = Path(__file__).parents[1]
FEWEST_VECTORS = 12


def list_tables(content: dict[str, Any], place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for key, value in content.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield f"{place}{key}", item
                yield from list_tables(item, f"{place}{key}.")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_source_is_of_some_value_and_is_a_page_that_was_read_by_then(path: Path) -> None:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    sources = content.pop("sources")
    assert {table["source"] for _, table in list_tables(content) if "source" in table} == sources.keys()
    assert all(source["link"].startswith("https://") for source in sources.values())
    assert all(date(2026, 11, 1) <= source["as_of"] <= date(2026, 11, 30) for source in sources.values())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_that_is_unknown_or_has_two_readings_pretends_to_be_sure(path: Path) -> None:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    for place, table in list_tables(content):
        values = [value for key, value in table.items() if key not in ("source", "sure", "adds_to_total", "hours")]
        if "sure" in table and not any(isinstance(value, dict) for value in values):
            is_open = any(value == "unknown" for value in values)
            assert (table["sure"] == "unknown") == is_open, place
        is_length = place in ("grace", "late")
        if is_length and table.get("sure") == "verified" and isinstance(table.get("months", table.get("until")), list):
            pytest.fail(f"{place} has more than one reading")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_words_are_in_the_language_of_their_reader(path: Path) -> None:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    texts = {place: table for place, table in list_tables(content) if table.keys() == {"en", "es"}}
    alike = {place for place, text in texts.items() if text["en"] == text["es"]}
    assert alike <= {"name", "short_name"}  # a credential is called the same everywhere


def test_each_credential_has_vectors_worked_out_by_hand() -> None:
    with (TESTS / "rules/vectors.csv").open(encoding="utf-8") as file:
        elsewhere = {row["pack"] for row in csv.DictReader(file)}
    folder = TESTS / "packs/shipped"
    told = {path.stem: path.read_text(encoding="utf-8").count("why") for path in folder.glob("*.*")}
    few = {pack.key for pack in every_shipped_pack() if told.get(pack.key, 0) < FEWEST_VECTORS}
    assert few <= elsewhere


def test_all_shipped_packs_can_be_used_in_one_installation() -> None:
    packs = Packs(every_shipped_pack())
    credentials = {pack.key: pack.credential for pack in packs.list()}
    assert len(set(credentials.values())) == len(credentials)
    assert all(is_found(packs, pack) for pack in packs.list())


def is_found(packs: Packs, pack: Pack) -> bool:
    return all(packs.find_by_office_name(name) == packs.find(pack.key) for name in pack.office_names)


@pytest.mark.parametrize("pack", [pack for pack in every_shipped_pack() if pack.key in USED], ids=lambda pack: pack.ref)
def test_whoever_has_cycles_is_reminded_by_a_shipped_policy(pack: Pack) -> None:
    assert shipped_policies().for_pack(pack.key, date.max) or (pack.hours and pack.hours.counted_over == "ever")
