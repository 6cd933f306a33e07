"""A mail server that takes nothing: mail stops for everybody, nobody is charged, one probe a minute finds its end."""

import pytest
from kit.databases import on_both
from kit.delivery import Deliverer
from kit.planning import Planner
from kit.smtp import Step
from kit.world import World

from certtrack.mail.smtp import SmtpTransport
from certtrack.services.people import get_person


@on_both
@pytest.mark.parametrize(
    ("do", "at", "reason"),
    [("550", "MAIL", "sender"), ("554", "connect", "greeting"), ("close", "connect", "no_connection")],
)
def test_a_server_that_takes_nothing_stops_mail_for_everybody_and_nobody_is_charged(
    world: World, deliverer: Deliverer, planner: Planner, do: str, at: Step, reason: str
) -> None:
    deliverer.ripen_many(3)
    deliverer.smtp.set_behaviour(do, at=at)
    counts = deliverer.deliver()
    assert counts["relay"] == 1
    assert deliverer.alarm() == reason
    assert {(row.state, row.tries, row.retry_at) for row in planner.rows()} == {("planned", 0, None)}
    assert deliverer.deliver() == {}, "nobody tries while it is stopped"
    deliverer.smtp.behave()
    deliverer.end_minute()
    assert deliverer.deliver() == {"accepted": 3}
    assert deliverer.alarm() is None
    assert not deliverer.is_stopped()


@on_both
@pytest.mark.parametrize(("mails", "minutes"), [(8, 6), pytest.param(500, 60, marks=pytest.mark.nightly)])
def test_a_wrong_password_does_not_turn_a_queue_into_failures(
    world: World, deliverer: Deliverer, planner: Planner, mails: int, minutes: int
) -> None:
    deliverer.ripen_many(mails)
    stranger = SmtpTransport(deliverer.smtp.host, deliverer.smtp.port, "none", "notes", "x", 5)
    for _ in range(minutes):
        deliverer.deliver(over=stranger)
        deliverer.end_minute()
    assert deliverer.alarm() == "sign_in"
    assert {(row.state, row.tries) for row in planner.rows()} == {("planned", 0)}
    assert deliverer.deliver() == {"accepted": mails}


def test_one_mail_a_minute_is_tried_while_mail_is_stopped(world: World, deliverer: Deliverer) -> None:
    deliverer.ripen_many(3)
    deliverer.smtp.set_behaviour("550", at="MAIL")
    deliverer.deliver()
    before = len(deliverer.attempts())
    for _ in range(2):
        deliverer.end_minute()
        deliverer.deliver()
        assert deliverer.deliver() == {}
    assert len(deliverer.attempts()) == before + 2


def test_where_nothing_is_ripe_the_server_itself_is_asked(world: World, deliverer: Deliverer, planner: Planner) -> None:
    [cycle] = deliverer.ripen(world.person())
    deliverer.smtp.set_behaviour("550", at="MAIL")
    deliverer.deliver()
    assert deliverer.alarm() == "sender"
    planner.close(cycle)
    deliverer.end_minute()
    deliverer.deliver()
    assert deliverer.is_stopped()
    deliverer.smtp.behave()
    deliverer.end_minute()
    deliverer.deliver()
    assert deliverer.alarm() is None
    assert len(deliverer.attempts()) == 1, "no mail was tried"


def test_the_same_refusal_of_five_in_a_row_is_the_servers_fault_and_nobodys(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    deliverer.ripen_many(7)
    deliverer.smtp.set_behaviour("554")
    assert deliverer.deliver()["recipient"] == 5
    assert deliverer.alarm() == "refusals"
    assert {row.state for row in planner.rows()} == {"planned"}
    assert deliverer.findings() == []
    deliverer.smtp.behave()
    deliverer.end_minute()
    deliverer.end_waits()
    assert deliverer.deliver()["accepted"] == 7
    assert deliverer.alarm() is None


def test_four_refusals_and_a_mail_that_is_taken_are_four_peoples_matter(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    people = deliverer.ripen_many(9)
    for number in (0, 1, 2, 3, 5, 6, 7, 8):
        with world.database.reading() as session:
            deliverer.smtp.set_behaviour("550", address=get_person(session, people[number]).address)
    assert deliverer.deliver() == {"recipient": 8, "accepted": 1}
    assert not deliverer.is_stopped()
    assert len(deliverer.findings()) == 8


def test_one_dead_address_that_asks_again_and_again_stops_nobodys_mail(deliverer: Deliverer) -> None:
    deliverer.smtp.set_behaviour("550", address="dave@example.org")
    for number in range(6):
        deliverer.queue("dave@example.org", token=str(number))
    deliverer.deliver_now()
    assert not deliverer.is_stopped(), "six mails, and one recipient"
