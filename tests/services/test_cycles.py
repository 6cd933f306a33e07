"""Cycles: what can't be done to them is refused, with both values named."""

import threading
from datetime import date

import pytest
from kit.databases import on_both
from kit.world import World
from sqlalchemy import func, select

from certtrack.db.models import Cause
from certtrack.errors import BadInput, Refused
from certtrack.services.certifications import get_certification
from certtrack.services.cycles import NewCycle, close_cycle, get_cycle, move_due_day, open_cycle
from certtrack.services.reminders.cause_keys import get_cause

DUE = date(2026, 10, 31)


def move(world: World, cycle_id: int, day: date) -> None:
    with world.database.writing() as session:
        move_due_day(
            session, world.rulebook, get_cycle(session, cycle_id), day, due_source="stated", computed_due_on=None,
            armed_on=world.today, reason=None, actor=world.actor, at=world.at,
        )  # fmt: skip


def close(world: World, cycle_id: int, day: date) -> None:
    with world.database.writing() as session:
        cycle = get_cycle(session, cycle_id)
        close_cycle(session, world.rulebook, cycle, day, reason=None, actor=world.actor, at=world.at)


def test_a_closed_cycle_is_neither_moved_nor_closed_again(world: World) -> None:
    _, cycle = world.certify(world.person(), DUE)
    close(world, cycle, date(2026, 6, 1))
    with pytest.raises(Refused, match="closed on 2026-06-01; it can't be moved to 2027-10-31"):
        move(world, cycle, date(2027, 10, 31))
    with pytest.raises(Refused, match="closed on 2026-06-01; it can't be closed on 2026-07-01"):
        close(world, cycle, date(2026, 7, 1))


def test_a_withdrawn_cycle_is_not_moved(world: World) -> None:
    _, cycle = world.certify(world.person(), DUE)
    with world.database.writing() as session:
        get_cycle(session, cycle).is_withdrawn = True
    with pytest.raises(Refused, match="2026-10-31 was withdrawn; it can't be moved to 2026-10-30"):
        move(world, cycle, date(2026, 10, 30))


def test_a_day_is_not_moved_before_its_start_nor_onto_another_cycles(world: World) -> None:
    person = world.person()
    certification, cycle = world.certify(person, DUE)
    with world.database.writing() as session:
        new = NewCycle(date(2026, 11, 1), date(2028, 10, 31), "stated", world.today)
        known = get_certification(session, certification)
        open_cycle(session, world.rulebook, known, new, actor=world.actor, at=world.at)
    with pytest.raises(BadInput, match="due on 2028-10-31 already"):
        move(world, cycle, date(2028, 10, 31))
    with pytest.raises(BadInput, match="can't start on 2024-11-01 and be due on 2024-11-01"):
        move(world, cycle, date(2024, 11, 1))
    with pytest.raises(BadInput, match="began on 2024-11-01; it can't be closed on 2024-10-01"):
        close(world, cycle, date(2024, 10, 1))


@on_both
def test_one_cause_is_opened_once_by_many_at_once(world: World) -> None:
    gate, errors = threading.Barrier(4), list[Exception]()

    def ask() -> None:
        gate.wait()
        try:
            with world.database.writing() as session:
                get_cause(session, "import:1", world.at)
        except Exception as error:  # noqa: BLE001  # whatever it is, the test tells it
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Cause)) == 1
