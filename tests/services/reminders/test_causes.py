"""What waits for a person, and its release."""

from datetime import date

import pytest
from kit.planning import Planner
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import AuditEvent
from certtrack.errors import NotFound
from certtrack.services.reminders.causes import list_held, release_all, release_cause, release_person

DUE = date(2026, 10, 31)


def test_a_released_cause_goes_out_and_stays_released(world: World, planner: Planner) -> None:
    people = planner.roster(26, DUE, armed_on=date(2026, 5, 4))
    planner.look(date(2026, 5, 4))
    with world.database.reading() as session:
        [held] = list_held(session)
    assert (held.key, held.kind, held.people_count) == ("import:1", "import", 26)
    with world.database.writing() as session:
        assert release_cause(session, "import:1", actor=world.actor, at=world.at) == 26
    assert [row.state for row in planner.rows()] == ["planned"] * 26
    planner.look()
    planner.settle()
    assert planner.look(date(2026, 7, 31))["planned"] == 26
    assert planner.cause("import:1").state == "released"
    assert len(people) == 26


def test_the_release_of_a_cause_leaves_those_who_wait_by_name(world: World, planner: Planner) -> None:
    [(person, cycle)] = planner.roster(1, date(2026, 4, 20), armed_on=date(2026, 5, 15), release_by_name=True)
    planner.look(date(2026, 5, 15))
    with world.database.writing() as session:
        assert release_cause(session, "import:1", actor=world.actor, at=world.at) == 0
        assert release_person(session, person, actor=world.actor, at=world.at) == 1
        assert list_held(session) == []
    assert planner.waiting(cycle) == ["grace"]
    planner.settle()
    planner.look(date(2026, 5, 25))
    assert planner.waiting(cycle) == ["late"]


def test_what_is_no_longer_true_is_not_mailed_on_release(world: World, planner: Planner) -> None:
    [(person, cycle)] = planner.roster(1, date(2026, 4, 20), armed_on=date(2026, 5, 15), release_by_name=True)
    planner.look(date(2026, 5, 15))
    world.move_to(date(2026, 5, 25))
    with world.database.writing() as session:
        release_person(session, person, actor=world.actor, at=world.at)
    assert planner.waiting(cycle) == []
    planner.look()
    assert planner.waiting(cycle) == ["late"]


def test_everything_is_released_at_once_and_the_audit_names_the_people(world: World, planner: Planner) -> None:
    planner.roster(26, DUE, armed_on=date(2026, 5, 4))
    planner.roster(1, date(2026, 4, 20), key="import:2", armed_on=date(2026, 5, 4), release_by_name=True)
    planner.look(date(2026, 5, 4))
    with world.database.writing() as session:
        assert release_all(session, actor=world.actor, at=world.at) == 27
        events = list(session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("reminders.%"))))
    assert sorted(events) == ["reminders.cause_released", "reminders.person_released"]


def test_an_unknown_cause_is_refused(world: World) -> None:
    with world.database.writing() as session, pytest.raises(NotFound, match="import:9"):
        release_cause(session, "import:9", actor=world.actor, at=world.at)
