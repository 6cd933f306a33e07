"""Limits on tries hold exactly, however many ask at once."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from limits import RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter

from certtrack.auth.limits import DatabaseStorage
from certtrack.db.engine import Database


def _same(database: Database) -> Database:
    return database


def test_exactly_five_of_forty_tries_pass_over_eight_databases_at_once(database_url: str) -> None:
    opened = [Database(database_url) for _ in range(8)]
    limiters = [FixedWindowRateLimiter(DatabaseStorage(open_database=partial(_same, own))) for own in opened]
    five = RateLimitItemPerMinute(5)
    with ThreadPoolExecutor(8) as pool:
        passed = list(pool.map(lambda no: limiters[no % 8].hit(five, "sign-in", "alice"), range(40)))
    for own in opened:
        own.close()
    assert passed.count(True) == 5


def test_a_cleared_counter_begins_anew_and_another_is_left(database: Database) -> None:
    storage = DatabaseStorage(open_database=lambda: database)
    storage.incr("one", 60)
    storage.incr("two", 60)
    storage.clear("one")
    assert (storage.get("one"), storage.get("two")) == (0, 1)
    assert 0 < storage.seconds_left("two") <= 60


def test_a_counter_that_is_over_begins_anew(database: Database) -> None:
    storage = DatabaseStorage(open_database=lambda: database)
    storage.incr("one", -1)
    assert storage.get("one") == 0
    assert storage.incr("one", 60) == 1
