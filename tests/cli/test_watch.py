"""`certtrack watch`, and what the parent of `certtrack up` does at each look."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.databases import on_both
from kit.ports import find_port
from kit.smtp import SmtpServer
from kit.typed import Typed
from kit.webhook import Listener, listen
from kit.world import World

from certtrack.services.alarms import list_alarms
from certtrack.services.schedule import beat


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    with listen() as listener:
        monkeypatch.setenv("CERTTRACK_ALARM_WEBHOOK", listener.address)
        yield listener


def let_beat(world: World) -> None:
    with world.database.writing() as session:
        beat(session)


@on_both
def test_each_look_raises_tells_and_clears_once_and_one_that_finds_an_alarm_ends_with_1(
    typed: Typed, world: World, listener: Listener, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("HOST", smtp.host), ("PORT", str(smtp.port)), ("SECURITY", "none"), ("TO", "a@example.org")):
        monkeypatch.setenv(f"CERTTRACK_ALARM_SMTP_{name}", value)
    for _ in range(2):
        done = typed("watch")
        assert (done.exit_code, done.stdout) == (1, "")
        assert "Alarm: The scheduler is silent." in done.stderr
    assert listener.events() == [("raised", "scheduler_silent")]
    assert smtp.count_taken() == 1
    let_beat(world)
    for _ in range(2):
        assert typed("watch").exit_code == 0
    assert listener.events() == [("raised", "scheduler_silent"), ("over", "scheduler_silent")]
    assert [mail.header("Subject") for mail in smtp.list_taken()] == [
        "CertTrack: alarm: The scheduler is silent",
        "CertTrack: over: The scheduler is silent",
    ]


def test_a_webhook_that_is_down_stops_no_look_and_is_told_at_the_next(
    typed: Typed, world: World, listener: Listener
) -> None:
    listener.status = 500
    done = typed("watch")
    assert done.exit_code == 1
    assert "alarm_not_told" in done.stderr
    with world.database.reading() as session:
        assert [alarm.kind for alarm in list_alarms(session)] == ["scheduler_silent"]
    listener.status = 200
    typed("watch")
    typed("watch")
    assert listener.events() == [("raised", "scheduler_silent")] * 2


def test_a_test_alarm_goes_out_on_each_way_and_says_how_it_went(typed: Typed, listener: Listener, world: World) -> None:
    done = typed("watch", "--test-alarm")
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (0, "webhook: told.")
    assert listener.events() == [("test", None)]
    listener.status = 404
    done = typed("watch", "--test-alarm")
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (1, "webhook: it didn't get through (http_404).")
    with world.database.reading() as session:
        assert list_alarms(session) == []


def test_without_a_way_a_test_alarm_is_refused_with_the_settings_that_name_one(typed: Typed, tmp_path: Path) -> None:
    done = typed("watch", "--test-alarm")
    assert done.exit_code == 1
    assert "CERTTRACK_ALARM_WEBHOOK" in done.stderr


def test_a_database_that_stays_away_is_told_once_and_once_when_it_is_back(
    typed: Typed, world: World, listener: Listener, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_beat(world)
    nobody = f"postgresql+psycopg://nobody@127.0.0.1:{find_port()}/nothing"
    monkeypatch.setenv("CERTTRACK_HEARTBEAT_LIMIT_S", "600")
    monkeypatch.setenv("CERTTRACK_DATABASE_URL", nobody)
    assert typed("watch").exit_code == 1
    assert listener.events() == [], "it may be back in a moment"
    monkeypatch.setenv("CERTTRACK_HEARTBEAT_LIMIT_S", "0.001")
    listener.status = 500
    typed("watch")
    listener.status = 204
    for _ in range(2):
        assert typed("watch").exit_code == 1
    assert listener.events() == [("raised", "database_away")] * 2, "once more after it didn't get through"
    monkeypatch.setenv("CERTTRACK_DATABASE_URL", database_url)
    monkeypatch.setenv("CERTTRACK_HEARTBEAT_LIMIT_S", "600")
    for _ in range(2):
        assert typed("watch").exit_code == 0
    assert listener.events()[2:] == [("over", "database_away")]
