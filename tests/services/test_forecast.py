"""What is foreseen is what the planner and the delivery then do: the same days, stages and recipients."""

import random
from datetime import date, timedelta

from kit.applications import ask, send
from kit.copies import assign, make_text, name_contact, use_policy
from kit.credits import log, make_new
from kit.databases import on_sqlite
from kit.exams import hold, seat
from kit.forecast import Days, foretell, list_foretold
from kit.own_days import certify_first, load_states, open_term
from kit.planning import Planner
from kit.rules import CLOCKS, CPPS, CPS
from kit.world import World, load_shipped
from sqlalchemy import select

from certtrack.db.models import Cause

FROM = date(2026, 5, 15)
TO = date(2026, 7, 20)
ZONES = ("America/Chicago", "America/New_York", "America/Los_Angeles", "Pacific/Honolulu")


def populate(world: World, planner: Planner, seed: int, size: int) -> None:
    """Fictional people of all kinds, some with two certifications, from several imports."""
    dice = random.Random(seed)  # noqa: S311  # the same people each time
    bob, erin = world.person("Bob"), world.person("Erin", zone="America/New_York")
    name_contact(world, erin)
    for _ in range(size):
        person = world.person(zone=dice.choice(ZONES), address=dice.choice(["-", "-", "-", None]))
        if dice.random() < 0.6:
            assign(world, person, bob, from_on=FROM + timedelta(days=dice.choice([-9, 40])))
        for _each in range(dice.choice([1, 1, 2])):
            due_on = FROM + timedelta(days=dice.randint(-60, 240))
            cause = dice.choice([None, "import:1", "import:2"])
            certification, cycle = world.certify(
                person, due_on, pack=dice.choice([CPS, CPPS]), cause_key=cause,
                armed_on=FROM - timedelta(days=dice.choice([0, 40])),
                release_by_name=due_on < FROM and cause is not None,
            )  # fmt: skip
            if dice.random() < 0.2:
                planner.act(certification, "suspended", FROM + timedelta(days=dice.randint(-10, 90)))
                planner.act(certification, "restored", FROM + timedelta(days=dice.randint(91, 170)))
            happens = dice.choice(["nothing"] * 6 + ["close", "ask", "send"])
            if happens == "close":
                planner.close(cycle)
            elif happens == "ask":
                ask(world, certification, until_on=FROM + timedelta(days=dice.randint(10, 60)))
            elif happens == "send":
                send(world, certification)


def list_held(world: World) -> set[str]:
    with world.database.reading() as session:
        return set(session.scalars(select(Cause.key).where(Cause.state == "held")))


@on_sqlite
def test_the_coming_months_of_all_kinds_of_people_come_as_they_were_foreseen(world: World, planner: Planner) -> None:
    text = make_text(before_14="repeat_every_days = 3\nrepeats = 2").replace("guard_above = 25", "guard_above = 1")
    use_policy(world, text)
    populate(world, planner, 1, 11)
    foreseen = list_foretold(foretell(world, TO))
    days = Days(world, planner)
    days.run(TO)
    assert foreseen == days.list_told(FROM, TO)
    assert list_held(world), "a cause has grown too large in between"
    assert len(foreseen) > 15


def test_a_policy_that_comes_into_force_in_between_is_foreseen_with_all_that_it_sets_going(
    world: World, planner: Planner
) -> None:
    world.move_to(FROM - timedelta(days=1))
    for day in (*[date(2026, 8, 4)] * 4, date(2026, 9, 1), date(2026, 10, 1), date(2026, 6, 1)):
        world.certify(world.person(), day)
    planner.look()
    planner.settle()
    world.move_to(FROM)
    planner.change_policy(2, 120, 45, 20, with_="guard_above = 3\nfrom_on = 2026-06-22", without=(60, 14))
    foreseen = list_foretold(foretell(world, TO))
    days = Days(world, planner)
    days.run(TO)
    assert foreseen == days.list_told(FROM, TO)
    assert list_held(world) == {"policy:us-wi@2"}


def test_exams_to_come_are_foreseen_beside_certifications(world: World, planner: Planner) -> None:
    world.rulebook = load_shipped()
    world.move_to(date(2026, 6, 1))
    sitting = hold(world, 3, held_on=date(2026, 6, 20))
    carol, dave = world.person(zone="Pacific/Honolulu"), world.person("Dave", address=None)
    for person in (carol, dave):
        seat(world, sitting, person)
    world.certify(carol, date(2026, 7, 10))
    mails = foretell(world, date(2026, 6, 20))
    exams = {(mail.on, mail.stage, mail.person_id, mail.kept_back) for mail in mails if mail.subject_kind != "cycle"}
    stages = {(date(2026, 6, 5), "before_14"), (date(2026, 6, 17), "before_3"), (date(2026, 6, 19), "before_1")}
    reasons = {carol: None, dave: "no_address"}
    assert exams == {(on, stage, person, why) for on, stage in stages for person, why in reasons.items()}
    days = Days(world, planner)
    days.run(date(2026, 6, 20))
    assert list_foretold(mails) == days.list_told(date(2026, 6, 1), date(2026, 6, 20))


def test_days_that_the_rules_find_are_foreseen_and_a_provisional_term_once(world: World, planner: Planner) -> None:
    world.rulebook = load_states()
    world.move_to(date(2026, 6, 1))
    carol, dave, erin = (
        world.person(),
        world.person("Dave", address=None),
        world.person("Erin", zone="Pacific/Honolulu"),
    )
    certification, _ = world.certify(carol, date(2027, 3, 15), pack=CLOCKS)
    course = make_new(3, areas=["suicide_prevention"], last_on=date(2020, 6, 20))
    log(world, carol, course, certification)
    for person in (dave, erin):
        open_term(world, certify_first(world, person, date(2026, 2, 1)), date(2026, 2, 1), date(2026, 8, 1))
    mails = foretell(world, date(2026, 8, 10))
    kinds = {(mail.subject_kind, mail.stage, mail.person_id, mail.kept_back) for mail in mails}
    assert {one for one in kinds if one[0] != "cycle"} == {
        *(("requirement", stage, carol, None) for stage in ("before_7", "after_1")),
        *(("provisional_term", f"before_{far}", erin, None) for far in (60, 30, 14, 7, 1)),
        *(("provisional_term", f"before_{far}", dave, "no_address") for far in (60, 30, 14, 7, 1)),
        ("provisional_term", "after_1", erin, None),
        ("provisional_term", "after_1", dave, "no_address"),
    }
    assert {mail.person_id for mail in mails if mail.subject_kind == "cycle"} <= {carol}
    days = Days(world, planner)
    days.run(date(2026, 8, 10))
    assert list_foretold(mails) == days.list_told(date(2026, 6, 1), date(2026, 8, 10))
