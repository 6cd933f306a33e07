"""People on record."""

import pytest
from kit.world import World

from certtrack.errors import BadInput
from certtrack.services.people import change_person, fold, get_person, list_by_address


def test_an_address_is_found_however_it_was_written_when_it_was_recorded_or_changed(world: World) -> None:
    carol = world.person(address=" Carol@Example.org ")
    with world.database.writing() as session:
        assert [person.id for person in list_by_address(session, "cAROL@example.org ")] == [carol]
        changes = {"work_address": "CAROL.Work@example.org", "private_address": " "}
        assert change_person(session, get_person(session, carol), changes, actor=world.actor, at=world.at)
        assert [person.id for person in list_by_address(session, "carol.work@EXAMPLE.org")] == [carol]
        assert get_person(session, carol).address == "carol.work@example.org"
        same = {"work_address": "carol.WORK@example.org"}
        assert not change_person(session, get_person(session, carol), same, actor=world.actor, at=world.at)


def test_an_empty_address_is_nobodys(world: World) -> None:
    world.person(address=None)
    with world.database.reading() as session:
        assert list_by_address(session, "  ") == []


@pytest.mark.parametrize("zone", ["Mars/Base", "", "America", "../etc"])
def test_a_zone_that_nobody_knows_is_refused_of_new_people_and_in_changes(world: World, zone: str) -> None:
    with pytest.raises(BadInput, match="time zone"):
        world.person(zone=zone)
    carol = world.person()
    with world.database.writing() as session, pytest.raises(BadInput, match="time zone"):
        change_person(session, get_person(session, carol), {"zone": zone}, actor=world.actor, at=world.at)


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Ñúñez", "nunez"),
        ("O\u2019Brien", "o'brien"),
        ("Łukasz Øst", "lukasz ost"),
        ("STRASSE", "straße"),
        ("Ana\u200f\u00ad  \uff39ang", "ana yang"),
        ("Smith\u2013Jones", "smith-jones"),
    ],
)
def test_names_are_compared_without_case_accents_and_unseen_signs(written: str, typed: str) -> None:
    assert fold(written) == fold(typed)


def test_letters_of_other_scripts_keep_their_vowels() -> None:
    assert fold("किरण") != fold("करण")
