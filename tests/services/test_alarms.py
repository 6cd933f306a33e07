"""Alarms are open once."""

import threading
from datetime import UTC, datetime

from kit.databases import on_both

from certtrack.db.engine import Database
from certtrack.services.alarms import clear_alarm, list_alarms, raise_alarm

_AT = datetime(2026, 5, 15, tzinfo=UTC)


def test_an_alarm_is_raised_once_cleared_once_and_may_come_again(database: Database) -> None:
    with database.writing() as session:
        assert [raise_alarm(session, "relay_stopped", at=_AT) for _ in range(2)] == [True, False]
        assert raise_alarm(session, "scheduler_silent", at=_AT)
        assert [clear_alarm(session, "relay_stopped", at=_AT) for _ in range(2)] == [True, False]
        assert raise_alarm(session, "relay_stopped", at=_AT, detail="535")
        assert [(alarm.kind, alarm.detail) for alarm in list_alarms(session)] == [
            ("scheduler_silent", None),
            ("relay_stopped", "535"),
        ]


@on_both
def test_an_open_alarm_says_what_is_so_by_now(database: Database) -> None:
    with database.writing() as session:
        assert raise_alarm(session, "relay_stopped", at=_AT, detail="greeting")
        assert not raise_alarm(session, "relay_stopped", at=_AT, detail="sign_in")
    with database.reading() as session:
        [alarm] = list_alarms(session)
    assert (alarm.detail, alarm.raised_at) == ("sign_in", _AT)


@on_both
def test_of_many_processes_one_raises_the_alarm(database: Database) -> None:
    raised: list[bool] = []

    def run() -> None:
        with database.writing() as session:
            raised.append(raise_alarm(session, "relay_stopped", at=_AT))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(raised) == [False, False, False, True]
