"""What follows from each attempt: taken, not taken, in doubt, or refused for good."""

from datetime import date, timedelta

import pytest
from kit.databases import on_both
from kit.delivery import DUE, STAGE_DAY, Deliverer, Meddling
from kit.planning import Planner
from kit.world import World
from sqlalchemy import select, update

from certtrack.db.models import Cycle, Email, Reminder
from certtrack.logs import configure_logs

FRIDAY = date(2026, 7, 31)
"""The stage 90 days before `DUE`, moved from a Sunday."""


@on_both
def test_a_mail_that_was_not_taken_is_composed_anew_after_longer_and_longer_waits(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    [cycle] = deliverer.ripen(world.person("Carol"))
    deliverer.smtp.set_behaviour("450")
    for number, minutes in enumerate((1, 5, 15, 60, 240, 240), start=1):
        assert deliverer.deliver() == {"not_taken": 1}
        row = planner.row(cycle, "before_180")
        assert (row.state, row.tries) == ("planned", number)
        assert minutes * 60 - 10 < deliverer.seconds_until(Reminder.retry_at) <= minutes * 60
        assert deliverer.deliver() == {}, "it waits"
        deliverer.end_waits()
    assert deliverer.states() == ["not_taken"] * 6
    assert len({email.message_id for email in deliverer.emails()}) == 6, "each composition has a number of its own"
    deliverer.smtp.behave()
    assert deliverer.deliver() == {"accepted": 1}
    assert planner.row(cycle, "before_180").state == "sent"


def test_a_mail_that_is_never_taken_expires_when_it_is_no_longer_true(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    [cycle] = deliverer.ripen(world.person("Carol"))
    deliverer.smtp.set_behaviour("450")
    deliverer.deliver()
    deliverer.end_waits()
    world.at = planner.row(cycle, "before_180").valid_until + timedelta(seconds=1)
    assert deliverer.deliver() == {}
    assert planner.row(cycle, "before_180").state == "expired"


@on_both
def test_after_a_weekend_without_a_server_over_the_due_day_only_what_is_true_then_is_said(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    _, cycle = world.certify(world.person("Carol"), DUE)
    planner.look(date(2026, 10, 30))
    deliverer.smtp.stop()
    assert deliverer.deliver() == {"relay": 1, "given_back": 1}
    planner.look(date(2026, 11, 2))
    deliverer.smtp.start()
    deliverer.end_minute()
    assert deliverer.deliver() == {"accepted": 1}
    assert planner.row(cycle, "grace").state == "sent"
    assert planner.row(cycle, "before_1").state in ("superseded", "expired")


@on_both
def test_a_server_that_is_down_from_friday_to_monday_costs_nobody_a_mail(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    _, cycle = world.certify(world.person("Carol"), DUE)
    deliverer.smtp.stop()
    for day in range(3):
        planner.look(FRIDAY + timedelta(days=day))
        deliverer.end_minute()
        assert deliverer.deliver()["given_back" if not day else "relay"] == 1
    assert deliverer.alarm() == "no_connection"
    row = planner.row(cycle, "before_90")
    assert (row.state, row.tries) == ("planned", 0)
    planner.look(FRIDAY + timedelta(days=3))
    deliverer.smtp.start()
    deliverer.end_minute()
    assert deliverer.deliver() == {"accepted": 1}
    assert planner.says(cycle) == {"before_180": "superseded:overtaken", "before_90": "sent"}


@on_both
@pytest.mark.parametrize(("do", "arrived"), [("close_after", 2), ("close", 1), ("close_within", 1)])
def test_a_mail_in_doubt_goes_again_with_the_same_bytes(
    world: World, deliverer: Deliverer, planner: Planner, do: str, arrived: int
) -> None:
    [cycle] = deliverer.ripen(world.person("Carol"))
    deliverer.smtp.set_behaviour(do, at="DATA")
    assert deliverer.deliver() == {"unknown": 1}
    assert planner.row(cycle, "before_180").state == "in_mail"
    assert deliverer.deliver() == {}, "it waits a minute"
    assert 50 < deliverer.seconds_until(Email.leased_until) <= 60
    stored = deliverer.email().data
    deliverer.smtp.behave()
    deliverer.end_waits()
    assert deliverer.deliver() == {"accepted": 1}
    assert [taken.data for taken in deliverer.smtp.list_taken()] == [stored] * arrived
    assert deliverer.outcomes() == ["unknown", "accepted"]
    assert planner.row(cycle, "before_180").state == "sent"


def test_a_mail_in_doubt_stays_the_same_mail_even_where_it_is_not_taken_next(
    world: World, deliverer: Deliverer
) -> None:
    deliverer.ripen(world.person("Carol"))
    deliverer.smtp.set_behaviour("close_after", at="DATA")
    deliverer.deliver()
    deliverer.smtp.set_behaviour("450", at="DATA")
    deliverer.end_waits()
    assert deliverer.deliver() == {"not_taken": 1}
    deliverer.smtp.behave()
    deliverer.end_waits()
    assert deliverer.deliver() == {"accepted": 1}
    assert len(set(deliverer.message_ids())) == len(deliverer.emails()) == 1


def test_a_mail_in_doubt_is_not_sent_again_once_all_of_it_has_fallen_away(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    [cycle] = deliverer.ripen(world.person("Carol"))
    deliverer.smtp.set_behaviour("close_after", at="DATA")
    deliverer.deliver()
    deliverer.smtp.behave()
    planner.close(cycle)
    deliverer.end_waits()
    assert deliverer.deliver() == {}
    assert deliverer.smtp.count_taken() == 1
    assert planner.says(cycle)["before_180"] == "superseded:cycle_closed"


def test_a_mail_in_doubt_to_an_address_that_is_no_longer_theirs_is_written_anew_for_the_new_one(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    carol = world.person("Carol")
    [cycle] = deliverer.ripen(carol)
    deliverer.smtp.set_behaviour("close_after", at="DATA")
    assert deliverer.deliver() == {"unknown": 1}
    deliverer.smtp.behave()
    planner.change(carol, private_address="caro@example.org")
    deliverer.end_waits()
    assert deliverer.deliver() == {"accepted": 1}
    assert deliverer.recipients() == ["carol1@example.org", "caro@example.org"]
    assert len(set(deliverer.message_ids())) == 2
    assert planner.row(cycle, "before_180").state == "sent"


def test_a_mail_whose_worker_never_came_back_goes_again_with_the_same_bytes(world: World, deliverer: Deliverer) -> None:
    deliverer.ripen(world.person("Carol"))

    def die() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliverer.deliver(over=Meddling(deliverer.transport, after=die))
    assert deliverer.states() == ["leased"]
    assert deliverer.deliver() == {}, "the lease is another's"
    deliverer.end_leases()
    assert deliverer.deliver() == {"accepted": 1}
    first, second = deliverer.smtp.list_taken()
    assert first.data == second.data
    assert deliverer.outcomes() == ["unknown", "accepted"]


def test_who_has_lost_the_lease_touches_nothing_and_says_so(
    world: World, deliverer: Deliverer, planner: Planner, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs("json")
    [cycle] = deliverer.ripen(world.person("Carol"))

    def lose() -> None:
        deliverer.end_leases()
        assert deliverer.deliver(worker="other:1") == {"accepted": 1}

    assert deliverer.deliver(over=Meddling(deliverer.transport, before=lose)) == {"lease_lost": 1}
    assert deliverer.outcomes() == ["unknown", "accepted"]
    assert [attempt.worker for attempt in deliverer.attempts()] == ["", "other:1"]
    assert planner.row(cycle, "before_180").state == "sent"
    assert len(set(deliverer.message_ids())) == 1
    assert "lease_lost" in capsys.readouterr().err


@on_both
@pytest.mark.parametrize(
    ("code", "at", "reason"), [("550", "RCPT", "address_refused"), ("554", "DATA", "mail_refused")]
)
def test_a_refused_recipient_is_failed_and_stands_among_the_findings(
    world: World, deliverer: Deliverer, planner: Planner, code: str, at: str, reason: str
) -> None:
    carol, dave = world.person("Carol"), world.person("Dave")
    refused, other = deliverer.ripen(carol, dave)
    deliverer.smtp.set_behaviour(code, at="DATA" if at == "DATA" else "RCPT", address="carol1@example.org")
    assert deliverer.deliver() == {"recipient": 1, "accepted": 1}
    assert planner.says(refused)["before_180"] == f"failed:{reason}"
    assert planner.says(other)["before_180"] == "sent"
    [finding] = deliverer.findings()
    assert (finding.person_id, finding.details) == (carol, {"reason": reason, "code": int(code)})
    assert "example.org" not in str(finding.details)
    assert deliverer.deliver() == {}
    assert not deliverer.is_stopped()


def test_what_was_refused_is_open_again_when_the_address_changes(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    carol = world.person("Carol")
    [cycle] = deliverer.ripen(carol)
    deliverer.smtp.set_behaviour("550", address="carol1@example.org")
    deliverer.deliver()
    planner.look()
    assert deliverer.deliver() == {}
    planner.change(carol, private_address="caro@example.org")
    planner.look()
    assert deliverer.deliver() == {"accepted": 1}
    assert deliverer.recipients() == ["caro@example.org"]
    assert planner.row(cycle, "before_180").state == "sent"


@on_both
def test_of_a_digest_of_three_the_one_that_falls_away_before_it_is_sent_is_not_in_it(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    carol = world.person("Carol")
    cycles = [world.certify(carol, DUE)[1] for _ in range(3)]
    planner.look(STAGE_DAY)
    fall_away(world, cycles[1])
    assert deliverer.deliver() == {"accepted": 1}
    assert [planner.says(cycle)["before_180"] for cycle in cycles] == ["sent", "superseded:cycle_closed", "sent"]
    assert planner.row(cycles[1], "before_180").email_id is None


@on_both
def test_of_a_digest_of_three_the_one_that_falls_away_between_two_attempts_is_not_in_the_second(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    carol = world.person("Carol")
    cycles = [world.certify(carol, DUE)[1] for _ in range(3)]
    planner.look(STAGE_DAY)
    deliverer.smtp.set_behaviour("450")
    deliverer.deliver()
    deliverer.smtp.behave()
    fall_away(world, cycles[1])
    deliverer.end_waits()
    assert deliverer.deliver() == {"accepted": 1}
    first, second = deliverer.emails()
    assert [planner.row(cycle, "before_180").email_id for cycle in cycles] == [second.id, first.id, second.id]
    assert first.message_id != second.message_id
    assert deliverer.smtp.list_taken()[0].data == second.data != first.data


def fall_away(world: World, cycle_id: int) -> None:
    """Close the cycle behind the planner's back, so that its reminder stays planned until it is about to be sent."""
    with world.database.writing() as session:
        session.execute(update(Cycle).where(Cycle.id == cycle_id).values(closed_on=world.today))


@pytest.mark.parametrize("kind", ["suspended", "revoked", "retired", "no_address", "died"])
def test_whoever_is_not_to_be_told_any_more_isnt_and_the_ledger_says_why(
    world: World, deliverer: Deliverer, planner: Planner, kind: str
) -> None:
    carol = world.person("Carol")
    certification, cycle = world.certify(carol, DUE)
    planner.look(STAGE_DAY)
    if kind == "no_address":
        planner.change(carol, private_address=None)
    elif kind == "died":
        planner.change(carol, died_on=world.today)
    else:
        act = {"suspended": "suspended", "revoked": "revoked", "retired": "retired"}[kind]
        planner.act(certification, act, world.today)  # type: ignore[arg-type]  # one of the three
    assert deliverer.deliver() == {}
    assert planner.says(cycle)["before_180"] == f"suppressed:{kind}"
    assert deliverer.emails() == []


def test_no_bytes_of_a_sent_now_mail_are_kept(deliverer: Deliverer) -> None:
    number = deliverer.queue()
    assert deliverer.deliver_now() == {"accepted": 1}
    with deliverer.world.database.reading() as session:
        email = session.scalars(select(Email).where(Email.id == number)).one()
    assert (email.state, email.data) == ("sent", None)
    assert deliverer.deliver_now() == {}


def test_leases_and_waits_keep_to_the_database_s_clock_however_far_the_day_is_moved(
    world: World, deliverer: Deliverer
) -> None:
    deliverer.ripen(world.person("Carol"))

    def die() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliverer.deliver(over=Meddling(deliverer.transport, before=die))
    world.at += timedelta(days=3)
    assert deliverer.deliver() == {}, "the lease is another's"
    deliverer.end_leases()
    deliverer.smtp.set_behaviour("450")
    assert deliverer.deliver() == {"not_taken": 1}
    deliverer.smtp.behave()
    world.at += timedelta(days=3)
    assert deliverer.deliver() == {}, "it waits"
    deliverer.end_waits()
    assert deliverer.deliver() == {"accepted": 1}
