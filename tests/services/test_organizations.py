"""Affiliations and assignments never overlap."""

from datetime import date, timedelta

import pytest
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Affiliation, Assignment
from certtrack.errors import BadInput, Refused
from certtrack.services.organizations import (
    affiliate,
    assign_supervisor,
    create_organization,
    end_affiliation,
    find_affiliation,
)


def assign(world: World, person_id: int, supervisor_id: int, from_on: date) -> None:
    with world.database.writing() as session:
        assign_supervisor(
            session, person_id=person_id, supervisor_id=supervisor_id, organization_id=world.organization_id,
            from_on=from_on, actor=world.actor, at=world.at,
        )  # fmt: skip


def test_an_assignment_before_a_later_one_lasts_until_the_day_before_it(world: World) -> None:
    carol, bob, alice = world.person("Carol"), world.person("Bob"), world.person("Alice")
    assign(world, carol, bob, date(2026, 7, 1))
    assign(world, carol, alice, date(2026, 5, 1))
    with world.database.reading() as session:
        found = session.scalars(select(Assignment).order_by(Assignment.from_on)).all()
    assert [(one.supervisor_id, one.from_on, one.until_on) for one in found] == [
        (alice, date(2026, 5, 1), date(2026, 6, 30)),
        (bob, date(2026, 7, 1), None),
    ]


def test_nobody_supervises_themselves(world: World) -> None:
    carol = world.person()
    with pytest.raises(Refused, match="themselves"):
        assign(world, carol, carol, world.today)


@pytest.mark.parametrize(("days", "many"), [(30, 1), (-30, 2)])
def test_an_end_that_lies_ahead_stays_and_one_that_has_passed_is_followed_by_a_new_affiliation(
    world: World, days: int, many: int
) -> None:
    carol, until_on = world.person(), world.today + timedelta(days=days)
    with world.database.writing() as session:
        known = find_affiliation(session, carol, world.organization_id)
        assert known is not None
        end_affiliation(session, known, until_on, reason=None, actor=world.actor, at=world.at)
        affiliate(session, carol, world.organization_id, from_on=None, actor=world.actor, at=world.at)
        ends = list(session.scalars(select(Affiliation.until_on).order_by(Affiliation.id)))
    assert len(ends) == many
    assert ends[0] == until_on


def test_a_zone_that_nobody_knows_is_refused(world: World) -> None:
    with world.database.writing() as session, pytest.raises(BadInput, match="Mars/Base"):
        create_organization(session, key="m", name="M", zone="Mars/Base", actor=world.actor, at=world.at)
