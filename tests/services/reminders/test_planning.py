"""Which stages are planned, and when."""

from datetime import UTC, date, datetime, timedelta

from kit.databases import on_both
from kit.planning import Planner
from kit.world import World
from sqlalchemy import update

from certtrack.db.models import Reminder

DUE = date(2026, 10, 31)  # a Saturday


def test_the_day_before_a_stage_there_is_none_and_on_it_one(world: World, planner: Planner) -> None:
    _, cycle = world.certify(world.person(), DUE)
    planner.look(date(2026, 5, 3))
    assert planner.says(cycle) == {}
    assert planner.look(date(2026, 5, 4))["planned"] == 1
    assert planner.says(cycle) == {"before_180": "planned"}
    assert planner.row(cycle, "before_180").send_after == datetime(2026, 5, 4, 17, tzinfo=UTC)
    assert planner.next_on(cycle) == date(2026, 7, 31)


def test_an_hour_later_there_is_nothing_to_do(world: World, planner: Planner) -> None:
    world.certify(world.person(), DUE)
    planner.look(date(2026, 5, 4))
    assert planner.look(date(2026, 5, 4), hour_utc=18)["looked_at"] == 0


@on_both
def test_after_outages_of_any_length_the_most_urgent_stage_alone_is_planned(world: World, planner: Planner) -> None:
    for outage, expected in ((1, "before_180"), (3, "before_180"), (10, "before_180"), (130, "before_60")):
        _, cycle = world.certify(world.person(), DUE)
        planner.look(date(2026, 5, 4) + timedelta(days=outage))
        assert planner.waiting(cycle) == [expected]


@on_both
def test_an_outage_over_the_whole_lead_never_says_that_the_day_will_come(world: World, planner: Planner) -> None:
    _, cycle = world.certify(world.person(), DUE)
    planner.look(DUE + timedelta(days=60))
    assert planner.waiting(cycle) == ["late"]
    assert planner.says(cycle)["before_1"] == "superseded:overtaken"


def test_a_planned_stage_is_superseded_by_the_next(world: World, planner: Planner) -> None:
    _, cycle = world.certify(world.person(), DUE)
    planner.look(date(2026, 5, 4))
    planner.look(date(2026, 7, 31))
    assert planner.says(cycle) == {"before_180": "superseded:overtaken", "before_90": "planned"}


def test_stages_before_the_import_are_rows_too(world: World, planner: Planner) -> None:
    _, cycle = world.certify(world.person(), DUE, armed_on=date(2026, 5, 15))
    planner.look(date(2026, 5, 15))
    assert planner.says(cycle) == {"before_180": "superseded:before_record"}


@on_both
def test_an_address_added_later_is_still_told(world: World, planner: Planner) -> None:
    person = world.person(address=None)
    _, cycle = world.certify(person, DUE)
    planner.look(date(2026, 5, 4))
    assert planner.says(cycle) == {"before_180": "suppressed:no_address"}
    world.move_to(date(2026, 5, 20))
    planner.change(person, private_address="carol@example.org")
    planner.look()
    assert planner.says(cycle) == {"before_180": "planned"}


@on_both
def test_somebody_suspended_and_restored_is_still_told(world: World, planner: Planner) -> None:
    certification, cycle = world.certify(world.person(), DUE)
    planner.look(date(2026, 5, 3))
    planner.act(certification, "suspended", date(2026, 5, 3))
    planner.look(date(2026, 5, 4))
    assert planner.says(cycle) == {"before_180": "suppressed:suspended"}
    planner.act(certification, "restored", date(2026, 6, 1))
    planner.look(date(2026, 5, 31))
    assert planner.says(cycle) == {"before_180": "suppressed:suspended"}
    planner.look(date(2026, 6, 1))
    assert planner.says(cycle) == {"before_180": "planned"}


def test_what_was_sent_is_never_planned_again(world: World, planner: Planner) -> None:
    person = world.person()
    _, cycle = world.certify(person, DUE)
    planner.look(date(2026, 5, 4))
    planner.settle()
    planner.change(person, private_address="new@example.org")
    planner.look(date(2026, 5, 5))
    assert planner.says(cycle) == {"before_180": "sent"}


def test_a_refused_address_is_tried_again_only_when_it_is_another(world: World, planner: Planner) -> None:
    person = world.person()
    _, cycle = world.certify(person, DUE)
    planner.look(date(2026, 5, 4))
    planner.settle(state="failed")
    planner.change(person, zone="America/Denver")
    planner.look(date(2026, 5, 5))
    assert planner.says(cycle) == {"before_180": "failed"}
    planner.change(person, private_address="new@example.org")
    planner.look(date(2026, 5, 6))
    assert planner.says(cycle) == {"before_180": "planned"}


