"""Mail that somebody waits for: account links and new passwords."""

from datetime import timedelta

import pytest
from kit.delivery import Deliverer, Meddling
from kit.smtp import Step
from kit.world import World

from certtrack.db.models import Email


def test_a_server_that_is_down_gives_the_mail_back_unharmed(deliverer: Deliverer) -> None:
    deliverer.queue()
    deliverer.smtp.stop()
    assert deliverer.deliver_now() == {"relay": 1, "given_back": 1}
    email = deliverer.email()
    assert (email.state, email.attempts, email.lease_token, email.settled_at) == ("ready", 0, None, None)
    assert deliverer.deliver_now() == {}, "mail is stopped"
    deliverer.smtp.start()
    deliverer.end_minute()
    assert deliverer.deliver_now() == {"accepted": 1}
    assert deliverer.smtp.list_taken()[0].data == email.data


@pytest.mark.parametrize(("do", "at"), [("550", "MAIL"), ("554", "connect"), ("close", "connect")])
def test_a_server_that_takes_nothing_is_no_fault_of_the_mail(deliverer: Deliverer, do: str, at: Step) -> None:
    deliverer.queue()
    deliverer.smtp.set_behaviour(do, at=at)
    for _ in range(4):
        assert deliverer.deliver_now()["relay"] == 1
        deliverer.end_minute()
    deliverer.smtp.behave()
    assert deliverer.deliver_now() == {"accepted": 1}, "it neither waits nor is given up"


def test_a_mail_that_was_not_taken_is_tried_again_with_the_same_bytes(deliverer: Deliverer) -> None:
    deliverer.queue()
    data = deliverer.email().data
    deliverer.smtp.set_behaviour("450")
    assert deliverer.deliver_now() == {"not_taken": 1}
    assert deliverer.states() == ["ready"]
    assert 50 < deliverer.seconds_until(Email.leased_until) <= 60
    assert deliverer.deliver_now() == {}, "it waits a minute"
    deliverer.smtp.behave()
    deliverer.end_waits()
    assert deliverer.deliver_now() == {"accepted": 1}
    assert [taken.data for taken in deliverer.smtp.list_taken()] == [data]


def test_a_link_that_has_run_out_is_not_sent_and_its_text_forgotten(world: World, deliverer: Deliverer) -> None:
    deliverer.queue(valid_until=world.at + timedelta(minutes=5))
    world.at += timedelta(minutes=5)
    assert deliverer.deliver_now() == {}
    email = deliverer.email()
    assert (email.state, email.data, email.settled_at) == ("failed", None, world.at)
    assert deliverer.attempts() == []


def test_a_link_is_sent_until_its_last_second(world: World, deliverer: Deliverer) -> None:
    deliverer.queue(valid_until=world.at + timedelta(minutes=5))
    world.at += timedelta(minutes=5, seconds=-1)
    assert deliverer.deliver_now() == {"accepted": 1}


def test_a_mail_in_doubt_goes_again_but_not_after_its_link_has_run_out(world: World, deliverer: Deliverer) -> None:
    deliverer.queue()
    deliverer.smtp.set_behaviour("close_after", at="DATA")
    assert deliverer.deliver_now() == {"unknown": 1}
    deliverer.end_waits()
    assert deliverer.deliver_now() == {"unknown": 1}
    assert len(set(deliverer.message_ids())) == 1
    deliverer.smtp.behave()
    deliverer.end_waits()
    world.at += timedelta(hours=1)
    assert deliverer.deliver_now() == {}
    assert deliverer.smtp.count_taken() == 2
    assert deliverer.email().data is None


def test_who_died_with_a_mail_in_hand_leaves_it_to_the_next(deliverer: Deliverer) -> None:
    deliverer.queue()

    def die() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliverer.deliver_now(over=Meddling(deliverer.transport, after=die))
    assert deliverer.deliver_now() == {}, "the lease is another's"
    deliverer.end_leases()
    assert deliverer.deliver_now() == {"accepted": 1}
    first, second = deliverer.smtp.list_taken()
    assert first.data == second.data
    assert deliverer.outcomes() == ["unknown", "accepted"]


def test_an_address_that_is_refused_three_times_is_given_up(deliverer: Deliverer) -> None:
    deliverer.queue()
    deliverer.smtp.set_behaviour("550")
    for _ in range(3):
        assert deliverer.email().data is not None
        assert deliverer.deliver_now() == {"recipient": 1}
        deliverer.end_waits()
    assert (deliverer.states(), deliverer.email().data) == (["failed"], None)
    assert deliverer.deliver_now() == {}


def test_two_mails_to_one_address_are_two_mails(deliverer: Deliverer) -> None:
    deliverer.queue(token="1")  # noqa: S106  # what the mail says, and nobody's secret
    deliverer.queue(token="2")  # noqa: S106  # likewise
    assert deliverer.deliver_now() == {"accepted": 2}
    assert len(set(deliverer.message_ids())) == 2


def test_who_is_asked_to_stop_gives_back_what_is_not_sent(deliverer: Deliverer) -> None:
    for number in range(3):
        deliverer.queue(token=str(number))
    sent: list[bool] = []
    way = Meddling(deliverer.transport, after=lambda: sent.append(True))
    assert deliverer.deliver_now(over=way, stop=lambda: bool(sent)) == {"accepted": 1, "given_back": 2}
    assert sorted(deliverer.states()) == ["ready", "ready", "sent"]
    assert deliverer.deliver_now() == {"accepted": 2}


def test_who_delivers_reminders_hands_over_first_what_somebody_waits_for(deliverer: Deliverer) -> None:
    deliverer.ripen_many(3)
    deliverer.queue("alice@example.org")
    assert deliverer.deliver() == {"accepted": 4}
    assert deliverer.recipients()[0] == "alice@example.org"


def test_it_is_sent_while_somebody_else_is_busy_with_reminders(deliverer: Deliverer) -> None:
    [person] = deliverer.ripen_many(1)

    def ask_for_a_link() -> None:
        deliverer.queue("dave@example.org")
        assert deliverer.deliver_now() == {"accepted": 1}

    assert deliverer.deliver(over=Meddling(deliverer.transport, before=ask_for_a_link)) == {"accepted": 1}
    assert deliverer.recipients() == ["dave@example.org", f"carol{person}@example.org"]


def test_while_mail_is_stopped_the_server_is_tried_with_what_somebody_waits_for(deliverer: Deliverer) -> None:
    deliverer.ripen_many(2)
    deliverer.smtp.stop()
    assert deliverer.deliver()["relay"] == 1
    deliverer.queue("alice@example.org")
    deliverer.smtp.start()
    deliverer.end_minute()
    assert deliverer.deliver() == {"accepted": 3}
    assert deliverer.recipients()[0] == "alice@example.org"
