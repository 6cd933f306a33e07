"""An office makes two records of its own people one, and parts them again."""

from dataclasses import replace
from typing import Any

import pytest
from kit.world import World

from certtrack.errors import BadInput, NotFound, Refused, StaleRecord
from certtrack.security import Actor, Role, RoleGrant
from certtrack.services.administration.merging import BadPair, get_pair, list_merged, merge_own, part_own
from certtrack.services.merges import merge_people
from certtrack.services.organizations import create_organization


@pytest.fixture
def alice(world: World) -> Actor:
    grants = frozenset({RoleGrant(Role.AGENCY_ADMINISTRATOR, world.organization_id)})
    return Actor("account:99", 99, None, grants)


def test_two_of_ones_own_are_made_one_and_parted_again(world: World, alice: Actor) -> None:
    twice, carol = world.person("Carole", address="old@example.org"), world.person("Carol")
    known: dict[str, Any] = {"seen": (twice, carol), "actor": alice, "at": world.at}
    with world.database.writing() as session:
        pair = get_pair(session, alice, "old@example.org", "Carol Example", world.today)
        assert [person.id for person in pair] == [twice, carol]
        with pytest.raises(BadInput):
            merge_own(session, world.rulebook, pair, " ", **known)
        assert merge_own(session, world.rulebook, pair, "came twice", **known).id == carol
        with pytest.raises(Refused):
            merge_own(session, world.rulebook, pair, "came twice", **known)
        [merged] = list_merged(session, alice, world.today)
        assert (merged.record.id, merged.into.id) == (twice, carol)
        part_own(session, world.rulebook, twice, "a namesake", today=world.today, actor=alice, at=world.at)
        assert list_merged(session, alice, world.today) == ()


def test_who_is_meant_has_to_be_one_of_ones_own_and_not_the_same(world: World, alice: Actor) -> None:
    carol = world.person("Carol")
    world.person("Dan")
    world.person("Dan")
    here = world.organization_id
    with world.database.writing() as session:
        other = create_organization(
            session, key="hillside", name="Hillside", zone="America/Chicago", actor=world.actor, at=world.at
        )
        world.organization_id = other.id
    zoe = world.person("Zoe")
    world.organization_id = here
    with world.database.reading() as session:
        for first, into, why in (
            (str(carol), "Dan Example", {"into": "several_people"}),
            ("Zoe Example", "", {"first": "nobody", "into": "nobody"}),
            (str(zoe), str(carol), {"first": "nobody"}),
            (str(carol), "Carol Example", {"into": "same"}),
        ):
            with pytest.raises(BadPair) as caught:
                get_pair(session, alice, first, into, world.today)
            assert caught.value.why == why


def test_nobody_makes_their_own_record_one_with_another(world: World, alice: Actor) -> None:
    first, mine, carol = (world.person(name) for name in ("Al", "Alice", "Carol"))
    own = replace(alice, person_id=first)
    with world.database.writing() as session:
        merge_people(session, world.rulebook, first, mine, reason="one", actor=world.actor, at=world.at)
        for pair, which in (((mine, carol), "first"), ((carol, mine), "into"), ((first, carol), "first")):
            with pytest.raises(BadPair) as caught:
                get_pair(session, own, str(pair[0]), str(pair[1]), world.today)
            assert caught.value.why == {which: "own_record"}


def test_only_the_two_who_were_looked_at_are_made_one(world: World, alice: Actor) -> None:
    twice, dan, carol = (world.person(name) for name in ("Carole", "Dan", "Carol"))
    with world.database.writing() as session:
        pair = get_pair(session, alice, str(twice), str(carol), world.today)
        for seen in ((dan, carol), (carol, twice), (0, 0)):
            with pytest.raises(StaleRecord):
                merge_own(session, world.rulebook, pair, "came twice", seen=seen, actor=alice, at=world.at)
        assert list_merged(session, alice, world.today) == ()


def test_another_office_parts_nobody_here_and_sees_no_merge(world: World, alice: Actor) -> None:
    twice, carol = world.person("Carole"), world.person("Carol")
    stranger = Actor("account:98", 98, None, frozenset({RoleGrant(Role.AGENCY_ADMINISTRATOR, 404)}))
    with world.database.writing() as session:
        pair = get_pair(session, alice, str(twice), str(carol), world.today)
        merge_own(session, world.rulebook, pair, "came twice", seen=(twice, carol), actor=alice, at=world.at)
        assert list_merged(session, stranger, world.today) == ()
        for number in (twice, 4_040_404):
            with pytest.raises(NotFound):
                part_own(session, world.rulebook, number, "why", today=world.today, actor=stranger, at=world.at)
        with pytest.raises(BadInput):
            part_own(session, world.rulebook, twice, "", today=world.today, actor=alice, at=world.at)


def test_a_merge_that_is_seen_by_another_way_than_the_office_is_not_offered_to_be_parted(world: World) -> None:
    first, mine = world.person("Al"), world.person("Alice")
    grants = frozenset({RoleGrant(Role.AGENCY_ADMINISTRATOR, 404)})
    elsewhere = Actor("account:98", 98, mine, grants)
    with world.database.writing() as session:
        merge_people(session, world.rulebook, first, mine, reason="one", actor=world.actor, at=world.at)
        assert list_merged(session, elsewhere, world.today) == ()
        with pytest.raises(NotFound):
            part_own(session, world.rulebook, first, "two", today=world.today, actor=elsewhere, at=world.at)
