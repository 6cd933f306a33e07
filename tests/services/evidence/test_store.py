"""Files on disk and in a bucket: kept alike, only their owner's on disk, and what is gone is said kindly."""

import os
import re
import stat
import tempfile
from datetime import timedelta
from pathlib import Path

import obstore
import pytest
from kit.bucket import Bucket
from kit.files import on_disk, picture
from kit.ports import find_port
from obstore.store import S3Store

from certtrack.clock import WallClock
from certtrack.errors import BadSettings, NotFound
from certtrack.services.evidence.bucket import BucketStore
from certtrack.services.evidence.intake import take_in
from certtrack.services.evidence.limits import BadFile
from certtrack.services.evidence.store import EvidenceStore, FolderStore, StoreAway, check_store, open_store
from certtrack.settings import load_settings

KEY, OTHER = "ab" * 16, "cd" * 16


@pytest.fixture
def part(tmp_path: Path) -> Path:
    path = tmp_path / "drawn.jpg"
    path.write_bytes(b"a picture")
    return path


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> EvidenceStore:
    """Both kinds, as the setting opens them."""
    url = request.getfixturevalue("bucket").url if request.param == "bucket" else ""
    return open_store(load_settings(env="test", instance=tmp_path / "instance", evidence_url=url))


def test_a_file_is_kept_read_and_taken_away(store: EvidenceStore, part: Path) -> None:
    assert list(store.list_keys()) == []
    store.put(KEY, {"page-1.jpg": part, "preview.jpg": part})
    store.put(OTHER, {"page-1.jpg": part})

    assert store.read(KEY, "page-1.jpg") == b"a picture"
    assert {key for key, _ in store.list_keys()} == {KEY, OTHER}
    assert all(abs(at - WallClock().now()) < timedelta(minutes=1) for _, at in store.list_keys())
    store.remove(KEY)
    store.remove(KEY)
    for key in (KEY, "ef" * 16):
        with pytest.raises(NotFound, match="ask your office"):
            store.read(key, "page-1.jpg")
    assert [key for key, _ in store.list_keys()] == [OTHER]


def test_only_its_owner_reads_what_is_kept(tmp_path: Path, part: Path) -> None:
    store = open_store(load_settings(env="test", instance=tmp_path / "instance"))
    store.put(KEY, {"page-1.jpg": part})

    kept = list((tmp_path / "instance/evidence").rglob("*"))
    assert [path.name for path in kept if path.is_file()] == ["page-1.jpg"]
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in kept} == {0}


def test_nothing_is_written_over_on_disk(tmp_path: Path, part: Path) -> None:
    store = FolderStore(tmp_path / "evidence")
    store.put(KEY, {"page-1.jpg": part})
    with pytest.raises(StoreAway):
        store.put(KEY, {"page-1.jpg": part})


def test_a_large_file_goes_to_a_bucket_whole_so_that_a_crash_leaves_no_parts(bucket: Bucket, part: Path) -> None:
    part.write_bytes(bytes(11 * 1024 * 1024))
    BucketStore(bucket.url).put(KEY, {"original.pdf": part})
    tag = obstore.head(S3Store.from_url(bucket.url, client_options={"allow_http": True}), f"{KEY}/original.pdf")[
        "e_tag"
    ]
    assert "-" not in (tag or "-"), "the tag of one that came in parts says how many they were"


def test_storage_that_does_not_answer_is_said_to_be_away(
    bucket: Bucket, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{find_port()}")
    store = BucketStore(bucket.url)
    with pytest.raises(StoreAway, match="try it again in a while"):
        store.put(KEY, {"page-1.jpg": part})


def test_a_file_that_cannot_be_kept_is_a_file_that_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("a file where the folder should be")
    with pytest.raises(BadFile) as caught:
        on_disk(picture(), lambda file: take_in(file, "a.jpg", FolderStore(tmp_path / "evidence")))
    assert caught.value.problem == "not_kept"


def test_without_room_to_draw_a_file_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    source = (tmp_path / "a.jpg").open("w+b")
    with source, pytest.raises(BadFile) as caught:
        take_in(source, "a.jpg", FolderStore(tmp_path / "evidence"))
    assert caught.value.problem == "not_kept"


def test_a_folder_that_cannot_be_read_is_away_and_nothing_is_said_to_be_gone(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    (tmp_path / KEY[:2]).write_text("a file where the folder should be")
    with pytest.raises(StoreAway):
        store.read(KEY, "page-1.jpg")
    with pytest.raises(StoreAway):
        store.remove(KEY)


def test_what_is_taken_away_meanwhile_is_not_listed_nor_what_is_no_key(tmp_path: Path, part: Path) -> None:
    store = FolderStore(tmp_path)
    for key in (KEY, KEY[:-2] + "cd"):
        store.put(key, {"page-1.jpg": part})
    (tmp_path / KEY[:2] / ("z" * 32)).mkdir()
    keys = store.list_keys()
    first, _ = next(keys)
    for key in (KEY, KEY[:-2] + "cd"):
        store.remove(key)
    assert list(keys) == []
    assert first in (KEY, KEY[:-2] + "cd")


def test_what_a_killed_process_had_drawn_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left, busy = tmp_path / "certtrack-drawn-left", tmp_path / "certtrack-drawn-busy"
    for folder in (left, busy):
        folder.mkdir()
        (folder / "page-1.jpg").write_bytes(b"a certificate")
    long_ago = (WallClock().now() - timedelta(hours=2)).timestamp()
    os.utime(left, (long_ago, long_ago))

    on_disk(picture(), lambda file: take_in(file, "a.jpg", FolderStore(tmp_path / "evidence")))
    assert [path.name for path in tmp_path.glob("certtrack-*")] == [busy.name]


@pytest.mark.parametrize("url", ["papers", "https://papers.example.org/", "s3://", "s3:///folder"])
def test_an_address_that_is_no_buckets_is_refused(tmp_path: Path, url: str) -> None:
    settings = load_settings(env="test", instance=tmp_path, evidence_url=url)
    with pytest.raises(BadSettings, match="s3://BUCKET/FOLDER"):
        check_store(settings)


def test_without_the_extra_a_bucket_is_refused_with_the_command_that_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("certtrack.services.evidence.store.find_spec", lambda _name: None)
    with pytest.raises(BadSettings, match=re.escape("pip install 'certtrack[s3]'")):
        check_store(load_settings(env="test", instance=tmp_path, evidence_url="s3://papers"))
