"""`certtrack waivers`: what a letter gives to a group, from a file of what was seen."""

import json
from pathlib import Path

import pytest
from kit.applications import list_terms
from kit.credits import DUE
from kit.databases import on_both
from kit.group_acts import LATER, add_people
from kit.typed import Typed
from kit.world import World

ASKED = (
    "us-wi-cps",
    "--due",
    "2026-10-31",
    "--to",
    "2027-01-31",
    "--from",
    "2026-05-01",
    "--by",
    "DCTS",
    "--words",
    "It",
)


@on_both
def test_what_was_seen_is_given_once_and_taken_back(typed: Typed, world: World, tmp_path: Path) -> None:
    people = add_people(world, 2)
    done = typed("waivers", "preview", *ASKED, "--off", "total=2:30", "--format", "json")
    assert done.exit_code == 0, done.stderr
    [told] = json.loads(done.stdout)
    assert [row["open_after"] for row in told["rows"]] == [1050, 1050]
    seen = tmp_path / "seen.json"
    seen.write_text(done.stdout, encoding="utf-8")
    given = [typed("waivers", "give", str(seen), "--as", "alice") for _ in range(2)]
    assert [each.stdout for each in given] == ["1\n", "1\n"], given[0].stderr
    assert "2 of 2 are on record." in given[1].stderr
    assert {list_terms(world, one[1])[0].due_on for one in people} == {LATER}
    [act] = json.loads(typed("waivers", "list", "--format", "json").stdout)
    assert (act["state"], act["written"], act["recorded_by"]) == ("given", 2, "alice")
    assert act["gives"] == "2.5 hours taken off: all hours of the cycle. Due on January 31, 2027"
    assert typed("waivers", "undo", "1", "--reason", "a slip").exit_code == 0
    assert {list_terms(world, one[1])[0].due_on for one in people} == {DUE}


def test_where_it_has_changed_since_the_difference_is_told_and_nothing_written(
    typed: Typed, world: World, tmp_path: Path
) -> None:
    add_people(world, 1)
    seen = tmp_path / "seen.json"
    seen.write_text(typed("waivers", "preview", *ASKED, "--format", "json").stdout, encoding="utf-8")
    [(_, certification, _)] = add_people(world, 1)
    refused = typed("waivers", "give", str(seen))
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "Came in: Person0 Example" in refused.stderr
    assert list_terms(world, certification)[0].due_on == DUE
    seen.write_text("{}", encoding="utf-8")
    assert "isn't what `certtrack waivers preview" in typed("waivers", "give", str(seen)).stderr


@pytest.mark.parametrize("off", ["total", "total=soon", "total=0"])
def test_hours_that_cant_be_read_are_wrong_usage(typed: Typed, off: str) -> None:
    done = typed("waivers", "preview", *ASKED, "--off", off)
    assert done.exit_code == 2
    assert "Write total=5" in done.stderr
