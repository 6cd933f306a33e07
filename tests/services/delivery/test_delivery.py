"""Handing ripe reminders over: one mail a recipient, once, with its very bytes on record."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from kit.databases import on_both
from kit.delivery import DUE, FROM, STAGE_DAY, Deliverer, Meddling
from kit.planning import Planner
from kit.rules import CPPS, CPS
from kit.world import World
from sqlalchemy import update

from certtrack.db.models import Certification, Email, Person, Reminder
from certtrack.packs import Packs
from certtrack.rules.pack import Text
from certtrack.services.people import get_person


def test_a_ripe_reminder_is_mailed_once_and_is_sent(world: World, deliverer: Deliverer, planner: Planner) -> None:
    [cycle] = deliverer.ripen(world.person("Carol"))
    assert deliverer.deliver() == {"accepted": 1}
    assert deliverer.deliver() == {}
    assert deliverer.recipients() == ["carol1@example.org"]
    row = planner.row(cycle, "before_180")
    assert (row.state, row.settled_at, row.email_id) == ("sent", world.at, deliverer.email().id)


def test_the_mail_on_record_is_the_mail_that_went_out(world: World, deliverer: Deliverer) -> None:
    deliverer.ripen(world.person("Carol"))
    deliverer.deliver()
    email, [taken] = deliverer.email(), deliverer.smtp.list_taken()
    assert taken.data == email.data
    assert taken.message_id == email.message_id
    assert (taken.sender, taken.recipients) == (FROM, (email.address,))
    assert (email.mail_class, email.state, email.attempts, email.lease_token) == ("planned", "sent", 1, None)
    assert email.valid_until > world.at


def test_an_attempt_says_when_it_was_who_made_it_and_what_was_answered(world: World, deliverer: Deliverer) -> None:
    deliverer.ripen(world.person("Carol"))
    deliverer.deliver(worker="mailroom:7")
    [attempt] = deliverer.attempts()
    assert (attempt.number, attempt.outcome, attempt.smtp_code, attempt.answer) == (1, "accepted", 250, "OK")
    assert attempt.worker == "mailroom:7"
    assert timedelta(0) <= attempt.ended_at - attempt.started_at < timedelta(seconds=5)


def test_no_mail_exists_before_it_is_sent(world: World, deliverer: Deliverer) -> None:
    deliverer.ripen(world.person("Carol"))
    assert deliverer.emails() == []


def test_nothing_goes_out_before_its_hour(world: World, deliverer: Deliverer, planner: Planner) -> None:
    world.certify(world.person("Carol"), DUE)
    planner.look(STAGE_DAY, hour_utc=12)
    assert deliverer.deliver() == {}
    world.at = datetime(2026, 5, 4, 13, 59, tzinfo=UTC)
    assert deliverer.deliver() == {}, "one minute before nine in Chicago"
    world.at = datetime(2026, 5, 4, 14, tzinfo=UTC)
    assert deliverer.deliver() == {"accepted": 1}


def test_several_ripe_reminders_of_one_person_share_one_mail(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    carol = world.person("Carol")
    cycles = [world.certify(carol, DUE)[1] for _ in range(3)]
    planner.look(STAGE_DAY)
    assert deliverer.deliver() == {"accepted": 1}
    email = deliverer.email()
    assert [planner.row(cycle, "before_180").email_id for cycle in cycles] == [email.id] * 3
    assert [planner.row(cycle, "before_180").state for cycle in cycles] == ["sent"] * 3


@on_both
def test_a_reminder_that_is_ripe_later_on_the_same_day_goes_in_a_mail_of_its_own(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    carol = world.person("Carol")
    deliverer.ripen(carol)
    deliverer.deliver()
    _, second = world.certify(carol, DUE)
    planner.look()
    assert deliverer.deliver() == {"accepted": 1}
    assert planner.row(second, "before_180").state == "sent"
    assert len(set(deliverer.message_ids())) == 2


def test_two_people_with_one_address_get_a_mail_each(world: World, deliverer: Deliverer) -> None:
    people = [world.person(name, address="desk@example.org") for name in ("Carol", "Dave")]
    deliverer.ripen(*people)
    assert deliverer.deliver() == {"accepted": 2}
    assert len(set(deliverer.message_ids())) == 2


def test_more_people_than_one_transaction_takes_are_all_mailed(world: World, deliverer: Deliverer) -> None:
    deliverer.ripen_many(45)
    assert deliverer.deliver() == {"accepted": 45}
    assert len(set(deliverer.recipients())) == 45


def test_the_longest_ripe_go_first(world: World, deliverer: Deliverer, planner: Planner) -> None:
    early, late = world.person("Carol"), world.person("Dave")
    world.certify(late, date(2026, 11, 15))
    world.certify(early, DUE)
    planner.look(date(2026, 5, 4))
    planner.look(date(2026, 5, 18))
    deliverer.deliver()
    assert [address[:5] for address in deliverer.recipients()] == ["carol", "dave2"]


def test_no_transaction_is_open_while_a_mail_is_sent(world: World, deliverer: Deliverer) -> None:
    carol = world.person("Carol")
    deliverer.ripen(carol)

    def write() -> None:  # would wait for the deliverer's transaction, and time out
        with world.database.writing() as session:
            get_person(session, carol).chosen_name = "Caro"

    assert deliverer.deliver(over=Meddling(deliverer.transport, before=write)) == {"accepted": 1}


def test_what_was_sent_is_on_record_before_the_next_mail_goes(world: World, deliverer: Deliverer) -> None:
    deliverer.ripen_many(3)
    seen: list[int] = []
    way = Meddling(deliverer.transport, before=lambda: seen.append(deliverer.states().count("sent")))
    deliverer.deliver(over=way)
    assert seen == [0, 1, 2]


def test_a_mail_is_written_to_whom_and_from_whom_the_terms_and_the_record_say(
    world: World, deliverer: Deliverer
) -> None:
    deliverer.ripen(world.person("Carol"))
    deliverer.deliver()
    [taken] = deliverer.smtp.list_taken()
    assert FROM in taken.header("From")
    assert "carol1@example.org" in taken.header("To")


def test_a_work_address_is_taken_where_there_is_no_private_one(world: World, deliverer: Deliverer) -> None:
    deliverer.ripen(world.person("Carol", address=None, work_address="carol@work.example.org"))
    deliverer.deliver()
    assert deliverer.recipients() == ["carol@work.example.org"]


def test_held_mail_stays(world: World, deliverer: Deliverer, planner: Planner) -> None:
    planner.roster(30, DUE, armed_on=STAGE_DAY)
    planner.look(STAGE_DAY)
    assert deliverer.deliver() == {}


def test_a_mail_that_can_not_be_composed_keeps_nobody_elses_back(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    carol, dave = world.person("Carol"), world.person("Dave")
    broken, whole = deliverer.ripen(carol, dave)
    spoil(world, carol)
    assert deliverer.deliver() == {"accepted": 1}
    assert planner.row(whole, "before_180").state == "sent"
    row = planner.row(broken, "before_180")
    assert (row.state, row.reason, row.tries) == ("planned", "not_composed", 0)
    assert deliverer.outcomes() == ["accepted"], "nobody tried to hand over what was never written"
    assert 3500 < deliverer.seconds_until(Reminder.retry_at) <= 3600
    assert deliverer.deliver() == {}, "it is not tried again at once"


def test_a_mail_goes_out_once_it_can_be_composed(world: World, deliverer: Deliverer, planner: Planner) -> None:
    carol = world.person("Carol")
    [cycle] = deliverer.ripen(carol)
    spoil(world, carol)
    assert deliverer.deliver() == {}
    spoil(world, carol, "carol@example.org")
    deliverer.end_waits()
    assert deliverer.deliver() == {"accepted": 1}
    row = planner.row(cycle, "before_180")
    assert (row.state, row.reason) == ("sent", None)


def spoil(world: World, person_id: int, address: str = "carol@example.org\nBcc: dave@example.org") -> None:
    """Give somebody, past all checks, an address that no mail can be written to."""
    with world.database.writing() as session:
        session.execute(update(Person).where(Person.id == person_id).values(private_address=address))


def test_one_text_of_a_digest_that_can_not_be_composed_keeps_the_others_back_no_longer(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    carol = world.person("Carol")
    cycles = [world.certify(carol, DUE, pack=pack)[1] for pack in (CPS, CPPS, CPS)]
    planner.look(STAGE_DAY)
    packs = {pack.key: pack for pack in world.rulebook.packs.list()}
    unwritable = Text("\udcff", "\udcff")  # no bytes of any mail can hold this
    packs[CPPS] = replace(packs[CPPS], name_at_first_use=unwritable)
    world.rulebook = replace(world.rulebook, packs=Packs(packs.values()))
    assert deliverer.deliver() == {"accepted": 1}
    assert [planner.rows(cycle)[-1].state for cycle in cycles] == ["sent", "planned", "sent"]
    assert deliverer.deliver() == {}


def test_rules_that_are_gone_keep_nobody_elses_mail_back(world: World, deliverer: Deliverer, planner: Planner) -> None:
    carol, dave = world.person("Carol"), world.person("Dave")
    gone, _ = world.certify(carol, DUE)
    world.certify(dave, DUE)
    planner.look(STAGE_DAY)
    with world.database.writing() as session:
        session.execute(update(Certification).where(Certification.id == gone).values(pack_key="us-nowhere"))
    assert deliverer.deliver() == {"accepted": 1}
    assert deliverer.recipients() == ["dave2@example.org"]
    assert deliverer.deliver() == {}


@pytest.mark.parametrize("asked", [1, 3])
def test_who_is_asked_to_stop_gives_back_what_is_not_sent(
    world: World, deliverer: Deliverer, planner: Planner, asked: int
) -> None:
    deliverer.ripen_many(8)
    sent: list[bool] = []
    way = Meddling(deliverer.transport, after=lambda: sent.append(True))
    counts = deliverer.deliver(over=way, stop=lambda: len(sent) >= asked)
    assert counts == {"accepted": asked, "given_back": 8 - asked}
    assert sorted({(row.state, row.tries) for row in planner.rows() if row.state != "sent"}) == [("planned", 0)]
    assert deliverer.deliver() == {"accepted": 8 - asked}, "nothing has to wait for a lease"
    assert len(set(deliverer.message_ids())) == len(deliverer.message_ids()) == 8


def test_who_was_asked_to_stop_before_begins_nothing(world: World, deliverer: Deliverer) -> None:
    deliverer.ripen(world.person("Carol"))
    assert deliverer.deliver(stop=lambda: True) == {}
    assert deliverer.emails() == []


def test_no_mail_is_begun_that_could_outlast_its_lease(world: World, deliverer: Deliverer) -> None:
    deliverer.terms = replace(deliverer.terms, lease_s=1.3, deadline_s=1)
    deliverer.smtp.set_behaviour("late", at="DATA", seconds=0.2)
    deliverer.ripen_many(4)
    counts = deliverer.deliver()
    assert counts["accepted"] == 4
    assert counts["given_back"] >= 2, "each lease has time for two mails at most"
    assert sorted(set(deliverer.recipients())) == sorted(deliverer.recipients())


@on_both
@pytest.mark.parametrize("lease_s", [30, 1.5])
def test_a_server_that_is_slow_to_greet_is_handed_a_mail_a_conversation(deliverer: Deliverer, lease_s: float) -> None:
    """More than half of the deadline is gone when it has greeted, and the lease has no other deadline left."""
    deliverer.terms = replace(deliverer.terms, lease_s=lease_s, deadline_s=1)
    deliverer.smtp.set_behaviour("late", at="connect", seconds=0.6)
    deliverer.ripen_many(2)
    ends_at = time.monotonic() + 20
    assert deliverer.deliver(stop=lambda: time.monotonic() > ends_at)["accepted"] == 2
    assert len(set(deliverer.message_ids())) == 2


def test_the_bytes_of_what_was_given_back_are_forgotten(world: World, deliverer: Deliverer) -> None:
    deliverer.ripen_many(2)
    sent: list[bool] = []
    deliverer.deliver(over=Meddling(deliverer.transport, after=lambda: sent.append(True)), stop=lambda: bool(sent))
    given_back: list[Email] = [email for email in deliverer.emails() if email.state == "given_back"]
    assert [(email.data, email.attempts) for email in given_back] == [(None, 0)]
