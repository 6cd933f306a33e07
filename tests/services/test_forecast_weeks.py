"""The weeks' mails about teams are foreseen as the job then writes them, whoever answers for whom by then."""

from datetime import date, timedelta

from kit.copies import assign, stand_in
from kit.forecast import Days, foretell, list_foretold
from kit.planning import Planner
from kit.world import World
from sqlalchemy import update

from certtrack.db.models import Assignment, Person
from certtrack.services.forecast.coming import ComingMail
from certtrack.services.forecast.team_weeks import WEEKLY

FROM, TO = date(2026, 10, 14), date(2026, 11, 16)
"""A Wednesday, and a Monday: five weeks, and the end of summer time in between."""

FAR = date(2027, 6, 30)
MONDAYS = [date(2026, 10, 19) + timedelta(days=7 * number) for number in range(5)]


def first(mail: ComingMail) -> str:
    return mail.recipient.partition(" ")[0]


def list_weeks(mails: list[ComingMail]) -> dict[str, list[date]]:
    """The days of the weeks' mails that go, by their reader's first name."""
    found: dict[str, list[date]] = {}
    for mail in mails:
        if mail.stage == WEEKLY and mail.kept_back is None:
            found.setdefault(first(mail), []).append(mail.on)
    return found


def end(world: World, person_id: int, on: date) -> None:
    with world.database.writing() as session:
        session.execute(update(Assignment).where(Assignment.person_id == person_id).values(until_on=on))


def certify_with(world: World, name: str, supervisor: int, from_on: date) -> int:
    person = world.person(name)
    world.certify(person, FAR)
    assign(world, person, supervisor, from_on=from_on)
    return person


def test_whoever_has_a_team_by_then_is_foreseen_and_nobody_else(world: World, planner: Planner) -> None:
    world.move_to(FROM)
    bob, bea, ben, fay, far = (world.person(name) for name in ("Bob", "Bea", "Ben", "Fay", "Far"))
    silent = world.person("Silent", address=None)
    certify_with(world, "Carol", bob, FROM)
    certify_with(world, "Dave", bea, MONDAYS[1] + timedelta(days=2))
    end(world, certify_with(world, "Erin", ben, FROM), MONDAYS[2])
    certify_with(world, "Hugo", silent, FROM)
    with world.database.writing() as session:
        session.execute(update(Person).where(Person.id == far).values(zone="Pacific/Auckland"))
    certify_with(world, "Gina", far, FROM)
    stand_in(world, bob, fay, MONDAYS[1], MONDAYS[2] + timedelta(days=1))
    mails = foretell(world, TO)
    [now] = {mail.on for mail in mails if first(mail) == "Bob" and mail.on < MONDAYS[0]}
    assert list_weeks(mails) == {
        "Bob": [now, *MONDAYS],
        "Bea": [MONDAYS[1] + timedelta(days=2), *MONDAYS[2:]],
        "Ben": [now, *MONDAYS[:3]],
        "Fay": MONDAYS[1:3],
        "Far": [FROM + timedelta(days=1), *MONDAYS],  # where it is the next day by now
    }, "of the week that has begun, too: the job writes it as long as it lasts"
    assert {mail.kept_back for mail in mails if first(mail) == "Silent"} == {"no_address"}
    days = Days(world, planner)
    days.run(TO)
    assert list_foretold(mails) == days.list_told(FROM, TO)


def test_what_was_written_of_this_week_is_not_foreseen_again(world: World, planner: Planner) -> None:
    world.move_to(FROM, 17)
    certify_with(world, "Carol", world.person("Bob"), FROM)
    days = Days(world, planner)
    days.write_weeks()
    assert list_weeks(foretell(world, MONDAYS[0])) == {"Bob": [MONDAYS[0]]}


def test_a_week_is_of_the_offices_whose_people_are_in_it_and_of_no_single_person(world: World) -> None:
    world.move_to(FROM)
    carol = certify_with(world, "Carol", world.person("Bob"), FROM)
    assert list_weeks(foretell(world, TO, places={world.organization_id}))
    assert not list_weeks(foretell(world, TO, places={world.organization_id + 1}))
    assert not list_weeks(foretell(world, TO, people={carol}))
