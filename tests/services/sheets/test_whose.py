"""Whose row it is: by number, by address, by both together with a name; never by a name alone, never by a guess."""

import pytest
from kit.credits import DUE
from kit.world import World

from certtrack.db.models import Person
from certtrack.services.organizations import create_organization
from certtrack.services.people import NewPerson, create_person
from certtrack.services.sheets.cells import Name, Unreadable
from certtrack.services.sheets.whose import Mark, load_register

CAROL = Name("Carol", "Example")


@pytest.fixture
def carol(world: World) -> int:
    person = world.person(address="carol@example.org")
    world.certify(person, DUE, number="CPS-1")
    return person


def find(world: World, mark: Mark) -> int | str:
    """The person's number, or the code of the refusal."""
    with world.database.reading() as session:
        register = load_register(session, world.organization_id, [mark])
        try:
            return register.get(mark).person_id
        except Unreadable as error:
            return error.problem


@pytest.mark.parametrize(
    "mark",
    [
        Mark(number="cps-1"),
        Mark(address="carol@example.org"),
        Mark(number="CPS-1", address="carol@example.org", name=Name("Karolina", "Other")),
        Mark(number="CPS-1", address="new@example.org", name=Name("Caro", "Example")),
        Mark(number="unknown", address="carol@example.org"),
        Mark(address="carol@example.org", name=Name("Karolina", "Other")),
    ],
)
def test_a_number_or_an_address_of_one_person_says_who_it_is(world: World, carol: int, mark: Mark) -> None:
    assert find(world, mark) == carol


@pytest.mark.parametrize(
    ("mark", "problem"),
    [
        (Mark(name=CAROL), "only_a_name"),
        (Mark(), "says_nobody"),
        (Mark(number="CPS-2"), "nobody_here"),
        (Mark(number="CPS-2", name=CAROL), "nobody_here"),
        (Mark(address="nobody@example.org", name=CAROL), "nobody_here"),
        (Mark(number="CPS-1", name=Name("Dave", "Other")), "not_the_same"),
        (Mark(number="CPS-1", address="dave@example.org"), "not_the_same"),
        (Mark(number="CPS-1", address="dave@example.org", name=CAROL), "not_the_same"),
    ],
)
@pytest.mark.usefixtures("carol")
def test_nobody_is_guessed(world: World, mark: Mark, problem: str) -> None:
    world.person("Dave", address="dave@example.org", family_name="Other")
    assert find(world, mark) == problem


def test_of_several_at_one_address_the_name_says_which(world: World, carol: int) -> None:
    dave = world.person("Dave", work_address="carol@example.org")
    assert find(world, Mark(address="carol@example.org", name=Name("dave", "EXAMPLE"))) == dave
    assert find(world, Mark(address="carol@example.org", name=CAROL)) == carol
    assert find(world, Mark(address="carol@example.org", name=Name("Eve", "Example"))) == "several_here"
    assert find(world, Mark(address="carol@example.org")) == "several_here"
    assert find(world, Mark(number="CPS-1")) == carol


def test_one_number_of_two_people_says_nothing_without_an_address(world: World, carol: int) -> None:
    dave = world.person("Dave", address="dave@example.org")
    world.certify(dave, DUE, number="CPS-1", pack="us-wi-cpps")
    assert find(world, Mark(number="CPS-1")) == "nobody_here"
    assert find(world, Mark(number="CPS-1", address="carol@example.org")) == carol


def test_somebody_who_was_merged_is_found_as_who_they_are_now(world: World, carol: int) -> None:
    other = world.person(address="other@example.org")
    with world.database.writing() as session:
        session.get_one(Person, carol).merged_into_id = other
    assert find(world, Mark(number="CPS-1")) == other
    assert find(world, Mark(address="carol@example.org")) == "nobody_here"


def test_people_of_another_organization_are_not_found(world: World) -> None:
    with world.database.writing() as session:
        create_organization(session, key="hill", name="Hill", zone="America/Chicago", actor=world.actor, at=world.at)
        new = NewPerson("Eve", "Example", "America/Chicago", private_address="eve@example.org")
        create_person(session, new, actor=world.actor, at=world.at)
    assert find(world, Mark(address="eve@example.org")) == "nobody_here"
