"""Finding people by what somebody at a desk has."""

from datetime import date

import pytest
from kit.databases import on_both
from kit.rules import CPPS, CPS
from kit.world import World

from certtrack.db.models import Person
from certtrack.errors import NotFound, Refused
from certtrack.services.lookup import get_person_asked, list_certifications, list_people_asked

DUE = date(2026, 10, 31)


def find(world: World, asked: str) -> list[int]:
    with world.database.reading() as session:
        return [person.id for person in list_people_asked(session, asked)]


def merge(world: World, person_id: int, into: int) -> None:
    with world.database.writing() as session:
        session.get_one(Person, person_id).merged_into_id = into


def test_a_person_is_found_by_number_by_either_address_and_by_their_own_number(world: World) -> None:
    carol = world.person("Carol", address="carol@example.org", work_address="c@work.example.org")
    world.certify(carol, DUE, number="CPS-7")
    world.person("Dave")
    for asked in ("CPS-7", " CPS-7 ", "carol@example.org", "Carol@Example.ORG", "c@work.example.org", str(carol)):
        assert find(world, asked) == [carol], asked


@on_both
@pytest.mark.parametrize(
    "asked", ["", " ", "CPS-8", "dave@example.org", "0", "-1", "1.0", "²", "٣", "9" * 19, "9" * 500, "' OR 1=1 --", "%"]
)
def test_what_nobody_has_finds_nobody(world: World, asked: str) -> None:
    world.certify(world.person("Carol", address=None), DUE, number="CPS-7")
    assert find(world, asked) == []


def test_a_name_is_found_in_either_order_and_the_chosen_one_too_and_never_in_part(world: World) -> None:
    carol = world.person("Caroline", family_name="Núñez", chosen_name="Caro Núñez")
    twin = world.person("Dave"), world.person("Dave")
    for asked in ("Caroline Núñez", "nunez, caroline", "Caro Nunez", " CARO  NÚÑEZ "):
        assert find(world, asked) == [carol], asked
    assert [find(world, asked) for asked in ("Núñez", "Caroline", "Caroline Núñez Example", "%")] == [[], [], [], []]
    assert find(world, "dave example") == [*twin]


def test_a_certification_s_number_goes_before_a_person_s_own(world: World) -> None:
    carol, dave = world.person("Carol"), world.person("Dave")
    world.certify(dave, DUE, number=str(carol))
    assert find(world, str(carol)) == [dave]


def test_one_number_of_two_certifications_of_one_person_finds_them_once(world: World) -> None:
    carol = world.person("Carol")
    for pack in (CPS, CPPS):
        world.certify(carol, DUE, pack=pack, number="CPS-7")
    assert find(world, "CPS-7") == [carol]


def test_whoever_was_merged_is_found_as_the_one_they_are_now(world: World) -> None:
    old, carol = world.person("Carrie", address="carrie@example.org"), world.person("Carol")
    world.certify(old, DUE, number="CPS-7")
    merge(world, old, carol)
    assert [find(world, asked) for asked in ("CPS-7", str(old))] == [[carol], [carol]]
    assert find(world, "carrie@example.org") == [], "an address of a record that was merged is nobody's"


def test_one_person_is_asked_for_and_nobody_or_several_are_refused_with_a_way_on(world: World) -> None:
    carol, dave = (world.person(name, address="desk@example.org") for name in ("Carol", "Dave"))
    with world.database.reading() as session:
        assert get_person_asked(session, str(dave)).id == dave
        with pytest.raises(NotFound, match=r"^Nobody here has the number, the address or the name CPS-9\.$"):
            get_person_asked(session, "CPS-9")
        with pytest.raises(Refused) as caught:
            get_person_asked(session, "desk@example.org")
    assert str(caught.value) == (
        "desk@example.org is 2 people's; say which by the person's own number: "
        f"{carol} (Carol Example) or {dave} (Dave Example)."
    )


def test_certifications_come_in_the_order_of_names_and_each_once(world: World) -> None:
    zoe, adam = world.person("Zoe", family_name="Zander"), world.person("Adam", family_name="Abel")
    held = {person: world.certify(person, DUE, number=f"CPS-{person}")[0] for person in (zoe, adam)}
    second = world.certify(adam, date(2028, 10, 31))[0]
    with world.database.reading() as session:
        everybody = list_certifications(session, [])
        asked = list_certifications(session, [f"CPS-{zoe}", str(adam), f"CPS-{adam}", "CPS-9", "CPS-9"])
    order = [held[adam], second, held[zoe]]
    assert [one.id for one in everybody.certifications] == order
    assert [one.id for one in asked.certifications] == order
    assert (everybody.unknown, asked.unknown) == ((), ("CPS-9",))


def test_where_nobody_is_known_nobodys_certifications_are_listed(world: World) -> None:
    world.certify(world.person(), DUE)
    with world.database.reading() as session:
        found = list_certifications(session, ["CPS-9"])
    assert (found.certifications, found.unknown) == ((), ("CPS-9",))
