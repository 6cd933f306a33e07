"""Whoever was reminded is told once that they are all set, when a new day came on record by a person's own act."""

from datetime import date, timedelta

import pytest
from kit.copies import make_text, use_policy
from kit.delivery import Deliverer
from kit.mails import read
from kit.planning import Planner
from kit.world import World

from certtrack.db.models import Person
from certtrack.services.certifications import get_certification
from certtrack.services.cycles import NewCycle, close_cycle, get_cycle, open_cycle, withdraw_cycle
from certtrack.services.reminders.arming import rearm_person

DUE, NEXT = date(2026, 10, 31), date(2028, 10, 31)
BEGUN, B30, RENEWED = date(2026, 5, 1), date(2026, 10, 1), date(2026, 10, 12)


@pytest.fixture
def carol(world: World) -> int:
    use_policy(world, make_text(top="all_set = true"))
    world.move_to(BEGUN)
    return world.person("Carol")


def certify(world: World, planner: Planner, person_id: int, *, tell: bool = True) -> tuple[int, int]:
    """Put a certification on record, and unless told otherwise have its holder told 30 days before the day."""
    certification, cycle = world.certify(person_id, DUE)
    if tell:
        planner.look(B30)
        planner.settle()
    return certification, cycle


def renew(
    world: World, certification_id: int, cycle_id: int, due_on: date = NEXT, *, cause_key: str | None = None
) -> int:
    """Put the next cycle on record, today: its number. The former one is closed."""
    start_on = DUE + timedelta(days=1)
    with world.database.writing() as session:
        rules, who, at = world.rulebook, world.actor, world.at
        close_cycle(session, rules, get_cycle(session, cycle_id), start_on, reason=None, actor=who, at=at)
        new = NewCycle(start_on, due_on, "stated", world.today, cause_key=cause_key)
        return open_cycle(session, rules, get_certification(session, certification_id), new, actor=who, at=at).id


def test_a_new_day_after_reminders_is_told_once(
    world: World, planner: Planner, deliverer: Deliverer, carol: int
) -> None:
    new = renew_on(world, planner, carol)
    planner.look()
    row = planner.row(new, "all_set")
    assert (row.state, row.anchor_on, row.stage_on, row.recipient_id) == ("planned", NEXT, RENEWED, carol)
    deliverer.deliver()
    mail = read(deliverer.smtp.list_taken()[-1].data)
    assert "By our record you are all set until Tuesday, October 31, 2028." in mail.flat
    assert "What to do" not in mail.flat
    assert "only the program" in mail.flat, "nobody here has renewed anything"
    for on in (RENEWED + timedelta(days=1), RENEWED + timedelta(days=300)):
        with world.database.writing() as session:
            rearm_person(session, carol, on)
        planner.look(on)
        assert planner.says(new) == {"all_set": "sent"}
    assert planner.next_on(new) == date(2028, 5, 4), "its own first stage"


def renew_on(world: World, planner: Planner, carol: int, on: date = RENEWED) -> int:
    certification, cycle = certify(world, planner, carol)
    world.move_to(on)
    return renew(world, certification, cycle)


def test_whoever_was_not_reminded_is_not_told(world: World, planner: Planner, carol: int) -> None:
    certification, cycle = certify(world, planner, carol, tell=False)
    world.move_to(RENEWED)
    new = renew(world, certification, cycle)
    planner.look()
    assert planner.says(new) == {}


def test_an_import_tells_nobody_by_itself(world: World, planner: Planner, carol: int) -> None:
    certification, cycle = certify(world, planner, carol)
    world.move_to(RENEWED)
    new = renew(world, certification, cycle, cause_key="import:9")
    planner.look()
    assert planner.says(new) == {}


def test_a_policy_that_does_not_say_so_tells_nobody(world: World, planner: Planner, carol: int) -> None:
    use_policy(world)
    new = renew_on(world, planner, carol)
    planner.look()
    assert planner.says(new) == {}


def test_a_policy_that_says_so_no_more_takes_back_what_is_unsent(world: World, planner: Planner, carol: int) -> None:
    new = renew_on(world, planner, carol)
    planner.look()
    use_policy(world, make_text(version=8))
    planner.look()
    assert planner.says(new) == {"all_set": "superseded:policy_changed"}


def test_a_new_day_that_has_moved_since_is_told_by_the_mail_about_the_move(
    world: World, planner: Planner, carol: int
) -> None:
    new = renew_on(world, planner, carol)
    planner.look()
    planner.move_day(new, NEXT - timedelta(days=30))
    planner.look()
    assert planner.says(new) == {"all_set": "superseded:day_moved", "day_moved": "planned"}


def test_a_new_day_recorded_by_mistake_takes_its_mail_back(world: World, planner: Planner, carol: int) -> None:
    new = renew_on(world, planner, carol)
    planner.look()
    with world.database.writing() as session:
        cycle = get_cycle(session, new)
        withdraw_cycle(session, world.rulebook, cycle, reason="a slip", actor=world.actor, at=world.at)
    planner.look()
    assert planner.says(new) == {"all_set": "superseded:cycle_closed"}


def test_an_address_that_comes_within_two_weeks_still_brings_it_and_later_none(
    world: World, planner: Planner, carol: int
) -> None:
    certification, cycle = certify(world, planner, carol)
    planner.change(carol, private_address=None)
    world.move_to(RENEWED)
    new = renew(world, certification, cycle)
    planner.look()
    assert planner.says(new) == {"all_set": "suppressed:no_address"}
    world.move_to(RENEWED + timedelta(days=14))
    planner.change(carol, private_address="carol@example.org")
    planner.look()
    assert planner.says(new) == {"all_set": "planned"}
    planner.look(RENEWED + timedelta(days=15))
    assert planner.says(new) == {"all_set": "expired"}


def test_whoever_was_merged_meanwhile_is_told_in_their_new_name(world: World, planner: Planner, carol: int) -> None:
    new = renew_on(world, planner, carol)
    planner.look()
    caroline = world.person("Caroline")
    with world.database.writing() as session:
        session.get_one(Person, carol).merged_into_id = caroline
        rearm_person(session, caroline, world.today)
    planner.look()
    assert [(row.recipient_id, row.state) for row in planner.rows(new)] == [
        (carol, "superseded"),
        (caroline, "planned"),
    ]
