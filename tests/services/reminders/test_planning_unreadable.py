"""One record that can't be read keeps nobody else from being told."""

from datetime import UTC, date, datetime, timedelta

import pytest
from kit.background_checks import keep_check
from kit.delivery import DUE, STAGE_DAY, Deliverer
from kit.exams import open_office
from kit.planning import Planner
from kit.world import World, load_shipped
from sqlalchemy import update

from certtrack.db.models import Cycle, Person
from certtrack.services.background_checks.records import NewCheck
from certtrack.services.other_days import planning as other_planning
from certtrack.services.reminders.causes import release_all
from certtrack.services.reminders.held_mail import list_held_mail


def spoil_day(world: World, *cycles: int) -> None:
    """Give cycles, past all checks, a day of which no stage can be worked out, and let them be looked at."""
    with world.database.writing() as session:
        values = {"start_on": date(1, 1, 1), "due_on": date(1, 1, 5), "next_stage_on": date(2020, 1, 1)}
        session.execute(update(Cycle).where(Cycle.id.in_(cycles)).values(**values))


def mend_day(world: World, cycle: int) -> None:
    """Give a cycle its days back."""
    with world.database.writing() as session:
        values = {"start_on": date(2024, 11, 1), "due_on": DUE}
        session.execute(update(Cycle).where(Cycle.id == cycle).values(**values))


def spoil_zone(world: World, person_id: int) -> None:
    """Let somebody's zone be one that the world has given up."""
    with world.database.writing() as session:
        session.execute(update(Person).where(Person.id == person_id).values(zone="US/Pacific-New"))


def test_a_record_that_can_not_be_read_is_put_off_and_the_others_are_planned(world: World, planner: Planner) -> None:
    cycles = [world.certify(world.person(), DUE)[1] for _ in range(3)]
    spoil_day(world, cycles[1])
    counts = planner.look(STAGE_DAY)
    assert (counts["looked_at"], counts["planned"], counts["unreadable"]) == (3, 2, 1)
    assert [planner.waiting(cycle) for cycle in cycles] == [["before_180"], [], ["before_180"]]
    assert planner.look()["looked_at"] == 0, "it is looked at again tomorrow"
    assert planner.look(date(2026, 5, 5))["unreadable"] == 1


def test_the_office_hears_of_a_record_that_can_not_be_read_until_it_can(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    person = world.person()
    certification, cycle = world.certify(person, DUE)
    for on in (STAGE_DAY, date(2026, 5, 6)):
        spoil_day(world, cycle)
        planner.look(on)
        [finding] = deliverer.findings("not_planned")
        assert (finding.person_id, finding.certification_id) == (person, certification)
        planner.look(on + timedelta(days=1))
        assert len(deliverer.findings("not_planned")) == 1, "one, however often it is looked at"
        mend_day(world, cycle)
        planner.look(on + timedelta(days=2))
        assert deliverer.findings("not_planned") == []
    assert planner.waiting(cycle) == ["before_180"]


def test_the_office_hears_of_another_day_that_can_not_be_read_until_it_can(
    world: World, deliverer: Deliverer, planner: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.rulebook = load_shipped()
    person = open_office(world, grants=("cps",)).carol
    keep_check(world, person, NewCheck(world.today, DUE, "A letter"))
    monkeypatch.setattr(other_planning, "rule_day", lambda *_values: 1 / 0)
    planner.look(date(2026, 10, 1))
    [finding] = deliverer.findings("not_planned")
    assert (finding.person_id, finding.details["subject"]) == (person, "background_check")
    monkeypatch.undo()
    planner.look(date(2026, 10, 3))
    assert deliverer.findings("not_planned") == []


def test_a_whole_batch_that_can_not_be_read_hides_nobody_behind_it(world: World, planner: Planner) -> None:
    broken = [world.certify(world.person(), DUE)[1] for _ in range(3)]
    _, whole = world.certify(world.person(), DUE)
    spoil_day(world, *broken)
    world.move_to(STAGE_DAY)
    assert (planner.batch(limit=3).looked_at, planner.batch(limit=3).planned) == (3, 1)
    assert planner.waiting(whole) == ["before_180"]


def test_what_was_put_off_is_made_good_once_it_is_mended(world: World, planner: Planner) -> None:
    _, cycle = world.certify(world.person(), DUE)
    spoil_day(world, cycle)
    planner.look(STAGE_DAY)
    with world.database.writing() as session:
        session.execute(update(Cycle).values(due_on=DUE))
    planner.look(date(2026, 5, 5))
    assert planner.waiting(cycle) == ["before_180"]


def test_who_lives_in_a_zone_that_was_given_up_is_told_by_the_clock_of_the_rules(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    person = world.person(zone="America/Los_Angeles")
    spoil_zone(world, person)
    [cycle] = deliverer.ripen(person)
    assert planner.row(cycle, "before_180").send_after == datetime(2026, 5, 4, 17, tzinfo=UTC)
    world.at = datetime(2026, 5, 5, 1, tzinfo=UTC)  # eight in the evening in Chicago
    assert deliverer.deliver() == {}
    assert planner.row(cycle, "before_180").send_after == datetime(2026, 5, 5, 13, tzinfo=UTC)
    world.at = datetime(2026, 5, 5, 13, tzinfo=UTC)
    assert deliverer.deliver() == {"accepted": 1}


def test_a_release_stops_at_no_zone_that_was_given_up(world: World, deliverer: Deliverer, planner: Planner) -> None:
    made = planner.roster(2, date(2026, 4, 20), armed_on=STAGE_DAY, release_by_name=True)
    planner.look(STAGE_DAY)
    spoil_zone(world, made[0][0])
    with world.database.reading() as session:
        [cause] = list_held_mail(session, world.rulebook, None, world.at)
    assert [person.verdict for person in cause.by_name] == ["goes", "goes"]
    with world.database.writing() as session:
        assert release_all(session, actor=world.actor, at=world.at) == 2
    assert deliverer.deliver() == {"accepted": 2}
