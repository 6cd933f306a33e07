"""The list of sessions: what waits first, page by page, and of each only what the reader may see."""

import threading
from datetime import timedelta

from kit.databases import on_both
from kit.supervision import HELD_ON, Team, amend, hold, make_session, say_paper, sign
from kit.world import World

from certtrack.db.models import Organization
from certtrack.security import Actor
from certtrack.services.locking import lock_people
from certtrack.services.organizations import affiliate, create_organization
from certtrack.services.supervision.listing import PAGE, SessionList, list_session_page
from certtrack.services.supervision.offer import get_offer
from certtrack.services.supervision.records import find_same_session, log_session


def load(world: World, actor: Actor, number: int = 1) -> SessionList:
    with world.database.reading() as session:
        return list_session_page(session, actor, world.today, number)


def test_what_waits_for_anybodys_signature_comes_first_and_the_latest_before_others(world: World, team: Team) -> None:
    old, signed, new = (
        hold(world, make_session(team.bob, team.carol, held_on=HELD_ON - timedelta(days=days))) for days in (9, 1, 5)
    )
    say_paper(world, signed, ("supervisor", team.bob), ("person", team.carol))
    sign(world, old, team.supervisor)
    page = load(world, team.supervisor)
    assert [item.row.id for item in page.items] == [new, old, signed]
    assert [(item.own_side, item.is_signed) for item in page.items] == [
        ("supervisor", False), (None, False), (None, True),
    ]  # fmt: skip
    assert (page.total, page.waiting) == (3, 2)

    assert amend(world, signed, make_session(team.bob, team.carol, minutes=45))
    assert load(world, team.office).waiting == 3, "what is amended is signed anew"


def test_pages_hold_each_session_once_and_a_page_too_far_is_the_last(world: World, team: Team) -> None:
    made = [
        hold(world, make_session(team.bob, team.carol, held_on=HELD_ON - timedelta(days=days)))
        for days in range(PAGE + 2)
    ]
    first, last = load(world, team.office), load(world, team.office, 9)
    assert (first.has_more, last.has_more, last.number, last.first) == (True, False, 2, PAGE + 1)
    assert [item.row.id for item in (*first.items, *last.items)] == made


def test_nobody_sees_in_the_list_what_is_anothers(world: World, team: Team) -> None:
    mine = hold(world, make_session(team.bob, team.carol))
    mixed = hold(world, make_session(team.bob, team.carol, team.frank))
    with world.database.writing() as session:
        elsewhere = create_organization(
            session, key="other", name="Other Peers", zone="America/Chicago", reply_to="o@example.org",
            actor=world.actor, at=world.at,
        ).id  # fmt: skip
        affiliate(session, team.carol, elsewhere, from_on=None, actor=world.actor, at=world.at)
    there = hold(world, make_session(team.bob, team.carol), organization_id=elsewhere)
    assert {item.row.id for item in load(world, team.office).items} == {mine, mixed}
    assert {item.row.id for item in load(world, team.holder).items} == {mine, mixed, there}
    for actor in (team.other_supervisor, team.stranger):
        assert load(world, actor).total == (1 if actor is team.other_supervisor else 0), "Frank was at one himself"
    [shown] = [item for item in load(world, team.supervisor).items if item.row.id == mixed]
    assert ([one.person.id for one in shown.people], shown.others) == ([team.carol], 1)


def test_a_supervisor_is_offered_whom_they_supervise_and_the_office_everybody(world: World, team: Team) -> None:
    with world.database.reading() as session:
        place = session.get_one(Organization, world.organization_id)
        own = get_offer(session, team.supervisor, place, world.today)
        all_of_them = get_offer(session, team.office, place, world.today)
        later = get_offer(session, team.supervisor, place, world.today - timedelta(days=1))
    assert [one.id for one in own.supervisors] == [team.bob]
    assert {one.id for one in own.people} == {team.carol, team.erin}
    assert {team.bob, team.frank} <= {one.id for one in all_of_them.supervisors}
    assert {team.carol, team.erin, team.frank} <= {one.id for one in all_of_them.people}
    assert not later.people, "nobody was assigned yet"


@on_both
def test_of_two_who_log_the_same_at_once_the_second_one_finds_it_on_record(world: World, team: Team) -> None:
    gate, found = threading.Barrier(2), list[bool]()

    def send() -> None:
        new = make_session(team.bob, team.carol)
        gate.wait()
        with world.database.writing() as session:
            lock_people(session, [team.bob, team.carol])
            same = find_same_session(session, world.organization_id, new)
            found.append(same is not None)
            if same is None:
                log_session(session, world.organization_id, new, actor=world.actor, at=world.at)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [False, True]
