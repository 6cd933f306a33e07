"""A mail in doubt goes again only while its words are true: after that the same is told in words of the day."""

from datetime import date, timedelta
from email import message_from_bytes, policy

from kit.databases import on_both
from kit.delivery import DUE, Deliverer
from kit.planning import Planner
from kit.world import World

EARLY, LATEST = date(2026, 9, 25), DUE
"""Two readings of one due day: a paper's, and the rule's."""


def said(deliverer: Deliverer) -> list[str]:
    """The text of each mail that was taken, on one line each."""
    mails = [message_from_bytes(taken.data, policy=policy.default) for taken in deliverer.smtp.list_taken()]
    bodies = [mail.get_body(("plain",)) for mail in mails]
    return [" ".join(body.get_content().split()) for body in bodies if body is not None]


@on_both
def test_what_says_tomorrow_is_written_anew_once_the_day_has_come(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    _, cycle = world.certify(world.person("Carol"), DUE)
    planner.look(DUE - timedelta(days=1))
    deliverer.smtp.set_behaviour("close_after", at="DATA")
    assert deliverer.deliver() == {"unknown": 1}
    deliverer.smtp.behave()
    planner.look(DUE)
    deliverer.end_waits()
    assert deliverer.deliver() == {"accepted": 1}
    first, second = said(deliverer)
    assert "That's tomorrow." in first
    assert "That's tomorrow." not in second
    assert "That's today." in second
    assert len(set(deliverer.message_ids())) == 2, "another mail, so that nobody's mail program hides it"
    assert planner.row(cycle, "before_1").state == "sent"


def test_how_far_it_is_is_never_told_by_another_day_s_count(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    world.certify(world.person("Carol"), DUE)
    planner.look(DUE - timedelta(days=7))
    deliverer.smtp.set_behaviour("close_after", at="DATA")
    deliverer.deliver()
    deliverer.smtp.behave()
    planner.look(DUE - timedelta(days=3))
    deliverer.end_waits()
    assert deliverer.deliver() == {"accepted": 1}
    first, second = said(deliverer)
    assert "That's 7 days from today." in first
    assert "That's 3 days from today." in second


def test_on_its_own_day_a_mail_in_doubt_goes_again_with_the_same_bytes(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    world.certify(world.person("Carol"), DUE)
    planner.look(DUE - timedelta(days=7))
    deliverer.smtp.set_behaviour("close_after", at="DATA")
    deliverer.deliver()
    deliverer.smtp.behave()
    world.at += timedelta(hours=3)
    deliverer.end_waits()
    assert deliverer.deliver() == {"accepted": 1}
    assert len(set(deliverer.message_ids())) == 1


@on_both
def test_what_names_the_earlier_reading_as_to_come_names_both_once_that_has_passed(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    _, cycle = world.certify(world.person("Carol"), EARLY, computed_due_on=LATEST)
    planner.look(EARLY - timedelta(days=3))
    deliverer.smtp.set_behaviour("close_after", at="DATA")
    assert deliverer.deliver() == {"unknown": 1}
    deliverer.smtp.behave()
    planner.look(EARLY + timedelta(days=2))
    deliverer.end_waits()
    assert deliverer.deliver() == {"accepted": 1}
    first, second = said(deliverer)
    assert "By one reading" not in first
    assert "By one reading your recertification was due on September 25, 2026" in second
    assert "by another it is due on Saturday, October 31, 2026." in second
    assert planner.says(cycle)["before_7"] == "superseded:overtaken"
    assert planner.says(cycle)["before_1"] == "sent"


def test_who_is_planned_first_between_two_readings_is_told_both(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    _, cycle = world.certify(world.person("Carol"), EARLY, computed_due_on=LATEST)
    planner.look(EARLY + timedelta(days=2))
    assert deliverer.deliver() == {"accepted": 1}
    assert planner.says(cycle)["before_1"] == "sent"
    [only] = said(deliverer)
    assert "By one reading your recertification was due on September 25, 2026" in only


def test_who_is_planned_first_between_two_readings_of_a_phase_s_end_is_told_both(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    _, cycle = world.certify(world.person("Carol"), DUE)
    planner.look(date(2027, 5, 15))  # late ended on April 30, or ends on May 31
    assert deliverer.deliver() == {"accepted": 1}
    assert planner.says(cycle)["late"] == "sent"
    [only] = said(deliverer)
    assert "By one reading the late window ended on April 30, 2027; by another it is open until Monday, May 31" in only
