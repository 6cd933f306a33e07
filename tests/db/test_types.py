"""Moments, and the database's own clock."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from kit.databases import on_both
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from certtrack.db.engine import Database
from certtrack.db.models import Job
from certtrack.db.types import db_now

_AT = datetime(2026, 5, 15, 12, tzinfo=UTC)


def add_job(database: Database, name: str, at: datetime) -> None:
    with database.writing() as session:
        session.add(Job(name=name, heartbeat_at=at))


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="needs a zone"):
        add_job(database, "a", _AT.replace(tzinfo=None))


def test_a_moment_of_any_zone_comes_back_in_utc(database: Database) -> None:
    add_job(database, "a", datetime(2026, 5, 15, 7, 0, 0, 123456, timezone(timedelta(hours=-5))))
    with database.reading() as session:
        found = session.scalars(select(Job.heartbeat_at)).one()
    assert (found, found and found.tzinfo) == (_AT.replace(microsecond=123456), UTC)


def test_moments_are_ordered_to_the_microsecond(database: Database) -> None:
    for name, micro in (("c", 1_000), ("a", 0), ("b", 1), ("d", 10_000)):
        add_job(database, name, _AT.replace(microsecond=micro))
    with database.reading() as session:
        assert list(session.scalars(select(Job.name).order_by(Job.heartbeat_at))) == ["a", "b", "c", "d"]


@on_both
@pytest.mark.parametrize(("plus", "is_later"), [(-5, False), (-0.5, False), (5, True), (180.25, True), (90_000, True)])
def test_the_databases_clock_compares_with_stored_moments(database: Database, plus: float, is_later: bool) -> None:
    with database.writing() as session:
        session.add(Job(name="a", heartbeat_at=db_now()))
    with database.reading() as session:
        found = session.scalar(select(Job.name).where(Job.heartbeat_at < db_now(plus)))
        assert (found == "a") is is_later
        written = session.scalars(select(Job.heartbeat_at)).one()
    assert written is not None
    assert abs(written - datetime.now(UTC)) < timedelta(seconds=30)
