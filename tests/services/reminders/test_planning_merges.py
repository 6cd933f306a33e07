"""People who turn out to be one person get one mail, and nobody is told twice what was told before the merge."""

import pytest
from kit.delivery import DUE, STAGE_DAY, Deliverer
from kit.planning import Planner
from kit.rules import CPPS, CPS
from kit.world import World

from certtrack.db.models import Person
from certtrack.services.reminders.arming import rearm_person


def merge(world: World, person_id: int, into: int) -> None:
    """Let the record of one person be another's, and have the planner look at both."""
    with world.database.writing() as session:
        session.get_one(Person, person_id).merged_into_id = into
        rearm_person(session, into, world.today)


@pytest.fixture
def twins(world: World) -> tuple[int, int, list[int]]:
    """Two records of Carol's with a certification each, and the cycles."""
    old, new = world.person("Carrie"), world.person("Carol")
    cycles = [world.certify(person, DUE, pack=pack)[1] for person, pack in ((old, CPS), (new, CPPS))]
    return old, new, cycles


def test_merged_before_they_are_planned_they_get_one_mail(
    world: World, deliverer: Deliverer, planner: Planner, twins: tuple[int, int, list[int]]
) -> None:
    old, new, cycles = twins
    merge(world, old, new)
    planner.look(STAGE_DAY)
    assert {row.recipient_id for row in planner.rows()} == {new}
    assert deliverer.deliver() == {"accepted": 1}
    assert deliverer.recipients() == ["carol2@example.org"]
    assert [planner.says(cycle)["before_180"] for cycle in cycles] == ["sent", "sent"]


def test_merged_after_they_were_planned_they_get_one_mail(
    world: World, deliverer: Deliverer, planner: Planner, twins: tuple[int, int, list[int]]
) -> None:
    old, new, cycles = twins
    planner.look(STAGE_DAY)
    merge(world, old, new)
    planner.look()
    assert deliverer.deliver() == {"accepted": 1}
    assert deliverer.recipients() == ["carol2@example.org"]
    rows = [(row.recipient_id, row.state, row.reason) for row in planner.rows(cycles[0])]
    assert sorted(rows) == [(old, "superseded", "merged"), (new, "sent", None)]


def test_merged_just_before_the_mail_goes_the_old_record_gets_none(
    world: World, deliverer: Deliverer, planner: Planner, twins: tuple[int, int, list[int]]
) -> None:
    old, new, cycles = twins
    planner.look(STAGE_DAY)
    with world.database.writing() as session:  # nobody told the planner
        session.get_one(Person, old).merged_into_id = new
    deliverer.deliver()
    planner.look()
    deliverer.deliver()
    assert set(deliverer.recipients()) == {"carol2@example.org"}
    assert sorted(row.state for row in planner.rows(cycles[0])) == ["sent", "superseded"]
    assert [row.state for row in planner.rows(cycles[1])] == ["sent"]


def test_what_was_told_before_the_merge_is_not_told_again(
    world: World, deliverer: Deliverer, planner: Planner, twins: tuple[int, int, list[int]]
) -> None:
    old, new, _ = twins
    planner.look(STAGE_DAY)
    assert deliverer.deliver() == {"accepted": 2}
    merge(world, old, new)
    planner.look()
    assert deliverer.deliver() == {}
    assert [row.state for row in planner.rows()] == ["sent", "sent"]


def test_merges_in_a_ring_stop_no_planner(world: World, planner: Planner, twins: tuple[int, int, list[int]]) -> None:
    old, new, _ = twins
    with world.database.writing() as session:
        session.get_one(Person, old).merged_into_id = new
        session.get_one(Person, new).merged_into_id = old
    _, cycle = world.certify(world.person("Dave"), DUE)
    planner.look(STAGE_DAY)
    assert planner.waiting(cycle) == ["before_180"]
