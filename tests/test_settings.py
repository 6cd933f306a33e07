"""Settings, and the key that is made once."""

import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from certtrack.errors import BadSettings
from certtrack.mail.return_path import LONGEST_NAME
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


@pytest.mark.parametrize(
    "address",
    ["office", "two@example.org, x@example.org", "a+b@example.org", "n" * (LONGEST_NAME + 1) + "@example.org"],
)
def test_an_address_for_reports_that_no_path_can_be_made_of_is_refused(address: str) -> None:
    assert load_settings(bounce_address="n" * LONGEST_NAME + "@example.org").bounce_address
    with pytest.raises(BadSettings, match="CERTTRACK_BOUNCE_ADDRESS"):
        load_settings(bounce_address=address)


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


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"alarm_webhook": "records.example.org"}, "CERTTRACK_ALARM_WEBHOOK must be an address"),
        ({"alarm_webhook": "ftp://records.example.org"}, "CERTTRACK_ALARM_WEBHOOK must be an address"),
        ({"alarm_webhook": "https://"}, "CERTTRACK_ALARM_WEBHOOK must be an address"),
        ({"alarm_webhook": "https://records.example.org:99999"}, "CERTTRACK_ALARM_WEBHOOK must be an address"),
        ({"alarm_webhook": "https://records.example.org/a b"}, "CERTTRACK_ALARM_WEBHOOK must be an address"),
        ({"alarm_webhook": "https://me@records.example.org"}, "CERTTRACK_ALARM_WEBHOOK_TOKEN is for that"),
        ({"alarm_webhook_token": "x"}, "CERTTRACK_ALARM_WEBHOOK isn't"),
        ({"alarm_webhook": "https://a.example.org", "alarm_webhook_token": "a\nX: y"}, "CERTTRACK_ALARM_WEBHOOK_TOKEN"),
        ({"alarm_smtp_host": "mail.example.org"}, "CERTTRACK_ALARM_SMTP_TO is missing"),
        ({"alarm_smtp_to": "a@example.org"}, "CERTTRACK_ALARM_SMTP_HOST is missing"),
        ({"alarm_smtp_host": "m.example.org", "alarm_smtp_to": "a, b@example.org"}, "CERTTRACK_ALARM_SMTP_TO must be"),
        (
            {"alarm_smtp_host": "m.example.org", "alarm_smtp_to": "a@example.org", "alarm_smtp_from": "office"},
            "CERTTRACK_ALARM_SMTP_FROM must be",
        ),
        (
            {"alarm_smtp_host": "m.example.org", "alarm_smtp_to": "a@example.org", "smtp_host": "m.example.org"},
            "CERTTRACK_ALARM_SMTP_HOST is the mail server of CERTTRACK_SMTP_HOST",
        ),
        ({"alarm_every_h": 0}, "CERTTRACK_ALARM_EVERY_H"),
        ({"mail_late_limit_s": 0}, "CERTTRACK_MAIL_LATE_LIMIT_S"),
    ],
)
def test_a_way_for_alarms_that_cant_work_is_refused_at_the_start_by_name(values: dict[str, Any], words: str) -> None:
    with pytest.raises(BadSettings, match=words):
        load_settings(**values)


def test_alarms_may_go_by_webhook_and_by_another_mail_server() -> None:
    settings = load_settings(
        alarm_webhook="http://127.0.0.1:9000/x?y=z",
        alarm_webhook_token="a",  # noqa: S106  # for tests alone
        alarm_smtp_host="mail.example.org",
        alarm_smtp_security="TLS",
        alarm_smtp_to="office@example.org",
        smtp_host="other.example.org",
    )
    assert (settings.alarm_every_h, settings.mail_late_limit_s, settings.alarm_smtp_security) == (4, 3600, "tls")
