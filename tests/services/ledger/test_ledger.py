"""The ledger names every stage, decided or to come."""

from datetime import date

from kit.planning import Planner
from kit.world import World

from certtrack.services.ledger.reading import list_ledger
from certtrack.services.reminders.next_mail import find_next_mail

DUE = date(2026, 10, 31)


def test_the_ledger_names_every_stage(world: World, planner: Planner) -> None:
    person = world.person()
    certification, _ = world.certify(person, DUE)
    planner.look(date(2026, 8, 3))
    with world.database.reading() as session:
        entries = list_ledger(session, world.rulebook, person, world.today)
        following = find_next_mail(session, world.rulebook, [certification], world.today)[certification]
    assert [(entry.stage, entry.state) for entry in entries][:3] == [
        ("before_180", "superseded"),
        ("before_90", "planned"),
        ("before_60", "coming"),
    ]
    assert len(entries) == 11
    assert (following.state, following.stage) == ("planned", "before_90")


def test_a_list_says_what_stands_in_the_way(world: World, planner: Planner) -> None:
    certification, _ = world.certify(world.person(address=None), DUE)
    planner.look(date(2026, 8, 3))
    with world.database.reading() as session:
        following = find_next_mail(session, world.rulebook, [certification], world.today)[certification]
    assert (following.state, following.obstacle) == ("suppressed", "no_address")
