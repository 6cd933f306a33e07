"""The last day at an office: who may say it, and what ends with it."""

from datetime import date, timedelta

import pytest
from kit.planning import Planner
from kit.world import ZONE, World
from sqlalchemy import select

from certtrack.db.models import Affiliation, Assignment, AuditEvent, AuditValue, Person
from certtrack.errors import BadInput, NotFound, StaleRecord
from certtrack.security import Actor, Relation, Role, RoleGrant
from certtrack.services.actors import list_relations
from certtrack.services.former import find_last_day
from certtrack.services.leaving import get_place_to_leave, leave, list_places_to_leave
from certtrack.services.organizations import affiliate, assign_supervisor, create_organization
from certtrack.services.person_page import get_person_page

DUE = date(2026, 10, 31)
LAST = date(2026, 5, 12)
"""Three days before the world's."""


def office(organization_id: int | None) -> Actor:
    return Actor("account:1", 1, None, frozenset({RoleGrant(Role.AGENCY_ADMINISTRATOR, organization_id)}))


def go(world: World, person_id: int, last_on: date = LAST, *, no: int | None = None, forgets: bool = True) -> None:
    actor = office(world.organization_id)
    with world.database.writing() as session:
        place = get_place_to_leave(session, actor, person_id, world.organization_id, world.today)
        leave(
            session, place, person_id, last_on, forgets_work_address=forgets,
            expected_no=place.no if no is None else no, today=world.today, actor=actor, at=world.at,
        )  # fmt: skip


def add_office(world: World, key: str, *people: int) -> int:
    with world.database.writing() as session:
        made = create_organization(
            session, key=key, name=key.title(), zone=ZONE, reply_to=None, actor=world.actor, at=world.at
        )
        for person in people:
            affiliate(session, person, made.id, from_on=None, actor=world.actor, at=world.at)
        return made.id


def list_keys(world: World, actor: Actor, person_id: int) -> list[str]:
    with world.database.reading() as session:
        return [place.organization.key for place in list_places_to_leave(session, actor, person_id, world.today)]


def test_an_office_says_it_of_its_own_people_and_of_their_time_with_it_alone(world: World) -> None:
    carol = world.person()
    hill = add_office(world, "hill", carol)
    assert list_keys(world, office(world.organization_id), carol) == ["lakeside"]
    assert list_keys(world, office(hill), carol) == ["hill"]
    assert list_keys(world, office(None), carol) == ["hill", "lakeside"]
    others = frozenset(RoleGrant(role, None) for role in Role if role is not Role.AGENCY_ADMINISTRATOR)
    assert list_keys(world, Actor("account:2", 2, carol, others), carol) == []
    go(world, carol)
    assert list_keys(world, office(None), carol) == ["hill"]
    with world.database.reading() as session, pytest.raises(NotFound):
        get_place_to_leave(session, office(hill), carol, world.organization_id, world.today)


def test_from_the_day_after_the_office_sees_the_last_day_and_whoever_supervised_sees_nothing(world: World) -> None:
    world.move_to(date(2026, 5, 1))
    carol, bob, ana = world.person(), world.person("Bob"), world.person("Ana")
    with world.database.writing() as session:
        for supervisor, from_on in ((bob, date(2026, 5, 1)), (ana, date(2026, 5, 14))):
            assign_supervisor(
                session, person_id=carol, supervisor_id=supervisor, organization_id=world.organization_id,
                from_on=from_on, actor=world.actor, at=world.at,
            )  # fmt: skip
    world.move_to(date(2026, 5, 15))
    go(world, carol)
    with world.database.reading() as session:
        last = find_last_day(session, office(world.organization_id), carol, world.today)
        assert last is not None
        assert last.on == LAST
        hers = Actor("account:2", 2, ana, frozenset({RoleGrant(Role.SUPERVISOR, world.organization_id)}))
        assert list_relations(session, hers, carol, world.today) == {Relation.NONE}
        days = session.execute(select(Assignment.supervisor_id, Assignment.until_on)).all()
        shown = get_person_page(session, world.rulebook, office(world.organization_id), carol, world.clock)
        events = select(AuditValue.details).join(AuditEvent, AuditEvent.id == AuditValue.event_id)
        said = session.scalars(events.where(AuditEvent.action == "assignment.ended")).all()
    assert [tuple(row) for row in days] == [(bob, LAST)]
    assert [one.id for one in shown.supervisors] == [bob]
    assert [each["supervisor"] for each in said] == [bob, ana]


def test_a_last_day_of_today_still_belongs_to_the_time_there_and_can_be_set_right(world: World) -> None:
    carol = world.person()
    go(world, carol, world.today)
    with world.database.reading() as session:
        assert list_relations(session, office(world.organization_id), carol, world.today) == {
            Relation.AGENCY_ADMINISTRATOR
        }
    go(world, carol, LAST)
    with world.database.reading() as session:
        assert session.scalars(select(Affiliation.until_on)).all() == [LAST]


def test_mail_goes_to_the_address_that_is_left_and_is_made_good_once_there_is_one(
    world: World, planner: Planner
) -> None:
    carol = world.person(address=None, work_address="carol@office.example.org")
    _, cycle = world.certify(carol, DUE)
    planner.look()
    assert planner.waiting(cycle) == ["before_180"]
    go(world, carol)
    planner.look()
    assert planner.says(cycle)["before_180"] == "suppressed:no_address"
    planner.change(carol, private_address="carol@home.example.org")
    planner.look()
    assert planner.waiting(cycle) == ["before_180"]


@pytest.mark.parametrize("is_elsewhere", [True, False])
def test_an_address_at_work_ends_with_the_time_there_unless_it_may_be_another_place_s(
    world: World, is_elsewhere: bool
) -> None:
    carol = world.person(work_address="carol@office.example.org")
    if is_elsewhere:
        add_office(world, "hill", carol)
    go(world, carol, forgets=False)
    with world.database.reading() as session:
        assert session.get_one(Person, carol).work_address == ("carol@office.example.org" if is_elsewhere else None)


def test_the_rows_of_somebody_who_was_merged_end_together(world: World) -> None:
    carol, same = world.person(), world.person()
    with world.database.writing() as session:
        session.get_one(Person, same).merged_into_id = carol
    go(world, carol)
    with world.database.reading() as session:
        assert session.scalars(select(Affiliation.until_on)).all() == [LAST, LAST]
    assert list_keys(world, office(None), carol) == []


def test_a_day_to_come_or_before_the_first_is_refused(world: World) -> None:
    carol = world.person()
    with pytest.raises(BadInput, match="still to come"):
        go(world, carol, world.today + timedelta(days=1))
    with world.database.writing() as session:
        session.scalars(select(Affiliation)).one().from_on = LAST
    with pytest.raises(BadInput, match="can't end on"):
        go(world, carol, LAST - timedelta(days=1))


def test_what_somebody_else_has_changed_meanwhile_is_not_written_over(world: World) -> None:
    carol = world.person()
    with pytest.raises(StaleRecord):
        go(world, carol, no=7)
    with world.database.reading() as session:
        assert session.scalars(select(Affiliation.until_on)).all() == [None]
