"""Sittings: seats are never given twice, and what is changed is kept."""

import threading
from dataclasses import replace

import pytest
from kit.databases import on_both
from kit.exams import hold, open_office, seat
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import ExamRegistrationVersion, ExamSittingVersion
from certtrack.errors import BadInput, NotAllowed, NotFound, Refused, StaleRecord
from certtrack.services.exams.sittings import (
    NewSitting,
    amend_sitting,
    count_taken,
    get_registration,
    get_sitting,
    list_sittings,
    withdraw_registration,
)
from certtrack.services.organizations import create_organization


def withdraw(world: World, sitting_id: int, registration_id: int) -> None:
    with world.database.writing() as session:
        found = get_registration(session, sitting_id, registration_id)
        withdraw_registration(session, found, reason="moved", actor=world.actor, at=world.at)


def test_a_full_sitting_refuses_and_a_seat_given_up_is_free_again(world: World) -> None:
    sitting = hold(world, seats=1)
    carol, dave = world.person("Carol"), world.person("Dave")
    first = seat(world, sitting, carol)
    with pytest.raises(Refused, match="Every seat is taken"):
        seat(world, sitting, dave)
    with pytest.raises(Refused, match="has a seat already"):
        seat(world, sitting, carol)
    withdraw(world, sitting, first)
    with pytest.raises(Refused, match="already"):
        withdraw(world, sitting, first)
    second = seat(world, sitting, dave)
    withdraw(world, sitting, second)
    assert seat(world, sitting, carol) == first
    with world.database.reading() as session:
        query = select(ExamRegistrationVersion.is_withdrawn).where(ExamRegistrationVersion.registration_id == first)
        assert list(session.scalars(query.order_by(ExamRegistrationVersion.no))) == [False, True, False]


@on_both
def test_of_two_at_once_one_gets_the_last_seat(world: World) -> None:
    sitting = hold(world, seats=1)
    people = [world.person("Carol"), world.person("Dave")]
    start = threading.Barrier(2)
    said: list[str] = []

    def come(person: int) -> None:
        start.wait()
        try:
            seat(world, sitting, person)
            said.append("seated")
        except Refused:
            said.append("refused")

    threads = [threading.Thread(target=come, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["refused", "seated"]
    with world.database.reading() as session:
        assert count_taken(session, sitting) == 1


def test_a_sitting_is_amended_by_versions_and_never_below_its_people(world: World) -> None:
    number = hold(world, seats=2)
    for name in ("Carol", "Dave"):
        seat(world, number, world.person(name))
    with world.database.reading() as session:
        sitting = get_sitting(session, world.actor, number)
        told = NewSitting(sitting.held_on, None, 2)

    def amend(new: NewSitting, expected_no: int = 1) -> bool:
        with world.database.writing() as session:
            return amend_sitting(
                session, get_sitting(session, world.actor, number), new, expected_no=expected_no,
                reason="a larger room", actor=world.actor, at=world.at,
            )  # fmt: skip

    assert not amend(told)
    with pytest.raises(BadInput, match="2 people have a seat"):
        amend(replace(told, seats=1))
    larger = replace(told, seats=3, place="Madison library")
    assert amend(larger)
    with pytest.raises(StaleRecord):
        amend(replace(told, seats=4))
    assert amend(replace(larger, is_called_off=True), 2)
    with pytest.raises(Refused, match="called off"):
        seat(world, number, world.person("Erin"))
    with world.database.reading() as session:
        query = select(ExamSittingVersion.seats, ExamSittingVersion.place, ExamSittingVersion.reason)
        assert session.execute(query.order_by(ExamSittingVersion.no)).all() == [
            (2, None, None),
            (3, "Madison library", "a larger room"),
            (3, "Madison library", "a larger room"),
        ]


def test_exams_are_arranged_by_administrators_for_people_of_their_place(world: World) -> None:
    office = open_office(world)
    for actor in (office.holder, office.supervisor):
        with pytest.raises(NotAllowed):
            hold(world, actor=actor)
    sitting = hold(world, actor=office.agency)
    seat(world, sitting, office.carol, actor=office.programme)
    here = world.organization_id
    with world.database.writing() as session:
        world.organization_id = create_organization(
            session, key="other", name="Other", zone="America/Chicago", actor=world.actor, at=world.at
        ).id  # fmt: skip
    stranger, elsewhere = world.person("Stranger"), hold(world)
    world.organization_id = here
    with world.database.reading() as session:
        assert [one.id for one in list_sittings(session, office.agency)] == [sitting]
        with pytest.raises(NotFound):
            get_sitting(session, office.agency, elsewhere)
    with pytest.raises(NotFound):
        seat(world, sitting, stranger, actor=office.agency)


def test_no_seats_and_too_many_are_refused(world: World) -> None:
    for seats in (0, -1, 1_001):
        with pytest.raises(BadInput, match="seats"):
            hold(world, seats=seats)
