"""What is mailed, and what isn't, once somebody has sent an application, asks for time, or isn't going on."""

from datetime import date

import pytest
from kit.applications import ask, bring_certificate, decide, make_granter, send, submit, take_back, unsay
from kit.delivery import DUE, STAGE_DAY, Deliverer
from kit.planning import Planner
from kit.world import World


@pytest.fixture
def carol(world: World) -> tuple[int, int]:
    return world.certify(world.person("Carol"), DUE)


def test_a_sent_application_stops_what_asks_to_send_until_it_is_taken_back(
    world: World, planner: Planner, carol: tuple[int, int]
) -> None:
    certification, cycle = carol
    world.move_to(date(2026, 5, 1))
    step = send(world, certification)
    planner.look(STAGE_DAY)
    assert planner.says(cycle) == {"before_180": "suppressed:application_sent"}
    world.move_to(date(2026, 5, 6))
    take_back(world, step)
    planner.look()
    assert planner.says(cycle) == {"before_180": "planned"}


def test_it_is_asked_again_before_the_mail_goes_out(
    world: World, planner: Planner, deliverer: Deliverer, carol: tuple[int, int]
) -> None:
    certification, cycle = carol
    planner.look(STAGE_DAY)
    wish = ask(world, certification)
    assert deliverer.deliver() == {}
    assert planner.says(cycle) == {"before_180": "suppressed:asked_for_time"}
    unsay(world, wish)
    planner.look()
    send(world, certification)
    assert deliverer.deliver() == {}
    assert planner.says(cycle) == {"before_180": "suppressed:application_sent"}


def test_after_the_due_day_gentler_mails_go_on_until_the_certificate_is_on_record(
    world: World, planner: Planner, deliverer: Deliverer, carol: tuple[int, int]
) -> None:
    certification, cycle = carol
    world.move_to(date(2026, 10, 1))
    send(world, certification)
    planner.look(date(2026, 11, 1), hour_utc=18)
    assert deliverer.deliver() == {"accepted": 1}
    text = deliverer.smtp.list_taken()[-1].data.decode()
    assert "By our record your application was sent on" in text
    bring_certificate(world, certification, date(2028, 10, 31))
    planner.look(date(2026, 12, 1))
    assert deliverer.deliver() == {}
    assert planner.next_on(cycle) is None


def test_a_wish_for_time_hushes_no_last_call(world: World, planner: Planner, carol: tuple[int, int]) -> None:
    certification, cycle = carol
    world.move_to(date(2026, 9, 1))
    ask(world, certification)
    planner.look(date(2026, 10, 1))
    assert planner.says(cycle)["before_30"] == "suppressed:asked_for_time"
    planner.look(date(2026, 10, 16))
    assert planner.says(cycle)["before_14"] == "suppressed:asked_for_time", "its day moved to the Friday before"
    assert planner.next_on(cycle) == date(2026, 10, 17)
    planner.look(date(2026, 10, 17))
    assert planner.says(cycle)["before_14"] == "planned"


def test_whoever_is_not_going_on_is_left_alone_until_that_is_taken_back(
    world: World, planner: Planner, carol: tuple[int, int]
) -> None:
    certification, cycle = carol
    world.move_to(date(2026, 10, 20))
    word = ask(world, certification, "not_going_on")
    planner.look(date(2026, 11, 1))
    assert planner.says(cycle)["grace"] == "suppressed:not_going_on"
    unsay(world, word)
    planner.look(date(2026, 11, 2))
    assert planner.says(cycle)["grace"] == "planned"


def test_what_was_submitted_and_never_received_is_told_of_once_the_day_has_passed(
    world: World, planner: Planner, deliverer: Deliverer, carol: tuple[int, int]
) -> None:
    certification, cycle = carol
    make_granter(world)
    world.move_to(date(2026, 10, 1))
    first = submit(world, certification)
    planner.look(date(2026, 10, 31))
    assert planner.says(cycle)["before_1"] == "suppressed:application_sent"
    planner.look(date(2026, 11, 1), hour_utc=18)
    assert deliverer.deliver() == {"accepted": 1}
    text = deliverer.smtp.list_taken()[-1].data.decode()
    assert "The office hasn't noted yet that it arrived." in text
    assert "When your new certificate comes" not in text
    decide(world, certification, "received", after=first)
    planner.look(date(2026, 12, 1))
    assert planner.says(cycle)["late"] == "suppressed:application_sent"
