"""Spans made anew aside: only what differs is written, and never what rests on something that has changed meanwhile."""

import threading
from datetime import date

from kit.databases import on_both
from kit.world import World
from sqlalchemy import select, update

from certtrack.db.models import AuditEvent, AuditValue, Certification, StandingSpan
from certtrack.services.certifications import get_certification, record_status
from certtrack.services.rebuilding import (
    Rebuilt,
    find_range,
    plan_rebuilt,
    rebuild_at_once,
    record_rebuilt,
    write_rebuilt,
)

DUE, LATER = date(2026, 10, 31), date(2027, 10, 31)


def certify_some(world: World) -> list[int]:
    with world.database.writing() as session:
        made = [world.add_certification(session, world.add_person(session), day) for day in (DUE, LATER, DUE)]
    return [number for number, _ in made]


def list_spans(world: World) -> list[tuple[object, ...]]:
    columns = [column for column in StandingSpan.__table__.columns if column.name != "id"]
    with world.database.reading() as session:
        return [tuple(row) for row in session.execute(select(*columns).order_by(*columns[:2]))]


def spoil(world: World, *numbers: int) -> None:
    """As if they had been written by other rules."""
    with world.database.writing() as session:
        wrong = update(StandingSpan).where(StandingSpan.certification_id.in_(numbers))
        session.execute(wrong.values(hours="complete"))


def suspend(world: World, number: int, from_on: date) -> None:
    with world.database.writing() as session:
        certification = get_certification(session, number)
        common = {"reason": None, "actor": world.actor, "at": world.at}
        record_status(session, world.rulebook, certification, "suspended", from_on, **common)  # type: ignore[arg-type]  # fields of one call


def count_projected(world: World, number: int) -> int:
    with world.database.reading() as session:
        return session.get_one(Certification, number).projected_no


def test_what_differs_is_written_as_it_would_have_been_and_a_second_time_nothing(world: World) -> None:
    first, second, third = certify_some(world)
    right = list_spans(world)
    spoil(world, first, third)
    assert list_spans(world) != right
    before = [count_projected(world, number) for number in (first, second, third)]
    with world.database.reading() as session:
        looked_at, planned = plan_rebuilt(session, world.rulebook, first, third, at=world.at)
    assert (looked_at, [one.certification_id for one in planned]) == (3, [first, third])
    with world.database.writing() as session:
        assert write_rebuilt(session, planned, at=world.at) == []
    assert list_spans(world) == right
    with world.database.reading() as session:
        assert plan_rebuilt(session, world.rulebook, first, third, at=world.at) == (3, [])
    after = [count_projected(world, number) for number in (first, second, third)]
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 0, 1]


def test_one_that_was_projected_meanwhile_is_left_alone(world: World) -> None:
    first, second, third = certify_some(world)
    spoil(world, first, second)
    with world.database.reading() as session:
        _, planned = plan_rebuilt(session, world.rulebook, first, third, at=world.at)
    suspend(world, first, date(2026, 6, 1))
    suspended = [row for row in list_spans(world) if row[0] == first]
    with world.database.writing() as session:
        assert write_rebuilt(session, planned, at=world.at) == [first]
    assert [row for row in list_spans(world) if row[0] == first] == suspended
    assert {row[4] for row in list_spans(world) if row[0] == second} == {"short"}
    with world.database.writing() as session:
        assert rebuild_at_once(session, world.rulebook, [first], at=world.at) == 0
    spoil(world, first)
    with world.database.writing() as session:
        assert rebuild_at_once(session, world.rulebook, [first, second], at=world.at) == 1
    assert [row for row in list_spans(world) if row[0] == first] == suspended


def test_ranges_hold_so_many_each_whatever_numbers_are_missing(world: World) -> None:
    first, second, third = certify_some(world)
    with world.database.writing() as session:
        found = [find_range(session, after, 2) for after in (0, second, third)]
        assert found == [(first, second), (third, third), None]


@on_both
def test_of_two_changes_at_once_the_second_sees_what_the_first_has_changed(world: World) -> None:
    number, *_ = certify_some(world)
    with world.database.writing() as session:
        certification = get_certification(session, number)
        common = {"reason": None, "actor": world.actor, "at": world.at}
        record_status(session, world.rulebook, certification, "suspended", date(2026, 6, 1), **common)  # type: ignore[arg-type]  # fields of one call
        other = threading.Thread(target=suspend, args=(world, number, date(2026, 5, 20)))
        other.start()
        other.join(0.2)
        assert other.is_alive()
    other.join(30)
    spans = [(row[1], row[3]) for row in list_spans(world) if row[0] == number]
    assert (date(2026, 5, 20), "suspended") in spans
    with world.database.reading() as session:
        assert plan_rebuilt(session, world.rulebook, number, number, at=world.at) == (1, [])


def test_the_audit_says_of_how_many_spans_were_made_anew(world: World) -> None:
    with world.database.writing() as session:
        record_rebuilt(session, Rebuilt(3, 2, is_whole=False), actor=world.actor, at=world.at)
    query = select(AuditEvent.actor, AuditValue.details).join(AuditValue, AuditValue.event_id == AuditEvent.id)
    with world.database.reading() as session:
        ((actor, details),) = session.execute(query.where(AuditEvent.action == "rules.rebuilt")).all()
    assert actor == world.actor.key
    assert details == {"looked_at": 3, "written": 2, "is_whole": False}
