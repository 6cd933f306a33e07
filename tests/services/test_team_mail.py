"""The week's mail about a team: what it counts, when it goes, and that it goes once."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from kit.copies import assign
from kit.credits import log, make_new
from kit.delivery import Deliverer, make_terms
from kit.mails import Read, read
from kit.world import World
from sqlalchemy import select, update

from certtrack.db.models import Email, Organization, Person, StandingSpan, TeamMail
from certtrack.db.types import db_now
from certtrack.errors import NotFound
from certtrack.services.contacts import set_names_in_team_mail
from certtrack.services.stand_ins import NewStandIn, record_stand_in
from certtrack.services.team_mail import let_sleep, list_recipients, write_team_mail

MONDAY = date(2026, 9, 14)
NEAR, FAR, OVER = date(2026, 10, 31), date(2027, 10, 31), date(2026, 8, 31)
WEEK = timedelta(days=7)


@pytest.fixture
def bob(world: World) -> int:
    """A supervisor, some weeks before the Monday of these tests."""
    world.move_to(date(2026, 8, 3))
    return world.person("Bob")


def team(world: World, bob: int, *names: str, due_on: date = NEAR, **values: Any) -> list[tuple[int, int]]:
    """People of these names whom Bob supervises, each with a certification: their numbers and those."""
    made = []
    for name in names:
        person = world.person(name, **values)
        made.append((person, world.certify(person, due_on)[0]))
        assign(world, person, bob, from_on=world.today)
    return made


def write(world: World, on: date = MONDAY, hour_utc: int = 17) -> list[int]:
    """What the job does at that hour; to whom it wrote."""
    world.move_to(on, hour_utc)
    with world.database.reading() as session:
        due = list_recipients(session, world.at)
    written = []
    for one in due:
        with world.database.writing() as session:
            if write_team_mail(session, world.rulebook, make_terms(), one, world.at):
                written.append(one.person_id)
    return written


def mails(world: World) -> list[Read]:
    with world.database.reading() as session:
        return [read(data) for data in session.scalars(select(Email.data).order_by(Email.id)) if data is not None]


def counts(mail: Read) -> list[int]:
    """The numbers of the mail's lines, in their order."""
    return [int(line.rpartition(": ")[2]) for line in mail.text.splitlines() if line.rpartition(": ")[2].isdigit()]


def name_stand_in(world: World, supervisor: int, stand_in: int, days: Sequence[date]) -> None:
    with world.database.writing() as session:
        place = session.get_one(Organization, world.organization_id)
        new = NewStandIn(supervisor, stand_in, days[0], days[1])
        record_stand_in(session, place, new, actor=world.actor, at=world.at)


def test_it_counts_people_by_where_they_stand_and_names_nobody(world: World, bob: int) -> None:
    [(_, done)] = team(world, bob, "Done", due_on=FAR)
    [(near, near_cert)] = team(world, bob, "Near")
    team(world, bob, "Past", due_on=OVER)
    team(world, bob, "Silent", due_on=FAR, address=None)
    log(world, near, make_new(2), near_cert)
    with world.database.writing() as session:
        complete = update(StandingSpan).where(StandingSpan.certification_id == done).values(hours="complete")
        session.execute(complete)
    assert write(world) == [bob]
    [mail] = mails(world)
    assert "4 people are on your team this week." in mail.flat
    assert counts(mail) == [1, 2, 1, 1, 1, 1]
    assert not any(name in mail.flat + str(mail.message) for name in ("Done", "Near Example", "Past Example", "Silent"))
    assert "https://certtrack.example.org/people" in mail.text
    assert mail.message["Subject"] == "A note for your week"


def test_names_of_those_who_are_due_stand_in_it_only_where_the_office_wants_them(world: World, bob: int) -> None:
    team(world, bob, "Near")
    team(world, bob, "Distant", due_on=FAR)
    with world.database.writing() as session:
        office = session.get_one(Organization, world.organization_id)
        assert set_names_in_team_mail(session, office, named=True, actor=world.actor, at=world.at)
        assert not set_names_in_team_mail(session, office, named=True, actor=world.actor, at=world.at)
    write(world)
    [mail] = mails(world)
    assert "Whose day is within 60 days: Near Example" in mail.flat
    assert "Distant" not in mail.flat


def test_it_goes_once_a_week_however_many_write_at_the_same_time(world: World, bob: int) -> None:
    team(world, bob, "Carol")
    world.move_to(MONDAY)
    with world.database.reading() as session:
        [one] = list_recipients(session, world.at)  # two schedulers have read the same list
    said = []
    for _ in range(2):
        with world.database.writing() as session:
            said.append(write_team_mail(session, world.rulebook, make_terms(), one, world.at))
    assert said == [True, False]
    assert write(world, MONDAY + timedelta(days=6)) == []
    with world.database.reading() as session:
        [row] = session.scalars(select(TeamMail))
        assert (row.week_on, row.email_id) == (MONDAY, session.scalars(select(Email.id)).one())


def test_nothing_is_taken_of_the_week_where_the_transaction_ends_badly(world: World, bob: int) -> None:
    team(world, bob, "Carol")
    world.move_to(MONDAY)
    with world.database.reading() as session:
        [one] = list_recipients(session, world.at)

    def stop_in_between() -> None:
        with world.database.writing() as session:
            write_team_mail(session, world.rulebook, make_terms(), one, world.at)
            raise NotFound("as where the machine stops")

    with pytest.raises(NotFound):
        stop_in_between()
    assert write(world) == [bob]


