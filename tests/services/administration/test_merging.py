"""An office makes two records of its own people one, and parts them again."""

import pytest
from kit.world import World

from certtrack.errors import BadInput, NotFound, Refused
from certtrack.security import Actor, Role, RoleGrant
from certtrack.services.administration.merging import BadPair, get_pair, list_merged, merge_own, part_own
from certtrack.services.organizations import create_organization


@pytest.fixture
def alice(world: World) -> Actor:
    grants = frozenset({RoleGrant(Role.AGENCY_ADMINISTRATOR, world.organization_id)})
    return Actor("account:99", 99, None, grants)


def test_two_of_ones_own_are_made_one_and_parted_again(world: World, alice: Actor) -> None:
    twice, carol = world.person("Carole", address="old@example.org"), world.person("Carol")
    with world.database.writing() as session:
        pair = get_pair(session, alice, "old@example.org", "Carol Example", world.today)
        assert [person.id for person in pair] == [twice, carol]
        with pytest.raises(BadInput):
            merge_own(session, world.rulebook, pair, " ", actor=alice, at=world.at)
        assert merge_own(session, world.rulebook, pair, "came twice", actor=alice, at=world.at).id == carol
        with pytest.raises(Refused):
            merge_own(session, world.rulebook, pair, "came twice", actor=alice, at=world.at)
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


def test_another_office_parts_nobody_here_and_sees_no_merge(world: World, alice: Actor) -> None:
    twice, carol = world.person("Carole"), world.person("Carol")
    stranger = Actor("account:98", 98, None, frozenset({RoleGrant(Role.AGENCY_ADMINISTRATOR, 404)}))
    with world.database.writing() as session:
        pair = get_pair(session, alice, str(twice), str(carol), world.today)
        merge_own(session, world.rulebook, pair, "came twice", actor=alice, at=world.at)
        assert list_merged(session, stranger, world.today) == ()
        for number in (twice, 4_040_404):
            with pytest.raises(NotFound):
                part_own(session, world.rulebook, number, "why", today=world.today, actor=stranger, at=world.at)
        with pytest.raises(BadInput):
            part_own(session, world.rulebook, twice, "", today=world.today, actor=alice, at=world.at)
