"""The audit tells of each change to it."""

import threading
from datetime import UTC, datetime

import pytest
from kit.databases import on_both
from kit.world import World
from sqlalchemy import text

from certtrack.db.audit import (
    Fault,
    NewEvent,
    count_events,
    count_unsealed,
    record_event,
    record_events,
    seal_events,
    verify,
)
from certtrack.db.engine import Database

_AT = datetime(2026, 5, 15, 12, tzinfo=UTC)


def add_events(database: Database, many: int, **values: object) -> None:
    with database.writing() as session:
        for no in range(many):
            record_event(session, at=_AT, actor="t", action="a.b", subject=("x", no), details={"no": no} | values)


def seal(database: Database) -> int:
    with database.writing() as session:
        return seal_events(session, _AT)


def faults(database: Database) -> list[Fault]:
    with database.reading() as session:
        return verify(session)


def test_events_are_sealed_once_in_batches_of_5000_and_verify(database: Database) -> None:
    with database.writing() as session:
        record_events(session, [NewEvent("a.b", ("x", no), (), {}) for no in range(5_001)], at=_AT, actor="t")
    assert [seal(database) for _ in range(3)] == [5_000, 1, 0]
    assert faults(database) == []


@on_both
@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE audit_event SET actor = 'somebody' WHERE id = 4", "edited_seal"),
        ("UPDATE audit_value SET details = '{\"no\": 9}' WHERE event_id = 4", "edited_values"),
        (
            "UPDATE audit_value SET redacted_at = '2026-05-15', details = '{\"no\": 9}' WHERE event_id = 4",
            "edited_values",
        ),
        ("DELETE FROM audit_value WHERE event_id = 4", "edited_values"),
        ("DELETE FROM audit_person WHERE event_id = 1", "edited_seal"),
        ("UPDATE audit_seal SET digest = 'x' WHERE id = 1", "edited_seal"),
        ("DELETE FROM audit_seal WHERE id = 1", "gap"),
    ],
)
def test_each_kind_of_tampering_is_found(world: World, statement: str, kind: str) -> None:
    world.person()
    add_events(world.database, 6)
    seal(world.database)
    add_events(world.database, 1)
    seal(world.database)
    assert faults(world.database) == []
    if "audit_person" in statement:
        statement = "DELETE FROM audit_person"
    with world.database.writing() as session:
        session.execute(text(statement))
    assert kind in {fault.kind for fault in faults(world.database)}


def test_an_event_that_was_taken_away_is_found(database: Database) -> None:
    add_events(database, 3)
    seal(database)
    with database.writing() as session:
        session.execute(text("DELETE FROM audit_value WHERE event_id = 2"))
        session.execute(text("DELETE FROM audit_event WHERE id = 2"))
    assert faults(database) == [Fault("edited_seal", 1, 3, seal_id=1)]


def test_each_fault_says_among_which_events_to_look(database: Database) -> None:
    for many in (3, 2, 4, 1):
        add_events(database, many)
        seal(database)
    with database.writing() as session:
        session.execute(text("DELETE FROM audit_seal WHERE id = 2"))
        session.execute(text("UPDATE audit_event SET actor = 'somebody' WHERE id = 10"))
        session.execute(text("UPDATE audit_value SET salt = 'x' WHERE event_id = 7"))
    assert faults(database) == [
        Fault("gap", 4, 5, seal_id=3),
        Fault("edited_seal", 6, 9, seal_id=3),  # it rests on the seal that is gone
        Fault("edited_seal", 10, 10, seal_id=4),
        Fault("edited_values", 7, 7),
    ]


def test_values_that_are_gone_are_a_fault_also_where_they_say_that_they_were_redacted(database: Database) -> None:
    add_events(database, 2)
    seal(database)
    with database.writing() as session:
        empty = "UPDATE audit_value SET details = NULL, redacted_at = '2026-05-15 12:00:00.000000' WHERE event_id = 1"
        session.execute(text(empty))
    assert faults(database) == [Fault("edited_values", 1, 1)]


def test_values_of_any_kind_verify_as_they_are_read_again(database: Database) -> None:
    add_events(database, 1, at=_AT, day=_AT.date(), keys={10: 1, 9: 2}, pair=(1, 2), words="ñ \x00")
    seal(database)
    assert faults(database) == []


def test_writers_and_a_sealer_at_once_never_make_a_false_fault(database: Database) -> None:
    def write() -> None:
        for _ in range(40):
            add_events(database, 2)

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    sealed = 0
    while any(writer.is_alive() for writer in writers):
        sealed += seal(database)
    for writer in writers:
        writer.join()
    assert sealed + seal(database) == 160
    assert faults(database) == []


def test_events_that_no_seal_covers_yet_are_counted(world: World) -> None:
    with world.database.writing() as session:
        seal_events(session, world.at)
    world.person("Dave")
    with world.database.reading() as session:
        assert 0 < count_unsealed(session) < count_events(session)
    with world.database.writing() as session:
        seal_events(session, world.at)
        assert count_unsealed(session) == 0
