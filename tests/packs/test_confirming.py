"""What was confirmed is laid over a pack, and only over what its file calls unknown."""

import tomllib
from datetime import date

import pytest
from kit.rules import CPS, shipped_packs

from certtrack.errors import BadInput
from certtrack.packs import Packs
from certtrack.packs.confirming import Confirmed, confirm, confirm_all, find_key, list_keys
from certtrack.packs.reading import read_content
from certtrack.rules.pack import Pack

PACKS = shipped_packs()
PACK = PACKS.get(CPS)
DAY = date(2026, 10, 3)


def lay(key: str, value: str, source: str = "Letter of October 3") -> Confirmed:
    return Confirmed(CPS, key, value, source, DAY)


def test_a_confirmed_value_has_its_source_and_everything_else_stays() -> None:
    made = confirm(PACK, [lay("weekend.rule", "next_day")])
    assert (made.weekend.value, made.weekend.sure) == ("next_day", "confirmed")
    said = made.weekend.source
    assert (said.title, said.link, said.as_of) == ("Letter of October 3", "", DAY)
    assert (made.ref, made.sha256, made.raw, made.deadline) == (PACK.ref, PACK.sha256, PACK.raw, PACK.deadline)


def test_an_address_as_source_is_a_link() -> None:
    made = confirm(PACK, [lay("fees.exam_route.cents", "5000", "https://program.example.org/fees")])
    fee = made.fees["exam_route"]
    assert fee.value is not None
    assert (fee.value.total_cents, fee.source.link) == (5000, "https://program.example.org/fees")


def test_every_unknown_value_is_found_by_its_whole_key_and_without_its_last_word() -> None:
    keys = list_keys(PACK)
    assert {"weekend.rule", "hours.areas.area_5.minimum.minutes", "hours.forms.recorded.counts"} <= set(keys)
    for key in keys:
        assert find_key([PACK], key) == key
        assert find_key([PACK], key.rpartition(".")[0]) == key


@pytest.mark.parametrize("key", ["grace.months", "grace", "weekend.sure", "weekend.day", "hours", "nowhere", "", "."])
def test_a_key_that_is_not_unknown_is_refused_and_those_that_are_named(key: str) -> None:
    with pytest.raises(BadInput, match=r"has no unknown value called .* window\.days_before,"):
        find_key([PACK], key)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("weekend.rule", "friday"),
        ("hours.areas.area_5.minimum.minutes", "three hours"),
        ("hours.areas.area_5.minimum.minutes", "-60"),
        ("hours.areas.area_5.minimum.minutes", "1.5"),
        ("hours.forms.recorded.counts", "yes\nsure = 'verified'"),
    ],
)
def test_a_value_that_can_not_stand_there_is_refused_by_its_key(key: str, value: str) -> None:
    with pytest.raises(BadInput, match=rf"^us-wi-cps@1: '{key}' must be "):
        confirm(PACK, [lay(key, value)])


def test_what_is_published_and_other_packs_are_left_alone() -> None:
    assert confirm(PACK, [lay("grace.months", "9")]) is PACK
    laid = confirm_all(PACKS, (lay("weekend.rule", "next_day"),))
    others = [pack for pack in laid.list() if pack.key != CPS]
    assert others == [pack for pack in PACKS.list() if pack.key != CPS]
    assert confirm_all(PACKS, ()) is PACKS


def make_next_version(weekend: str) -> Pack:
    """The pack with the next number, in which what a weekend does to the day is published."""
    text = PACK.raw.replace("version = 1\n", "version = 2\n", 1).replace("2022-01-01", "2027-01-01")
    head, table, rest = text.partition("[weekend]\n")
    rest = rest.replace('"unknown"', f'"{weekend}"', 1).replace('"unknown"', '"verified"', 1)
    text = head + table + rest
    return read_content("next.toml", tomllib.loads(text), "2" * 64, text)


def test_a_value_that_a_newer_version_publishes_is_still_settled_for_the_older_one() -> None:
    newer = make_next_version("none")
    assert newer.weekend.value == "none"
    assert find_key([PACK, newer], "weekend") == "weekend.rule"
    laid = confirm_all(Packs([PACK, newer]), (lay("weekend.rule", "next_day"),))
    assert [pack.weekend.value for pack in laid.list()] == ["next_day", "none"]
