"""A pack that would mislead is refused by one sentence with file and key: the author's example, each time spoilt."""

from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from kit.author import EXAMPLE, TEXT

from certtrack.errors import BadPack
from certtrack.packs import load_packs
from certtrack.packs.reading import read_content

VERIFIED = {"source": "page", "sure": "verified"}
FORMS = {"forms": ["recorded", "self_study"], "minutes": 600} | VERIFIED
AUDIT = {"kind": "sample"} | VERIFIED
SHARING = {"with": ["any"], "counts": "no"} | VERIFIED
ASKED = {"dimension": "format", "minutes": 60} | VERIFIED

SPOILT: list[tuple[str, Any, str, str]] = [
    # a cycle of no length
    ("term.years", 0, "term.years", "must be a whole number from 1 to 20"),
    ("term.least_months", 24, "term.least_months", "must be shorter than the term of 24 months"),
    ("first_cycle", {"years": 0} | VERIFIED, "first_cycle.years", "must be a whole number from 1 to 20"),
    ("provisional", {"months": 0} | VERIFIED, "provisional.months", "must be a whole number from 1 to 120"),
    ("grace.months", 0, "grace.months", "must be a whole number from 1 to 120"),
    # minima above the total
    ("hours.total.minutes", 599, "hours.areas", "ask for 600 minutes in all, and the total is 599"),
    ("hours.minima", {"live": ASKED | {"minutes": 1441}}, "hours.minima.live", "asks for 1441 minutes, and the total"),
    # an area that there isn't
    ("sharing", [SHARING | {"areas": ["ethix"]}], "sharing[1].areas", "names the area 'ethix'"),
    ("audit", AUDIT | {"always_areas": ["ethix"]}, "audit.always_areas", "names the area 'ethix'"),
    ("hours.limits", {"few": FORMS | {"areas": ["ethix"]}}, "hours.limits.few.areas", "names the area 'ethix'"),
    ("hours.minima", {"many": ASKED | {"areas": ["ethix"]}}, "hours.minima.many.areas", "it has: ethics, listening"),
    # caps that cross, and one that caps nothing
    (
        "hours.limits",
        {"few": FORMS, "books": {"activities": ["book"], "minutes": 60} | VERIFIED},
        "hours.limits.books",
        "crosses the cap on 'few'",
    ),
    ("hours.limits", {"few": {"minutes": 60} | VERIFIED}, "hours.limits.few", "must say which credits it caps"),
    # a day that there isn't
    ("deadline", {"month": 2, "day": 30} | VERIFIED, "deadline.day", "February has at most 29 days"),
    ("window", {"opens": {"month": 2, "day": 30}} | VERIFIED, "window.opens.day", "February has at most 29 days"),
    ("late", {"until": {"month": 6, "day": 31}} | VERIFIED, "late.until.day", "June has at most 30 days"),
    ("sources.page.as_of", "June 1", "sources.page.as_of", "must be a day such as 2026-10-31"),
    # a key that isn't known, a value of the wrong kind, two where one is to be
    ("hours.elective.hours", 14, "hours.elective.hours", "isn't a key that is known here"),
    ("hours.areas.ethics.minimum.minutes", "six hours", "hours.areas.ethics.minimum.minutes", "must be a whole number"),
    ("hours.areas.Ethics", VERIFIED, "hours.areas.Ethics", "must be small letters and digits"),
    ("hours.areas.total", VERIFIED, "hours.areas.total", "is what all the hours are called"),
    ("hours.minima", {"ethics": ASKED}, "hours.minima.ethics", "is the name of an area"),
    ("key", "ruritania@cpc", "key", "must be small letters and digits"),
    ("applies_to.all_open_from", date(2026, 1, 1), "applies_to", "must hold one of due_on_or_after"),
    ("late.days", 90, "late.days", "isn't a key that is known here"),
    ("counts_by.rule", "postmark", "counts_by.rule", 'must be "received" or "received_or_postmarked"'),
    # words in one language
    ("name", {"en": "Certified Peer Companion"}, "name.es", "is missing; it must be text in quotes"),
    ("advice", {"late": {"en": "Hurry.", "es": " "}}, "advice.late.es", "must not be empty"),
    ("hours.areas.ethics.name", {"en": "Ethics"}, "hours.areas.ethics.name.es", "is missing"),
    # an area that would be taken for another requirement
    ("hours.areas.service", {"source": "page", "sure": "verified"}, "hours.areas.service", "is the name of another"),
    # where it was read, and how sure it is
    ("weekend.sure", "verified", "weekend.sure", 'must be "unknown" where rule is'),
    ("term.sure", "unknown", "term.sure", "says that nothing is known, and yet a value is given"),
    ("term.source", "hearsay", "term.source", "names 'hearsay', and [sources] has none of that name"),
    ("term.sure", "certain", "term.sure", 'must be "verified" or'),
]  # fmt: skip


def spoil(place: str, value: object) -> dict[str, Any]:
    made = deepcopy(EXAMPLE)
    *outer, last = place.split(".")
    table = made
    for step in outer:
        table = table[step]
    table[last] = value
    return made


@pytest.mark.parametrize(
    ("place", "value", "key", "words"), SPOILT, ids=[f"{place}-{number}" for number, (place, *_) in enumerate(SPOILT)]
)
def test_a_pack_that_would_mislead_is_refused_by_file_and_key(place: str, value: object, key: str, words: str) -> None:
    with pytest.raises(BadPack) as caught:
        read_content("ruritania-cpc.toml", spoil(place, value), "0" * 64, "")
    said = str(caught.value)
    assert said.startswith(f"ruritania-cpc.toml: '{key}' ")
    assert words in said
    assert said.endswith(".")
    assert "\n" not in said


def write_version(folder: Path, version: int, from_on: str, by: str = "due_on_or_after") -> Path:
    file = folder / f"ruritania-cpc@{version}.toml"
    text = TEXT.replace("version = 1\n", f"version = {version}\n", 1)
    file.write_text(text.replace("due_on_or_after = 2025-01-01", f"{by} = {from_on}", 1))
    return file


def test_two_versions_that_speak_from_the_same_day_are_refused_by_both_files_and_key(tmp_path: Path) -> None:
    first, third = write_version(tmp_path, 1, "2025-01-01"), write_version(tmp_path, 3, "2025-01-01")
    with pytest.raises(BadPack) as caught:
        load_packs([tmp_path])
    assert str(caught.value) == (
        f"{third}: 'applies_to' lets version 3 speak from 2025-01-01, as {first} lets version 1; "
        "a version begins on a day of its own."
    )
    write_version(tmp_path, 3, "2025-01-02")
    assert [pack.version for pack in load_packs([tmp_path]).list()] == [1, 3]
    write_version(tmp_path, 3, "2025-01-01", by="starting_on_or_after")
    assert len(load_packs([tmp_path]).list()) == 2


def test_two_tellings_of_one_version_are_refused_by_both_files(tmp_path: Path) -> None:
    file = write_version(tmp_path, 1, "2025-01-01")
    other = tmp_path / "other.toml"
    other.write_text(file.read_text() + "\n# changed\n")
    with pytest.raises(BadPack, match=f"{other} and {file} tell ruritania-cpc@1 differently"):
        load_packs([tmp_path])
    other.write_text(file.read_text())
    assert len(load_packs([tmp_path]).list()) == 1
