"""Readers who are alike ask by one statement, and each is told what is theirs alone."""

from datetime import date

from kit.databases import on_both
from kit.world import World

from certtrack.clock import FixedClock
from certtrack.security import Actor, Role
from certtrack.services.actors import find_actor
from certtrack.services.alike import find_alike, list_values, name_reader
from certtrack.services.credits.queue import list_queue
from certtrack.services.credits.waiting import Narrowing
from certtrack.services.home.page import load_home
from certtrack.services.organizations import assign_supervisor
from certtrack.services.people_list import Filters, PeopleList
from certtrack.services.people_selects import keep_selects

TODAY = date(2026, 11, 5)


def make_supervisor(world: World, name: str, specialist: str) -> tuple[Actor, int]:
    """A supervisor and the number of the one whom they have."""
    person, other = world.person(name), world.person(specialist)
    world.certify(other, date(2027, 10, 31))
    with world.database.writing() as session:
        assign_supervisor(
            session, person_id=other, supervisor_id=person, organization_id=world.organization_id,
            from_on=date(2026, 1, 1), actor=world.actor, at=world.at,
        )  # fmt: skip
    account = world.account(name.lower(), Role.SUPERVISOR, person_id=person)
    with world.database.reading() as session:
        found = find_actor(session, account, TODAY)
    assert found is not None
    return found, other


@on_both
def test_two_supervisors_share_a_statement_and_see_each_their_own_team(world: World) -> None:
    readers = [make_supervisor(world, "Bob", "Carol"), make_supervisor(world, "Ben", "Dora")]
    keep_selects.cache_clear()
    for actor, other in (*readers, *readers):
        with world.database.reading() as session:
            people = PeopleList(session, actor, Filters(as_of=TODAY), today=TODAY, at=world.at)
            assert people.load_page().person_ids == [other]
    assert (keep_selects.cache_info().misses, keep_selects.cache_info().hits) == (1, 3)


@on_both
def test_two_supervisors_read_each_the_records_and_the_queue_of_their_own_team(world: World) -> None:
    readers = [make_supervisor(world, "Bob", "Carol"), make_supervisor(world, "Ben", "Dora")]
    for (actor, other), _ in zip(readers, readers[::-1], strict=True):
        with world.database.reading() as session:
            home = load_home(session, world.rulebook, actor, other, FixedClock(world.at))
            queue = list_queue(session, world.rulebook, actor, TODAY, Narrowing())
        assert [card.shown.certification.person_id for card in home.cards] == [other]
        assert queue.waiting.total == 0


def test_alike_is_who_has_the_same_roles_and_nobody_else() -> None:
    one = Actor("account:1", 1, 11)
    assert find_alike(one) == find_alike(Actor("account:2", 2, 12))
    assert find_alike(one) != find_alike(Actor("account:3", 3, None))
    assert find_alike(one) != find_alike(Actor("cli:bob", is_command=True))


def test_who_has_no_person_has_no_parameter_for_one() -> None:
    nobody = Actor("account:3", 3, None)
    assert name_reader(find_alike(nobody)).person_id is None
    assert list_values(nobody) == {"reader_key": "account:3", "reader_account": 3, "reader_person": None}
