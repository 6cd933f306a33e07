"""An alarm is told once when raised, again while it is open, once when it is over, and by one process."""

import threading
from datetime import UTC, datetime

import pytest
from kit.databases import on_both
from sqlalchemy import update

from certtrack.db.engine import Database
from certtrack.db.models import AlarmNotice
from certtrack.db.types import db_now
from certtrack.services.alarm_notices import Notice, load_alarms, settle_notice, take_notices
from certtrack.services.alarms import clear_alarm, raise_alarm

_AT = datetime(2026, 5, 15, tzinfo=UTC)
_EVERY_S = 4 * 3600


@pytest.fixture
def raised(database: Database) -> Database:
    with database.writing() as session:
        raise_alarm(session, "relay_stopped", at=_AT, detail="sign_in")
    return database


def take(database: Database, *ways: str) -> list[Notice]:
    with database.writing() as session:
        return take_notices(session, ways or ("webhook",), _EVERY_S)


def tell(database: Database, *ways: str, trouble: str | None = None) -> list[tuple[str, str]]:
    """All that is to be told now is told, or isn't: way and event."""
    notices = take(database, *ways)
    with database.writing() as session:
        for notice in notices:
            settle_notice(session, notice, trouble)
    return [(notice.way, notice.event) for notice in notices]


def let_pass(database: Database, seconds: float) -> None:
    """What was told, was told so long ago."""
    with database.writing() as session:
        session.execute(update(AlarmNotice).where(AlarmNotice.told_at.is_not(None)).values(told_at=db_now(-seconds)))


def close(database: Database) -> None:
    with database.writing() as session:
        clear_alarm(session, "relay_stopped", at=_AT)


def test_it_is_told_once_on_each_way_again_after_some_hours_and_once_when_over(raised: Database) -> None:
    assert tell(raised, "webhook", "mail") == [("webhook", "raised"), ("mail", "raised")]
    let_pass(raised, _EVERY_S - 60)
    assert tell(raised, "webhook", "mail") == []
    let_pass(raised, _EVERY_S + 1)
    assert tell(raised, "webhook", "mail") == [("webhook", "open"), ("mail", "open")]
    assert tell(raised, "webhook", "mail") == []
    close(raised)
    assert tell(raised, "webhook", "mail") == [("webhook", "over"), ("mail", "over")]
    assert tell(raised, "webhook", "mail") == []
    with raised.reading() as session:
        known = load_alarms(session, 5)
        [alarm] = known.past
        notices = known.notices[alarm.id]
    assert [(notice.way, notice.times, notice.trouble) for notice in notices] == [
        ("mail", 3, None),
        ("webhook", 3, None),
    ]
    assert all(notice.told_at and notice.over_told_at for notice in notices)


def test_what_did_not_get_through_is_tried_at_the_next_look_on_that_way_alone(raised: Database) -> None:
    [webhook, mail] = take(raised, "webhook", "mail")
    with raised.writing() as session:
        settle_notice(session, webhook, "http_500")
        settle_notice(session, mail, None)
        assert [notice.trouble for notice in load_alarms(session, 5).notices[webhook.alarm.id]] == [
            None,
            "http_500",
        ]
    assert tell(raised, "webhook", "mail", trouble="no_connection") == [("webhook", "raised")]
    assert tell(raised, "webhook", "mail") == [("webhook", "raised")]
    close(raised)
    assert tell(raised, "webhook", trouble="http_500") == [("webhook", "over")]
    assert tell(raised, "webhook", "mail") == [("webhook", "over"), ("mail", "over")]


def test_the_end_of_what_was_never_told_is_not_told(raised: Database) -> None:
    tell(raised, trouble="no_connection")
    close(raised)
    assert tell(raised) == []


def test_a_second_process_leaves_what_the_first_has_in_hand_until_that_is_long_gone(raised: Database) -> None:
    assert len(take(raised)) == 1
    assert take(raised) == []
    with raised.writing() as session:
        session.execute(update(AlarmNotice).values(telling_until=db_now(-1)))
    assert len(take(raised)) == 1


@on_both
def test_of_many_processes_that_look_at_once_one_tells_it(raised: Database) -> None:
    taken: list[Notice] = []
    threads = [threading.Thread(target=lambda: taken.extend(take(raised))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 1
