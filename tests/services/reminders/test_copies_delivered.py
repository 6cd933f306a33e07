"""Copies as they are mailed: asked once more, after the holder's own mail, several in one mail, neutral outside."""

from datetime import date, timedelta

import pytest
from kit.copies import assign, make_text, use_policy
from kit.delivery import Deliverer
from kit.mails import Read, read
from kit.planning import Planner
from kit.world import World
from sqlalchemy import delete, update

from certtrack.db.models import Assignment, Email, Person, Reminder
from certtrack.db.types import db_now

DUE = date(2026, 10, 31)
BEGUN = date(2026, 5, 1)
B30, B7, GRACE = date(2026, 10, 1), date(2026, 10, 23), date(2026, 11, 1)
THREE = timedelta(days=3)


@pytest.fixture
def bob(world: World) -> int:
    """A supervisor, in a world whose policy has copies."""
    use_policy(world)
    world.move_to(BEGUN)
    return world.person("Bob")


def supervise(world: World, bob: int, *names: str, due_on: date = DUE) -> list[int]:
    """People of these names whom Bob supervises, each with a certification; their cycles."""
    cycles = []
    for name in names:
        person = world.person(name)
        cycles.append(world.certify(person, due_on)[1])
        assign(world, person, bob, from_on=BEGUN)
    return cycles


def run(planner: Planner, deliverer: Deliverer, on: date) -> list[str]:
    """What the jobs do on that day; to whom mails went, by their first names."""
    before = len(deliverer.recipients())
    planner.look(on)
    deliverer.deliver()
    return [address.split("@")[0].rstrip("0123456789") for address in deliverer.recipients()[before:]]


def last_mail(deliverer: Deliverer) -> Read:
    return read(deliverer.smtp.list_taken()[-1].data)


def test_the_holder_is_told_that_a_copy_will_go_and_from_when_on_and_then_it_does(
    world: World, planner: Planner, deliverer: Deliverer, bob: int
) -> None:
    [cycle] = supervise(world, bob, "Carol")
    assert run(planner, deliverer, B30) == ["carol"]
    said = "Who else is told: your supervisor gets a copy from Sunday, October 4, 2026 on, unless it's settled by then."
    assert said in last_mail(deliverer).flat
    assert run(planner, deliverer, B30 + THREE) == ["bob"]
    mail = last_mail(deliverer)
    assert (
        "Carol Example: recertification is due on Saturday, October 31, 2026. That's 27 days from today." in mail.flat
    )
    assert "They were told on October 1, 2026. By our record it isn't settled yet." in mail.flat
    assert "You get this copy because you supervise at Lakeside Peers" in mail.flat
    assert [row.state for row in planner.copies(cycle)] == ["sent"]


def test_what_is_seen_before_a_copy_is_opened_names_nobody_and_nothing(
    world: World, planner: Planner, deliverer: Deliverer, bob: int
) -> None:
    supervise(world, bob, "Carol")
    run(planner, deliverer, B30)
    run(planner, deliverer, B30 + THREE)
    mail = last_mail(deliverer)
    outside = " ".join(str(value) for value in mail.message.values())
    assert "Carol" not in outside
    assert mail.message["Subject"] == "A date to keep in mind"
    assert mail.calendar is None, "somebody else's day is no entry in the reader's calendar"


def test_nobody_is_told_of_a_copy_that_nobody_gets(
    world: World, planner: Planner, deliverer: Deliverer, bob: int
) -> None:
    world.certify(world.person("Dave"), DUE)
    supervise(world, bob, "Carol")
    assert sorted(run(planner, deliverer, B30)) == ["carol", "dave"]
    said = {read(mail.data).message["To"]: "Who else" in read(mail.data).flat for mail in deliverer.smtp.list_taken()}
    assert {name.split()[0]: is_said for name, is_said in said.items()} == {"Carol": True, "Dave": False}
    run(planner, deliverer, date(2026, 10, 30))
    assert "Who else" not in last_mail(deliverer).flat, "no copy of the day before would be in time"


def test_several_copies_of_a_day_share_one_mail_with_what_is_the_reader_s_own(
    world: World, planner: Planner, deliverer: Deliverer, bob: int
) -> None:
    supervise(world, bob, "Carol", "Erin")
    world.certify(bob, date(2026, 11, 3))  # 30 days before is October 4, a Sunday: moved to Friday the 2nd
    run(planner, deliverer, B30)
    run(planner, deliverer, date(2026, 10, 2))
    assert run(planner, deliverer, B30 + THREE) == ["bob"]
    mail = last_mail(deliverer).flat
    assert mail.count("recertification is due on Saturday, October 31") == 2
    assert mail.index("Carol Example:") < mail.index("Erin Example:")
    assert "Each step on the way is mailed once." in mail


