"""Packs that can't be used are refused by file and key: broken twins of a shipped one."""

from pathlib import Path

import pytest
from kit.rules import shipped_packs

from certtrack.errors import BadPack
from certtrack.packs import find_used, load_packs, load_policies, read_pack, read_policy
from certtrack.resources import get_resource

PACK = (get_resource("config") / "packs" / "us-wi-cps.toml").read_text()
DUPLICATES = '[hours.duplicates]\nsame_by = ["title", "provider"]\nsource = "how_often"\nsure = "verified"\n\n'
POLICY = (get_resource("config") / "policies" / "us-wi.toml").read_text()


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("version = 1", 'version = "1"', "version"),
        ('zone = "America/Chicago"', 'zone = "Mars/Base"', "zone"),
        ("month = 10", "month = 13", "deadline.month"),
        ("month = 10\nday = 31", "month = 11\nday = 31", "deadline.day"),
        ('rule = "exam_year"', 'rule = "moon"', "parity.rule"),
        ('source = "how_often"', 'source = "hearsay"', "parity.source"),
        ("months = [6, 7]", "months = [6, 6]", "late.months"),
        ('counts_from = ["due", "late_end"]', 'counts_from = ["birth"]', "exam_route.counts_from"),
        ("late_cents = 2500", "late_cents = 9000", "fees.late.late_cents"),
        ('currency = "USD"', 'currency = "USD"\ncolour = "red"', "colour"),
        ("[authority]", '[authority]\nlanguage = "English"', "authority.language"),
        ("[deadline]", "[deadlines]", "deadline"),
        ("due_on_or_after = 2022-01-01", "due_on_or_after = 1899-12-31", "applies_to.due_on_or_after"),
        (
            'days_before = "unknown"\nsource = "missed_deadline"\nsure = "unknown"',
            'days_before = "unknown"\nsource = "missed_deadline"\nsure = "verified"',
            "window.sure",
        ),
        ("[hours.proof]", DUPLICATES.replace("provider", "colour") + "[hours.proof]", "hours.duplicates.same_by"),
    ],
)
def test_a_broken_pack_is_refused_by_file_and_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    assert old in PACK
    file = tmp_path / "twin.toml"
    file.write_text(PACK.replace(old, new, 1))
    with pytest.raises(BadPack) as caught:
        read_pack(file)
    assert str(caught.value).startswith(f"{file}: '{key}' ")


def test_a_pack_may_say_what_two_credits_have_alike_that_may_be_one(tmp_path: Path) -> None:
    file = tmp_path / "twin.toml"
    file.write_text(PACK.replace("[hours.proof]", DUPLICATES + "[hours.proof]", 1))
    hours, shipped = read_pack(file).hours, read_pack(get_resource("config") / "packs" / "us-wi-cps.toml").hours
    assert hours
    assert hours.same_by
    assert hours.same_by.value == ("title", "provider")
    assert shipped
    assert shipped.same_by is None


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("days_before = 90", "days_before = 180", "stages"),
        ("days_before = 90", "days_before = 0", "stages[2].days_before"),
        ('subdivision = "WI"', 'subdivision = "XX"', "calendar.country"),
        ('country = "US"', 'country = "HolidayBase"', "calendar.country"),
        ("send_at = 09:00:00", "send_at = 9", "send_at"),
        ('enters = "grace"', 'enters = "on_time"', "stages[8].enters"),
    ],
)
def test_a_broken_policy_is_refused_by_file_and_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    assert old in POLICY
    file = tmp_path / "twin.toml"
    file.write_text(POLICY.replace(old, new, 1))
    with pytest.raises(BadPack) as caught:
        read_policy(file)
    assert str(caught.value).startswith(f"{file}: '{key}' ")


def test_two_files_that_tell_one_version_differently_are_refused(tmp_path: Path) -> None:
    (tmp_path / "pack.toml").write_text(PACK + "\n# changed\n")
    with pytest.raises(BadPack, match="tell us-wi-cps@1 differently"):
        load_packs([tmp_path], find_used(get_resource("config") / "packs", ["us-wi-cps"]))
    (tmp_path / "pack.toml").write_text(POLICY + "\n# changed\n")
    with pytest.raises(BadPack, match="tell us-wi@1 differently"):
        load_policies([get_resource("config") / "policies", tmp_path])


def test_office_names_are_found_whatever_their_case_dots_and_spaces() -> None:
    packs = shipped_packs()
    for name in ("cps", "C.P.S.", "cert peer spec", "CERTIFIED  PEER SPECIALIST"):
        found = packs.find_by_office_name(name)
        assert found is not None
        assert found.key == "us-wi-cps"
    assert packs.find_by_office_name("RN") is None
