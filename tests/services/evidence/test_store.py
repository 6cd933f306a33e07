"""Files on disk: only their owner reads them, nothing is half there, and what is gone is said kindly."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest

from certtrack.clock import WallClock
from certtrack.errors import NotFound
from certtrack.services.evidence.store import FolderStore, open_store
from certtrack.settings import load_settings

KEY, OTHER = "ab" * 16, "cd" * 16


@pytest.fixture
def part(tmp_path: Path) -> Path:
    path = tmp_path / "drawn.jpg"
    path.write_bytes(b"a picture")
    return path


def test_a_file_is_kept_read_and_taken_away(tmp_path: Path, part: Path) -> None:
    store = FolderStore(tmp_path / "evidence")
    store.put(KEY, {"page-1.jpg": part, "preview.jpg": part})
    store.put(OTHER, {"page-1.jpg": part})

    assert store.read(KEY, "page-1.jpg") == b"a picture"
    assert {key for key, _ in store.list_keys()} == {KEY, OTHER}
    assert all(abs(at - WallClock().now()) < timedelta(minutes=1) for _, at in store.list_keys())
    store.remove(KEY)
    store.remove(KEY)
    with pytest.raises(NotFound, match="ask your office"):
        store.read(KEY, "page-1.jpg")
    assert [key for key, _ in store.list_keys()] == [OTHER]


def test_only_its_owner_reads_what_is_kept(tmp_path: Path, part: Path) -> None:
    store = open_store(load_settings(env="test", instance=tmp_path / "instance"))
    store.put(KEY, {"page-1.jpg": part})

    kept = list((tmp_path / "instance/evidence").rglob("*"))
    assert [path.name for path in kept if path.is_file()] == ["page-1.jpg"]
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in kept} == {0}


def test_nothing_is_written_over(tmp_path: Path, part: Path) -> None:
    store = FolderStore(tmp_path / "evidence")
    store.put(KEY, {"page-1.jpg": part})
    with pytest.raises(FileExistsError):
        store.put(KEY, {"page-1.jpg": part})


def test_an_empty_store_has_no_keys(tmp_path: Path) -> None:
    assert list(FolderStore(tmp_path / "none").list_keys()) == []
