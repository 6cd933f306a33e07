"""People who were merged are one person to every question, through chains, until the merge is undone."""

from datetime import date

import pytest
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Person
from certtrack.security import Relation, Role
from certtrack.services.actors import find_actor, list_relations, visible_people
from certtrack.services.exams.results import NewResult, record_exam_result
from certtrack.services.lookup import list_certifications
from certtrack.services.people import change_person, get_person
from certtrack.services.standing import list_certification_ids, load_standings

DUE = date(2026, 10, 31)


def merge(world: World, person_id: int, into: int | None) -> None:
    with world.database.writing() as session:
        session.get_one(Person, person_id).merged_into_id = into


@pytest.fixture
def chain(world: World) -> tuple[list[int], list[int]]:
    """Three records of Carol's, each merged into the next, and their certifications; Dave is somebody else."""
    people = [world.person(name, address="carol@example.org") for name in ("Caro", "Carrie", "Carol")]
    held = [world.certify(person, DUE)[0] for person in people]
    world.certify(world.person("Dave"), DUE)
    merge(world, people[0], people[1])
    merge(world, people[1], people[2])
    return people, held


def test_a_person_has_the_certifications_of_whoever_was_merged_into_them_until_it_is_undone(
    world: World, chain: tuple[list[int], list[int]]
) -> None:
    people, held = chain
    with world.database.reading() as session:
        for person in people:
            assert list_certification_ids(session, person) == held
        found = list_certifications(session, ["carol@example.org"])
        assert {certification.id for certification in found.certifications} == set(held)
    merge(world, people[1], None)
    with world.database.reading() as session:
        assert list_certification_ids(session, people[2]) == [held[2]]
        assert list_certification_ids(session, people[1]) == held[:2]


def test_exams_and_death_of_merged_people_count_for_all_their_certifications(
    world: World, chain: tuple[list[int], list[int]]
) -> None:
    people, held = chain
    taken_on = date(2022, 5, 1)
    with world.database.writing() as session:
        record_exam_result(
            session, world.rulebook, person_id=people[0], organization_id=world.organization_id, credential="cps",
            new=NewResult(taken_on), actor=world.actor, at=world.at,
        )  # fmt: skip
        change_person(
            session, get_person(session, people[0]), {"died_on": date(2026, 5, 1)}, actor=world.actor, at=world.at
        )
    with world.database.reading() as session:
        standings = load_standings(session, world.rulebook, held, world.today)
    codes = [{reason.code for reason in standing.because} for standing in standings.values()]
    assert len(codes) == 3
    assert codes[0] == codes[1] == codes[2]
    assert any("died" in code for code in codes[0])


def test_what_opens_one_record_opens_all_of_the_same_person_and_nobody_elses(
    world: World, chain: tuple[list[int], list[int]]
) -> None:
    people, _ = chain
    account = world.account("carol", Role.SPECIALIST, person_id=people[0])
    with world.database.reading() as session:
        actor = find_actor(session, account, world.today)
        assert actor is not None
        assert set(session.scalars(select(Person.id).where(visible_people(actor, world.today)))) == set(people)
        assert list_relations(session, actor, people[2], world.today) == {Relation.HOLDER}
    merge(world, people[0], None)
    with world.database.reading() as session:
        assert list_relations(session, actor, people[2], world.today) == {Relation.NONE}


def test_merges_in_a_ring_end_nowhere_and_stop_nothing(world: World) -> None:
    carol, dave = world.person("Carol"), world.person("Dave")
    held = world.certify(carol, DUE)[0]
    merge(world, carol, dave)
    merge(world, dave, carol)
    with world.database.reading() as session:
        assert list(load_standings(session, world.rulebook, [held], world.today)) == [held]
        assert list_certification_ids(session, dave) == [held]
