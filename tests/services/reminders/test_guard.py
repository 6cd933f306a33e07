"""The guard over more than one batch: nobody is mailed before everybody was counted."""

from datetime import date

from kit.planning import Planner
from kit.world import World
from sqlalchemy import update

from certtrack.db.models import Reminder
from certtrack.services.reminders.causes import release_cause, release_person

DUE = date(2026, 10, 31)
STAGE_DAY = date(2026, 5, 4)


def test_nobody_is_planned_before_the_last_of_a_cause_was_counted(world: World, planner: Planner) -> None:
    planner.roster(30, DUE, armed_on=STAGE_DAY)
    world.move_to(STAGE_DAY)
    batch = planner.batch(limit=10)
    assert (batch.planned, batch.held) == (0, 10)
    planner.look()
    assert {row.state for row in planner.rows()} == {"held"}
    assert planner.cause("import:1").state == "held"


def test_many_who_are_only_looked_at_hold_nobody(world: World, planner: Planner) -> None:
    planner.roster(40, date(2027, 10, 31), armed_on=STAGE_DAY)
    planner.roster(20, DUE, armed_on=STAGE_DAY)
    world.move_to(STAGE_DAY)
    batches = []
    while (batch := planner.batch(limit=15)).looked_at:
        batches.append(batch)
    assert [row.state for row in planner.rows() if row.anchor_on == DUE] == ["planned"] * 20
    assert planner.cause("import:1").state == "open"
    assert sum(batch.looked_at for batch in batches) <= 80


def test_a_few_who_come_before_many_wait_for_them_to_be_looked_at(world: World, planner: Planner) -> None:
    planner.roster(10, DUE, armed_on=STAGE_DAY)
    planner.roster(30, date(2027, 10, 31), armed_on=STAGE_DAY)
    world.move_to(STAGE_DAY)
    assert planner.batch(limit=10).held == 10
    planner.look()
    assert [row.state for row in planner.rows() if row.anchor_on == DUE] == ["planned"] * 10


def test_what_waits_for_the_rest_can_be_released_meanwhile(world: World, planner: Planner) -> None:
    planner.roster(30, DUE, armed_on=STAGE_DAY)
    world.move_to(STAGE_DAY)
    planner.batch(limit=10)
    with world.database.writing() as session:
        assert release_cause(session, "import:1", actor=world.actor, at=world.at) == 10
    planner.look()
    assert [row.state for row in planner.rows()] == ["planned"] * 30


def test_somebody_released_by_name_goes_out_under_a_held_cause_with_later_stages(
    world: World, planner: Planner
) -> None:
    (person, cycle), *_ = planner.roster(26, DUE, armed_on=STAGE_DAY)
    planner.look(STAGE_DAY)
    with world.database.writing() as session:
        assert release_person(session, person, actor=world.actor, at=world.at) == 1
    assert planner.waiting(cycle) == ["before_180"]
    planner.settle()
    planner.look(date(2026, 7, 31))
    assert planner.waiting(cycle) == ["before_90"]
    assert sorted({row.state for row in planner.rows() if row.stage == "before_90"}) == ["held", "planned"]
    assert sum(row.state == "held" for row in planner.rows()) == 25


def test_whoever_was_mailed_before_goes_on_being_told_when_their_cause_is_held(world: World, planner: Planner) -> None:
    """Only first mails wait: a mass that comes later must not silence those who were being reminded."""
    early = [cycle for _, cycle in planner.roster(20, DUE, armed_on=STAGE_DAY)]
    planner.look(STAGE_DAY)
    planner.settle()
    late = [cycle for _, cycle in planner.roster(10, date(2027, 1, 27), armed_on=date(2026, 7, 31))]
    planner.look(date(2026, 7, 31))
    assert planner.cause("import:1").state == "held", "thirty people would have had a first mail"
    assert [planner.row(cycle, "before_90").state for cycle in early] == ["planned"] * 20
    assert [planner.says(cycle)["before_180"] for cycle in late] == ["held:cause"] * 10
    planner.settle()
    planner.look(date(2026, 9, 1))
    assert [planner.row(cycle, "before_60").state for cycle in early] == ["planned"] * 20
    assert [planner.says(cycle)["before_180"] for cycle in late] == ["held:cause"] * 10


def test_whose_first_mail_was_given_up_still_waits_for_release(world: World, planner: Planner) -> None:
    planner.roster(20, DUE, armed_on=STAGE_DAY)
    planner.look(STAGE_DAY)
    planner.settle(state="failed")
    planner.roster(26, date(2027, 1, 27), armed_on=date(2026, 7, 31))
    planner.look(date(2026, 7, 31))
    assert {row.state for row in planner.rows() if row.stage == "before_90"} == {"held"}


def test_what_is_given_back_by_the_mail_server_while_its_cause_is_held_goes_on(world: World, planner: Planner) -> None:
    """A mail on its way counts as told: it may have arrived."""
    [(_, cycle), *_] = planner.roster(20, DUE, armed_on=STAGE_DAY)
    planner.look(STAGE_DAY)
    with world.database.writing() as session:
        session.execute(update(Reminder).values(state="in_mail"))
    planner.roster(10, DUE, armed_on=STAGE_DAY)
    planner.look(STAGE_DAY)
    with world.database.writing() as session:
        session.execute(update(Reminder).where(Reminder.state == "in_mail").values(state="planned"))
    planner.look(STAGE_DAY)
    assert planner.waiting(cycle) == ["before_180"]
    assert planner.cause("import:1").state == "held"


def test_a_cohort_whose_days_came_without_a_cause_is_not_held(world: World, planner: Planner) -> None:
    for _ in range(26):
        world.certify(world.person(), DUE)
    assert planner.look(STAGE_DAY)["planned"] == 26
    assert {row.state for row in planner.rows()} == {"planned"}


def test_one_person_with_many_certifications_is_one_person_to_the_guard(world: World, planner: Planner) -> None:
    carol = world.person()
    for no in range(26):
        world.certify(carol, DUE, armed_on=STAGE_DAY, cause_key="import:1", number=f"CPS-{no}")
    assert planner.look(STAGE_DAY)["planned"] == 26
