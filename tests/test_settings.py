"""Settings, and the key that is made once."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from certtrack.errors import BadSettings
from certtrack.settings import load_secret_key, load_settings, make_instance

_KEY = "from certtrack.settings import *; print(load_secret_key(load_settings()))"


def test_a_variable_wins_over_the_installations_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text('port = 81\nhost = "::1"\n')
    monkeypatch.setenv("CERTTRACK_INSTANCE", str(tmp_path))
    monkeypatch.setenv("CERTTRACK_PORT", "82")
    assert (load_settings().port, load_settings().host) == (82, "::1")


@pytest.mark.parametrize(
    ("text", "words"),
    [("port = 0", "CERTTRACK_PORT"), ("colour = 1", "CERTTRACK_COLOUR"), ("port =", "isn't TOML")],
)
def test_an_error_names_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, words: str) -> None:
    (tmp_path / "config.toml").write_text(text)
    monkeypatch.setenv("CERTTRACK_CONFIG", str(tmp_path / "config.toml"))
    with pytest.raises(BadSettings, match=words):
        load_settings()


def test_the_clock_is_not_moved_in_production(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="CERTTRACK_CLOCK_FILE"):
        load_settings(env="production", clock_file=tmp_path / "clock")


def test_a_lease_must_outlast_the_deadline() -> None:
    with pytest.raises(BadSettings, match="CERTTRACK_MAIL_LEASE_S"):
        load_settings(mail_lease_s=1, mail_deadline_s=1)


def test_the_instance_is_its_owners_alone(tmp_path: Path) -> None:
    folder = make_instance(load_settings(instance=tmp_path / "instance"))
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())} == {0o700}


def test_processes_that_start_at_once_make_one_key(tmp_path: Path) -> None:
    env = {"CERTTRACK_INSTANCE": str(tmp_path / "i")}
    command = (sys.executable, "-c", _KEY)
    starting = [subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    keys = {process.communicate(timeout=60)[0].strip() for process in starting}
    assert keys == {load_secret_key(load_settings(instance=tmp_path / "i"))}
    assert len(keys.pop()) >= 60
    assert stat.S_IMODE((tmp_path / "i" / "secret-key").stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["us-xx-*,us-yy-cps", "us-xx-* us-yy-cps", " us-xx-*, us-yy-cps "])
def test_packs_are_named_in_a_variable_with_commas_and_in_a_file_as_a_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (tmp_path / "config.toml").write_text('packs = ["us-xx-*", "us-yy-cps"]')
    monkeypatch.setenv("CERTTRACK_INSTANCE", str(tmp_path))
    from_file = load_settings().packs
    monkeypatch.setenv("CERTTRACK_PACKS", text)
    assert from_file == load_settings().packs == ("us-xx-*", "us-yy-cps")