def test_a_copy_speaks_the_reader_s_language_and_comes_in_the_reader_s_own_hours(
    world: World, planner: Planner, deliverer: Deliverer, bob: int
) -> None:
    supervise(world, bob, "Carol")
    planner.change(bob, language="es", zone="America/Los_Angeles")
    run(planner, deliverer, B30)
    planner.look(B30 + THREE, hour_utc=14)
    assert deliverer.deliver() == {}, "seven in the morning in Los Angeles"
    assert run(planner, deliverer, B30 + THREE) == ["bob"]
    assert "Carol Example: la recertificación vence el sábado 31 de octubre de 2026." in last_mail(deliverer).flat


def test_granted_between_plan_and_send_the_copy_of_that_one_drops_out_of_the_mail(
    world: World, planner: Planner, deliverer: Deliverer, bob: int
) -> None:
    carols, erins = supervise(world, bob, "Carol", "Erin")
    run(planner, deliverer, B30)
    planner.look(B30 + THREE)
    planner.close(carols)
    deliverer.deliver()
    assert "Carol" not in last_mail(deliverer).flat
    assert [planner.copies(cycle)[0].state for cycle in (carols, erins)] == ["superseded", "sent"]


def test_an_assignment_that_ended_between_plan_and_send_is_the_word_for_it(
    world: World, planner: Planner, deliverer: Deliverer, bob: int
) -> None:
    [cycle] = supervise(world, bob, "Carol")
    run(planner, deliverer, B30)
    planner.look(B30 + THREE)
    with world.database.writing() as session:
        session.execute(delete(Assignment))
    assert deliverer.deliver() == {}
    assert list(planner.copies_say(cycle).values()) == ["superseded:assignment_ended"]
    assert planner.next_on(cycle) == world.today, "whoever supervises now may be the one to tell"


def test_while_mail_is_down_both_wait_and_then_the_holder_goes_first(
    world: World, planner: Planner, deliverer: Deliverer, bob: int
) -> None:
    supervise(world, bob, "Carol")
    for day in range(6):
        planner.look(B30 + timedelta(days=day))
    assert run(planner, deliverer, B30 + timedelta(days=6)) == ["carol"]
    assert run(planner, deliverer, B30 + timedelta(days=8)) == []
    assert run(planner, deliverer, B30 + timedelta(days=9)) == ["bob"]


def test_a_copy_waits_for_a_holder_whose_mail_was_put_back(
    world: World, planner: Planner, deliverer: Deliverer, bob: int
) -> None:
    [cycle] = supervise(world, bob, "Carol")
    run(planner, deliverer, B30)
    planner.look(B30 + THREE)
    with world.database.writing() as session:  # as where the mail server, not the address, was at fault
        own = (Reminder.audience == "holder", Reminder.state == "sent")
        session.execute(update(Reminder).where(*own).values(state="planned", settled_at=None, retry_at=db_now(3600)))
    assert deliverer.deliver() == {}
    [copy] = planner.copies(cycle)
    assert copy.state == "planned"
    assert copy.retry_at is not None


def test_where_no_mail_reaches_the_holder_the_copy_asks_to_tell_them(
    world: World, planner: Planner, deliverer: Deliverer, bob: int
) -> None:
    supervise(world, bob, "Carol")
    with world.database.writing() as session:
        session.execute(update(Person).where(Person.given_name == "Carol").values(private_address=None))
    assert run(planner, deliverer, B30) == []
    assert run(planner, deliverer, B30 + THREE) == ["bob"]
    mail = last_mail(deliverer).flat
    assert "Our mails can't reach them, so they may not know." in mail
    assert "What you can do: please tell them, and ask for an address that works." in mail


def test_a_stage_that_is_repeated_doesn_t_say_that_it_comes_once(
    world: World, planner: Planner, deliverer: Deliverer, bob: int
) -> None:
    use_policy(world, make_text(before_30="repeat_every_days = 5\nrepeats = 2"))
    supervise(world, bob, "Carol")
    run(planner, deliverer, B30)
    mail = last_mail(deliverer).flat
    assert "mailed once" not in mail
    run(planner, deliverer, date(2026, 10, 6))
    assert "Who else" not in last_mail(deliverer).flat, "it was said before, and the copy has gone or is on its way"


def test_a_mail_that_may_have_arrived_is_not_sent_again_for_a_copy_that_fell_away(
    world: World, planner: Planner, deliverer: Deliverer, bob: int
) -> None:
    [cycle] = supervise(world, bob, "Carol")
    run(planner, deliverer, B30)
    run(planner, deliverer, B30 + THREE)
    with world.database.writing() as session:
        newest = Email.id == planner.copies(cycle)[0].email_id
        values = {"state": "unknown", "leased_until": db_now(-1), "settled_at": None}
        session.execute(update(Email).where(newest).values(**values))
        session.execute(update(Reminder).where(Reminder.audience != "holder").values(state="in_mail", settled_at=None))
        session.execute(delete(Assignment))
    assert deliverer.deliver() == {}
    assert list(planner.copies_say(cycle).values()) == ["superseded:assignment_ended"]
