"""A service pack that can't be used is refused by file and key; an unknown value is None, with its source."""

from pathlib import Path

import pytest
from kit.rules import shipped_packs

from certtrack.errors import BadPack, NotFound
from certtrack.packs import load_packs, load_service_packs, read_service_pack
from certtrack.resources import get_resource

FOLDER = get_resource("config") / "packs"
PACK = (FOLDER / "us-wi-dhs36.toml").read_text()


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('unit = "week"', 'unit = "year"', "period.unit"),
        ("service_minutes = 1800", "service_minutes = 0", "per_service.service_minutes"),
        ('tests = "either"', 'tests = "any"', "met_by.tests"),
        ('on = "unknown"', 'on = "friday"', "week_begins.on"),
        ('items = ["individual"', 'items = ["lunch"', "kinds.items"),
        ("[ways.remote]", "[ways.by_owl]", "ways.by_owl"),
        ('sides = ["supervisor"]', 'sides = ["client"]', "signed_by.sides"),
        ("includes_peer_specialists = true", "includes_peer_specialists = false", "staff.includes_peer_specialists"),
        ('"forms"\nsure = "unknown"', '"forms"\nsure = "verified"', "ways.remote.sure"),
        ('kind = "service"', 'kind = "service"\ncolour = "red"', "colour"),
    ],
)  # fmt: skip
def test_a_broken_service_pack_is_refused_by_file_and_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    assert old in PACK
    file = tmp_path / "twin.toml"
    file.write_text(PACK.replace(old, new, 1))
    with pytest.raises(BadPack) as caught:
        read_service_pack(file)
    assert str(caught.value).startswith(f"{file}: '{key}' ")


def test_what_nobody_published_is_none_and_keeps_its_source() -> None:
    pack = read_service_pack(FOLDER / "us-wi-dhs36.toml")
    assert (pack.week_begins.value, pack.week_begins.sure) == (None, "unknown")
    assert pack.ways["remote"].value is None
    assert pack.staff.sure == "unverified"
    assert pack.met_by.sure == "inferred"


def test_both_kinds_of_pack_lie_in_one_folder_and_each_is_read_as_its_own(tmp_path: Path) -> None:
    assert {"us-wi-cps", "us-wi-cpps"} <= {pack.key for pack in shipped_packs().list()}
    found = load_service_packs([FOLDER, tmp_path / "none"])
    assert [pack.ref for pack in found.list()] == ["us-wi-dhs36@1"]
    (tmp_path / "odd.toml").write_text(PACK.replace('kind = "service"', 'kind = "sauce"'))
    with pytest.raises(BadPack, match="kind"):
        load_packs([tmp_path])


def test_the_version_that_speaks_for_a_day_is_found_and_two_tellings_of_one_are_refused(tmp_path: Path) -> None:
    later = PACK.replace("version = 1", "version = 2").replace("2020-01-01", "2026-06-01")
    (tmp_path / "later.toml").write_text(later)
    found = load_service_packs([FOLDER, tmp_path])
    days = [found.get("us-wi-dhs36", on=day).version for day in (pack.applies_from for pack in found.list())]
    assert days == [1, 2]
    assert found.get("us-wi-dhs36").version == 2
    with pytest.raises(NotFound):
        found.get("us-wi-cps")
    (tmp_path / "later.toml").write_text(PACK + "\n# changed\n")
    with pytest.raises(BadPack, match="tell us-wi-dhs36@1 differently"):
        load_service_packs([FOLDER, tmp_path])