def test_a_day_moved_by_ones_own_act_is_mailed_once(world: World, planner: Planner) -> None:
    _, cycle = world.certify(world.person(), DUE)
    planner.look(date(2026, 8, 3))
    planner.move_day(cycle, date(2026, 12, 15))
    planner.look()
    assert planner.row(cycle, "before_90", DUE).state == "superseded"
    assert planner.row(cycle, "day_moved").state == "planned"
    planner.settle()
    planner.look(date(2026, 8, 4))
    assert [row.stage for row in planner.rows(cycle) if row.state in ("sent", "planned")] == ["day_moved"]


@on_both
def test_a_day_moved_away_and_back_makes_no_second_reminder(world: World, planner: Planner) -> None:
    _, cycle = world.certify(world.person(), DUE)
    planner.look(date(2026, 8, 3))
    planner.settle()
    planner.move_day(cycle, date(2026, 12, 15))
    planner.look()
    planner.move_day(cycle, DUE)
    planner.look()
    assert planner.waiting(cycle) == []
    assert planner.row(cycle, "before_90", DUE).state == "sent"


def test_a_day_moved_by_an_import_waits_for_release(world: World, planner: Planner) -> None:
    _, cycle = world.certify(world.person(), DUE)
    planner.look(date(2026, 8, 3))
    planner.move_day(cycle, date(2026, 12, 15), cause_key="import:2")
    planner.look()
    assert planner.says(cycle)["day_moved"] == "held:moved"


def test_a_closed_cycle_mails_nothing_more(world: World, planner: Planner) -> None:
    _, cycle = world.certify(world.person(), DUE)
    planner.look(date(2026, 5, 4))
    planner.close(cycle)
    assert planner.says(cycle) == {"before_180": "superseded:cycle_closed"}


def test_a_cause_of_25_people_goes_out_and_one_of_26_waits(world: World, planner: Planner) -> None:
    planner.roster(25, DUE, key="import:1", armed_on=date(2026, 5, 4))
    planner.roster(26, DUE, key="import:2", armed_on=date(2026, 5, 4))
    counts = planner.look(date(2026, 5, 4))
    assert (counts["planned"], counts["held"]) == (25, 26)
    assert (planner.cause("import:1").state, planner.cause("import:2").state) == ("open", "held")


def test_somebody_past_their_day_when_imported_waits_by_name(world: World, planner: Planner) -> None:
    [(_, cycle)] = planner.roster(1, date(2026, 4, 20), armed_on=date(2026, 5, 15), release_by_name=True)
    planner.look(date(2026, 5, 15))
    assert planner.says(cycle)["grace"] == "held:by_name"
    planner.look(date(2026, 5, 25))
    assert planner.says(cycle)["late"] == "held:by_name"


def test_what_waited_past_its_last_day_expires(world: World, planner: Planner) -> None:
    [(_, cycle)] = planner.roster(1, date(2026, 4, 20), armed_on=date(2026, 5, 15), release_by_name=True)
    planner.look(date(2026, 5, 15))
    planner.look(date(2027, 1, 15))
    assert planner.says(cycle)["grace"] == "expired:by_name"


def test_nothing_is_mailed_in_quiet_hours(world: World, planner: Planner) -> None:
    _, cycle = world.certify(world.person(), DUE)
    planner.look(date(2026, 5, 5), hour_utc=3)  # ten in the evening of the day before, in Chicago
    assert planner.row(cycle, "before_180").send_after == datetime(2026, 5, 5, 13, tzinfo=UTC)


def test_a_death_recorded_by_mistake_and_taken_back_is_still_told(world: World, planner: Planner) -> None:
    person = world.person()
    _, cycle = world.certify(person, DUE)
    world.move_to(date(2026, 5, 3))
    planner.change(person, died_on=date(2026, 5, 1))
    planner.look(date(2026, 5, 4))
    assert planner.says(cycle) == {"before_180": "suppressed:died"}
    planner.change(person, died_on=None)
    planner.look()
    assert planner.says(cycle) == {"before_180": "planned"}


def test_an_address_that_comes_after_the_next_stage_was_reached_makes_that_one_good_alone(
    world: World, planner: Planner
) -> None:
    person = world.person(address=None)
    _, cycle = world.certify(person, DUE)
    planner.look(date(2026, 5, 4))
    planner.look(date(2026, 7, 31))
    planner.change(person, private_address="carol@example.org")
    planner.look()
    assert planner.says(cycle) == {"before_180": "suppressed:no_address", "before_90": "planned"}


def test_what_somebody_was_told_in_another_way_is_not_mailed(world: World, planner: Planner) -> None:
    person = world.person()
    _, cycle = world.certify(person, DUE)
    planner.look(date(2026, 5, 4))
    with world.database.writing() as session:
        session.execute(update(Reminder).values(state="told", reason=None, settled_at=world.at))
    planner.change(person, private_address="new@example.org")
    planner.look()
    assert planner.says(cycle) == {"before_180": "told"}
    planner.look(date(2026, 7, 31))
    assert planner.says(cycle) == {"before_180": "told", "before_90": "planned"}
