"""Somebody joins another office, and has a first day mended, by whoever keeps their record already."""

from datetime import date, timedelta

import pytest
from kit.databases import on_both
from kit.world import ZONE, World
from sqlalchemy import select, update

from certtrack.db.models import Account, Affiliation, AffiliationVersion, Assignment, Cycle, Organization
from certtrack.errors import NotAllowed, NotFound, StaleRecord
from certtrack.security import Actor, Role, RoleGrant
from certtrack.services.accounts import give_role
from certtrack.services.administration.affiliations import (
    BadTime,
    NewTime,
    get_offer,
    join,
    list_versions,
    mend_first_day,
)
from certtrack.services.merges import merge_people
from certtrack.services.organizations import affiliate, create_organization, end_affiliation, find_affiliation


def office_of(*organization_ids: int | None) -> Actor:
    grants = frozenset(RoleGrant(Role.AGENCY_ADMINISTRATOR, number) for number in organization_ids)
    return Actor("account:99", 99, None, grants)


@pytest.fixture
def hillside(world: World) -> int:
    with world.database.writing() as session:
        return create_organization(session, key="hill", name="Hillside", zone=ZONE, actor=world.actor, at=world.at).id


def join_there(world: World, actor: Actor, person_id: int, place: int, from_on: date, who: int | None = None) -> None:
    with world.database.writing() as session:
        join(session, actor, person_id, NewTime(place, from_on, who), today=world.today, at=world.at)


def mend(world: World, actor: Actor, person_id: int, from_on: date | None, seen: int = 1) -> None:
    with world.database.writing() as session:
        mend_first_day(
            session, actor, person_id, world.organization_id, from_on, seen=seen, today=world.today, at=world.at
        )


def refuse(world: World, actor: Actor, person_id: int, place: int, from_on: date) -> str:
    with pytest.raises(BadTime) as error:
        join_there(world, actor, person_id, place, from_on)
    return error.value.why


@on_both
def test_somebody_joins_another_office_with_a_supervisor_and_the_planner_looks_again(
    world: World, hillside: int
) -> None:
    carol, later = world.person("Carol"), world.today + timedelta(days=30)
    world.certify(carol, world.today + timedelta(days=300))
    bob = world.person("Bob")
    number = world.account("bob", Role.SUPERVISOR, person_id=bob)
    with world.database.writing() as session:
        account = session.get_one(Account, number)
        give_role(session, account, Role.SUPERVISOR, hillside, actor=world.actor, at=world.at)
        session.execute(update(Cycle).values(next_stage_on=later))
    both = office_of(world.organization_id, hillside)
    with world.database.reading() as session:
        offer = get_offer(session, both, carol, 0, world.today)
        assert [place.name for place in offer.places] == ["Hillside"]
        assert [one.id for one in offer.supervisors] == [bob]
    join_there(world, both, carol, hillside, later, bob)
    with world.database.reading() as session:
        time = find_affiliation(session, carol, hillside)
        assert time is not None
        assert time.from_on == later
        assert session.scalars(select(Assignment.from_on)).all() == [later]
        assert (session.scalars(select(Cycle.next_stage_on)).one() or later) <= world.today
        assert get_offer(session, both, carol, 0, world.today).places == ()
    assert refuse(world, both, carol, hillside, later) == "there_already"
    assert refuse(world, both, carol, hillside, world.today) == "there_already", "they come anyway"


def test_nobody_joins_a_stranger_or_joins_somebody_to_an_office_that_is_not_theirs(world: World, hillside: int) -> None:
    carol = world.person("Carol")
    with pytest.raises(NotFound):
        join_there(world, office_of(hillside), carol, hillside, world.today)
    with pytest.raises(NotAllowed):
        join_there(world, office_of(world.organization_id), carol, hillside, world.today)
    with pytest.raises(NotFound):
        mend(world, office_of(hillside), carol, world.today)
    with world.database.reading() as session:
        assert find_affiliation(session, carol, hillside) is None
        assert list_versions(session, office_of(hillside), carol) == ()


def test_whoever_administers_everywhere_joins_anybody_but_not_to_one_that_has_ended(
    world: World, hillside: int
) -> None:
    carol, root = world.person("Carol"), office_of(None)
    with world.database.writing() as session:
        session.get_one(Organization, hillside).until_on = world.today
    assert refuse(world, root, carol, hillside, world.today + timedelta(days=1)) == "has_ended"
    assert refuse(world, root, carol, hillside, world.today + timedelta(days=400)) == "too_far"
    join_there(world, root, carol, hillside, world.today)


@on_both
def test_a_first_day_is_mended_as_a_new_version_and_never_to_one_that_would_hide_the_record(world: World) -> None:
    carol, alice = world.person("Carol"), office_of(world.organization_id)
    day = world.today - timedelta(days=100)
    mend(world, alice, carol, day)
    with pytest.raises(StaleRecord):
        mend(world, alice, carol, None)
    with pytest.raises(BadTime, match="ahead"):
        mend(world, alice, carol, world.today + timedelta(days=1), 2)
    mend(world, alice, carol, day, 2)
    with world.database.reading() as session:
        versions = session.scalars(select(AffiliationVersion).order_by(AffiliationVersion.no)).all()
        assert [(one.no, one.from_on, one.recorded_by) for one in versions] == [
            (1, None, "test"), (2, day, "account:99"),
        ]  # fmt: skip
        told = list_versions(session, alice, carol)
        assert [(one.organization, one.version.no) for one in told] == [("Lakeside Peers", 2), ("Lakeside Peers", 1)]


def test_times_at_one_office_never_overlap(world: World) -> None:
    carol, alice = world.person("Carol"), office_of(world.organization_id)
    left = world.today - timedelta(days=50)
    with world.database.writing() as session:
        time = find_affiliation(session, carol, world.organization_id)
        assert time is not None
        end_affiliation(session, time, left, reason="left", actor=world.actor, at=world.at)
        again = left + timedelta(days=9)
        affiliate(session, carol, world.organization_id, from_on=again, actor=world.actor, at=world.at)
    with pytest.raises(BadTime, match="overlaps"):
        mend(world, alice, carol, left)
    mend(world, alice, carol, left + timedelta(days=1))
    with world.database.reading() as session:
        days = session.scalars(select(Affiliation.from_on).order_by(Affiliation.id)).all()
    assert days == [None, left + timedelta(days=1)]
    with pytest.raises(BadTime, match="overlaps"):
        mend(world, alice, carol, None, 2)


def test_of_two_times_of_one_who_was_two_records_the_one_that_is_shown_is_mended(world: World) -> None:
    carol, twice, alice = world.person("Carol"), world.person("Carol"), office_of(world.organization_id)
    first, second = world.today - timedelta(days=90), world.today - timedelta(days=60)
    with world.database.writing() as session:
        merge_people(session, world.rulebook, twice, carol, reason="one", actor=world.actor, at=world.at)
        for person_id, day in ((carol, second), (twice, first)):
            session.execute(update(Affiliation).where(Affiliation.person_id == person_id).values(from_on=day))
    for wrong in (None, first - timedelta(days=1)):
        with pytest.raises(BadTime, match="overlaps"):
            mend(world, alice, carol, wrong, 2)
    mend(world, alice, carol, second - timedelta(days=1), 2)
    with world.database.reading() as session:
        days = dict(session.execute(select(Affiliation.person_id, Affiliation.from_on)).all())
    assert days == {carol: second - timedelta(days=1), twice: first}
