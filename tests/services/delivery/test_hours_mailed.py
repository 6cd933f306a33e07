"""Hours in reminders: as they are counted at the moment of sending, told to the holder and to nobody else."""

from datetime import date, timedelta

from kit.copies import assign, use_policy
from kit.credits import decide, find_claim, log, make_new
from kit.delivery import DUE, Deliverer
from kit.mails import Page, Read, read
from kit.planning import Planner
from kit.rules import CPPS
from kit.tellings import find_key
from kit.world import World

from certtrack.services.ledger.letters import get_letter

B180, B90, B30 = (DUE - timedelta(days=far) for far in (180, 90, 30))
BEGUN = date(2026, 3, 1)


def mail_on(planner: Planner, deliverer: Deliverer, day: date) -> Read:
    """The last mail that the jobs send on that day."""
    planner.look(day)
    assert deliverer.deliver() == {"accepted": 1}
    return read(deliverer.smtp.list_taken()[-1].data)


def test_a_credit_that_is_counted_changes_the_next_mail(world: World, deliverer: Deliverer, planner: Planner) -> None:
    world.move_to(BEGUN)
    carol = world.person("Carol")
    cps, _ = world.certify(carol, DUE)
    first = mail_on(planner, deliverer, B180)
    assert "At least 20 more hours by October 31, 2026." in first.flat
    assert "So far, 0 of 20 hours are counted." in first.flat
    credit = log(world, carol, make_new(17), cps)
    second = mail_on(planner, deliverer, B90)
    assert "At least 3 more hours by October 31, 2026." in second.flat
    assert "So far, 17 of 20 hours are counted. None of it is checked yet." in second.flat
    assert "85%" in Page(second.html).values_of("td", "width")
    decide(world, find_claim(world, credit, cps)[0], "checked")
    third = mail_on(planner, deliverer, B30)
    assert "So far, 17 of 20 hours are counted. How many hours 6 areas need" in third.flat


def test_each_certification_has_its_own_hours_in_a_mail_about_two(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    world.move_to(BEGUN)
    carol = world.person("Carol")
    cps, _ = world.certify(carol, DUE)
    world.certify(carol, DUE, pack=CPPS)
    log(world, carol, make_new(17), cps)
    parts = mail_on(planner, deliverer, B180).flat.split("* * *")
    assert sorted(part.partition("So far, ")[2][:6] for part in parts) == ["0 of 2", "17 of "]


def test_whoever_gets_a_copy_reads_nothing_of_hours(world: World, deliverer: Deliverer, planner: Planner) -> None:
    use_policy(world)
    world.move_to(BEGUN)
    bob, carol = world.person("Bob"), world.person("Carol")
    world.certify(carol, DUE)
    assign(world, carol, bob, from_on=BEGUN)
    assert "So far, 0 of 20 hours are counted." in mail_on(planner, deliverer, B30).flat
    copy = mail_on(planner, deliverer, B30 + timedelta(days=3))
    assert copy.message["To"].startswith("Bob")
    assert "hours" not in copy.text


def test_a_letter_says_how_far_the_hours_are_on_its_day(world: World, planner: Planner) -> None:
    world.move_to(BEGUN)
    carol = world.person("Carol", address=None)
    cps, _ = world.certify(carol, DUE)
    log(world, carol, make_new(17), cps)
    planner.look(B180)
    key = find_key(world, carol, "before_180")
    with world.database.reading() as session:
        part = get_letter(session, world.rulebook, carol, key, actor=world.actor, at=world.at).letter.part
    assert part.first.startswith("At least 3 more hours by")
    assert "So far, 17 of 20 hours are counted. None of it is checked yet." in [one.text for one in part.paragraphs]