def test_after_three_weeks_without_a_scheduler_the_newest_week_alone_is_told(world: World, bob: int) -> None:
    team(world, bob, "Carol")
    assert write(world) == [bob]
    late = MONDAY + 4 * WEEK + timedelta(days=2)
    assert write(world, late) == [bob]
    assert write(world, late) == []
    with world.database.reading() as session:
        assert list(session.scalars(select(TeamMail.week_on).order_by(TeamMail.week_on))) == [MONDAY, MONDAY + 4 * WEEK]


def test_it_waits_for_the_policy_s_hour_on_monday_in_the_reader_s_own_zone(world: World, bob: int) -> None:
    team(world, bob, "Carol")
    with world.database.writing() as session:
        session.execute(update(Person).where(Person.id == bob).values(zone="America/Los_Angeles"))
    write(world, MONDAY - WEEK, 23)
    send_at = world.policy.send_at.hour
    assert write(world, MONDAY, send_at + 7 - 1) == [], "an hour before it in Los Angeles"
    assert write(world, MONDAY, send_at + 7) == [bob]
    [_, mail] = emails(world)
    assert mail.valid_until == datetime.fromisoformat("2026-09-21T07:00:00+00:00"), "midnight there, as the week ends"


def emails(world: World) -> list[Email]:
    with world.database.reading() as session:
        return list(session.scalars(select(Email).order_by(Email.id)))


def test_in_quiet_hours_nothing_is_written(world: World, bob: int) -> None:
    team(world, bob, "Carol")
    assert write(world, MONDAY + timedelta(days=1), 6) == [], "one in the morning in Chicago"
    assert write(world, MONDAY + timedelta(days=1), 17) == [bob]


def sleep(world: World, on: date, hour_utc: int, wait_s: float = -1) -> tuple[int, float]:
    """What the job has wait at that hour, where the next try comes in so many seconds; and how long it waits then."""
    world.move_to(on, hour_utc)
    with world.database.writing() as session:
        session.execute(update(Email).values(leased_until=db_now(wait_s)))
        count = let_sleep(session, world.rulebook, world.at)
        until, now = session.execute(select(Email.leased_until, db_now())).one()
    assert until is not None
    return count, round((until - now).total_seconds() / 60)


def test_what_was_not_taken_is_not_tried_again_at_night(world: World, bob: int, deliverer: Deliverer) -> None:
    team(world, bob, "Carol")
    write(world)
    deliverer.smtp.set_behaviour("450")
    assert deliverer.deliver_now() == {"not_taken": 1}
    tuesday = MONDAY + timedelta(days=1)
    assert sleep(world, MONDAY, 23) == (0, 0), "six in the evening in Chicago"
    assert sleep(world, MONDAY, 23, 4 * 3600) == (1, 14 * 60), "four hours on it is night: until eight in the morning"
    assert sleep(world, tuesday, 6) == (1, 7 * 60)
    deliverer.smtp.behave()
    assert deliverer.deliver_now() == {}
    assert sleep(world, tuesday, 13) == (0, 0)
    assert deliverer.deliver_now() == {"accepted": 1}


def test_a_link_that_somebody_waits_for_is_tried_at_any_hour(world: World, deliverer: Deliverer) -> None:
    deliverer.queue()
    assert sleep(world, MONDAY, 6) == (0, 0)


def test_whoever_has_nobody_or_no_address_or_has_died_gets_nothing(world: World, bob: int) -> None:
    ana, eli = world.person("Ana", address=None), world.person("Eli")
    for supervisor in (ana, eli):
        team(world, supervisor, "Carol")
    with world.database.writing() as session:
        session.execute(update(Person).where(Person.id == eli).values(died_on=world.today))
    assert write(world) == []
    assert bob not in [email.recipient_id for email in emails(world)]


def test_a_stand_in_gets_it_as_well_while_the_supervisor_is_away(world: World, bob: int) -> None:
    team(world, bob, "Carol")
    ana, dave = world.person("Ana"), world.person("Dave")
    assign(world, dave, ana, from_on=world.today)
    assign(world, ana, world.person("Eve"), from_on=world.today)
    name_stand_in(world, bob, ana, (MONDAY, MONDAY + timedelta(days=4)))
    write(world)
    people = {mail.message["To"].split()[0]: mail.flat for mail in mails(world)}
    assert people.keys() == {"Bob", "Ana", "Eve"}
    assert "2 people are on your team this week." in people["Ana"], "her own, and in Bob's place"
    assert "1 person is on your team this week." in people["Bob"]
    write(world, MONDAY + WEEK)
    assert "1 person is on your team" in mails(world)[-2].flat + mails(world)[-1].flat


def test_it_speaks_the_reader_s_language_and_is_handed_over(world: World, bob: int, deliverer: Deliverer) -> None:
    team(world, bob, "Carol")
    with world.database.writing() as session:
        session.execute(update(Person).where(Person.id == bob).values(language="es"))
    write(world)
    deliverer.deliver_now()
    [taken] = deliverer.smtp.list_taken()
    assert "Esta semana hay 1 persona en su equipo." in read(taken.data).flat
