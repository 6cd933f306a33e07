"""Which shipped packs an installation uses is told by their names alone; none of the others is read."""

from copy import deepcopy
from pathlib import Path

import pytest

from certtrack.errors import BadPack
from certtrack.packs import find_used, load_packs
from certtrack.packs.files import key_of, list_shipped
from certtrack.packs.table import load_tables
from certtrack.resources import get_resource
from certtrack.services.rulebook import load_rulebook

PACK = (get_resource("config") / "packs" / "us-wi-cps.toml").read_text()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Shipped packs that are no TOML: whoever reads one is told."""
    (tmp_path / "examples").mkdir()
    for name in ("xx-a-cps", "xx-a-cps@2", "xx-a-prc", "xx-b-cps", "examples/xx-b-prc"):
        (tmp_path / f"{name}.toml").write_text("= broken")
    return tmp_path


@pytest.mark.parametrize(
    ("used", "found"),
    [
        (["xx-a-*"], ["xx-a-cps", "xx-a-cps@2", "xx-a-prc"]),
        (["xx-a-cps"], ["xx-a-cps", "xx-a-cps@2"]),
        (["*"], ["xx-a-cps", "xx-a-cps@2", "xx-a-prc", "xx-b-cps"]),
        (["xx-a-prc", "xx-b-prc"], ["xx-a-prc", "xx-b-prc"]),
        ([], []),
    ],
)
def test_a_pattern_names_every_version_and_an_example_only_by_its_whole_key(
    folder: Path, used: list[str], found: list[str]
) -> None:
    assert [path.stem for path in find_used(folder, used)] == found


@pytest.mark.parametrize("pattern", ["xx-c-*", "XX-A-*", "xx-b-p*", ""])
def test_a_pattern_that_names_no_pack_is_refused_with_the_keys_that_there_are(folder: Path, pattern: str) -> None:
    with pytest.raises(BadPack) as caught:
        find_used(folder, ["xx-a-*", pattern])
    assert str(caught.value) == (
        f"The setting 'packs' names {pattern!r}, and no shipped pack is called so. "
        "There are: xx-a-cps, xx-a-prc, xx-b-cps, xx-b-prc."
    )


def test_a_shipped_file_is_called_as_its_pack(tmp_path: Path) -> None:
    for name in ("us-wi-cps@1.toml", "us-wi-prc.toml"):
        file = tmp_path / name
        file.write_text(PACK)
        with pytest.raises(BadPack, match=r"'key' and 'version' make its name us-wi-cps\.toml; call the file so"):
            load_packs([], [file])
        file.unlink()
    file = tmp_path / "us-wi-cps@2.toml"
    file.write_text(PACK.replace("version = 1\n", "version = 2\n", 1))
    assert load_packs([], [file]).get("us-wi-cps").version == 2


def test_the_packs_of_the_installation_are_used_whatever_is_named(tmp_path: Path) -> None:
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "own.toml").write_text(PACK.replace('key = "us-wi-cps"', 'key = "xx-cps"', 1))
    rulebook = load_rulebook(tmp_path, ["us-wi-dhs36"])
    assert [pack.key for pack in rulebook.packs.list()] == ["xx-cps"]
    assert [pack.key for pack in rulebook.services.list()] == ["us-wi-dhs36"]


def test_a_file_says_the_same_each_time_it_is_read_and_something_new_once_it_is_changed(tmp_path: Path) -> None:
    (file := tmp_path / "own.toml").write_text(PACK)
    first, again = (load_packs([tmp_path]).list() for _ in range(2))
    assert first == again
    file.write_text(PACK.replace("version = 1", "version = 2", 1))
    (changed,) = load_packs([tmp_path]).list()
    assert (changed.key, changed.version) == (first[0].key, 2)


def test_nobody_writes_into_what_a_text_was_parsed_to() -> None:
    known = load_tables(PACK)
    before = deepcopy(known)
    load_rulebook(Path("nowhere"))
    assert load_tables(PACK) is known
    assert known == before


def test_every_shipped_pack_can_be_used_beside_all_others(tmp_path: Path) -> None:
    every = list_shipped(get_resource("config") / "packs")
    rulebook = load_rulebook(tmp_path, sorted({key_of(path) for path in every}))
    assert len(rulebook.packs.list()) + len(rulebook.services.list()) == len(every)
