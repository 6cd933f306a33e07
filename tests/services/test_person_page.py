"""One person's page: whose it is, what it rests on, and what it keeps from whom."""

from datetime import date, timedelta

import pytest
from kit.world import World

from certtrack.errors import NotFound
from certtrack.security import Actor, Role
from certtrack.services.actors import find_actor
from certtrack.services.cycles import get_cycle, move_due_day
from certtrack.services.organizations import affiliate, assign_supervisor, create_organization, end_affiliation
from certtrack.services.person_page import PersonPage, get_person_page

DUE = date(2026, 10, 31)


def _page(world: World, person_id: int, actor: Actor | None = None, **values: object) -> PersonPage:
    with world.database.reading() as session:
        return get_person_page(
            session, world.rulebook, actor or world.actor, person_id, world.clock, **values  # type: ignore[arg-type]  # a day or a moment
        )  # fmt: skip


def _actor(world: World, name: str, role: Role, person_id: int | None = None) -> Actor:
    account = world.account(name, role, person_id=person_id)
    with world.database.reading() as session:
        found = find_actor(session, account, world.today)
    assert found is not None
    return found


def _end_time(world: World, person_id: int, organization_id: int, last_on: date) -> None:
    with world.database.writing() as session:
        time = affiliate(session, person_id, organization_id, from_on=None, actor=world.actor, at=world.at)
        end_affiliation(session, time, last_on, reason=None, actor=world.actor, at=world.at)


def test_the_page_says_where_each_certification_stands_and_where_its_reasons_come_from(world: World) -> None:
    carol = world.person("Carol")
    world.certify(carol, DUE)

    (shown,) = _page(world, carol).certifications

    assert shown.standing.validity == "current"
    stated = next(item for item in shown.because if item.reason.code == "due_stated")
    assert stated.record is not None
    assert stated.record.recorded_on == world.today


def test_every_published_reading_of_its_days_is_shown_with_its_source(world: World) -> None:
    carol = world.person("Carol")
    world.certify(carol, DUE)

    (shown,) = _page(world, carol).certifications

    readings = {reading.phase: (reading.earliest, reading.latest) for reading in shown.readings}
    assert readings["grace"] == (date(2026, 11, 30), date(2026, 11, 30))
    assert readings["late"] == (date(2027, 4, 30), date(2027, 5, 31))
    assert all(reading.link.startswith("https://") for reading in shown.readings)


def test_as_known_before_an_amendment_the_old_day_stands(world: World) -> None:
    carol = world.person("Carol")
    _, cycle_id = world.certify(carol, DUE)
    before = world.at
    world.at += timedelta(days=1)
    with world.database.writing() as session:
        move_due_day(
            session, world.rulebook, get_cycle(session, cycle_id), date(2027, 1, 31), due_source="extended",
            computed_due_on=None, armed_on=world.today, reason=None, actor=world.actor, at=world.at,
        )  # fmt: skip

    then = _page(world, carol, known_at=before).certifications[0].standing
    now = _page(world, carol).certifications[0].standing

    assert then.days is not None
    assert then.days.due_on == DUE
    assert now.days is not None
    assert now.days.due_on == date(2027, 1, 31)


def test_the_stages_to_come_are_on_the_page_before_anything_was_mailed(world: World) -> None:
    carol = world.person("Carol")
    world.certify(carol, DUE)

    stages = [entry.stage for entry in _page(world, carol).mail if entry.state == "coming"]

    assert stages[-1] == "full_route"
    assert "before_30" in stages


def test_a_supervisor_sees_the_standing_of_the_assigned_but_neither_addresses_nor_mail(world: World) -> None:
    carol, bob = world.person("Carol"), world.person("Bob")
    world.certify(carol, DUE)
    with world.database.writing() as session:
        assign_supervisor(
            session, person_id=carol, supervisor_id=bob, organization_id=world.organization_id,
            from_on=world.today, actor=world.actor, at=world.at,
        )  # fmt: skip

    page = _page(world, carol, _actor(world, "bob", Role.SUPERVISOR, bob))

    assert len(page.certifications) == 1
    assert (page.addresses, page.mail, page.can_see_mail) == ((), (), False)


def test_a_holder_and_an_administrator_see_addresses_and_mail(world: World) -> None:
    carol = world.person("Carol", address="carol@example.org")
    world.certify(carol, DUE)

    for actor in (
        _actor(world, "carol", Role.SPECIALIST, carol),
        _actor(world, "alice", Role.AGENCY_ADMINISTRATOR),
    ):
        page = _page(world, carol, actor)
        assert page.addresses == ("carol@example.org",)
        assert page.mail


def test_an_address_at_work_ends_with_all_time_at_work_and_another_office_is_not_told_when(world: World) -> None:
    carol = world.person("Carol")
    world.certify(carol, DUE)
    with world.database.writing() as session:
        harbor = create_organization(
            session, key="harbor", name="Harbor", zone="America/Chicago", actor=world.actor, at=world.at
        ).id
    alice, holder = _actor(world, "alice", Role.AGENCY_ADMINISTRATOR), _actor(world, "carol", Role.SPECIALIST, carol)
    assert _page(world, carol, holder).work_until is None
    _end_time(world, carol, world.organization_id, world.today)
    assert _page(world, carol, alice).work_until == _page(world, carol, holder).work_until == world.today
    _end_time(world, carol, harbor, world.today + timedelta(days=9))
    assert _page(world, carol, holder).work_until == world.today + timedelta(days=9)
    assert _page(world, carol, alice).work_until is None


def test_nobody_and_somebody_who_is_not_yours_answer_alike(world: World) -> None:
    carol = world.person("Carol")
    dave = _actor(world, "dave", Role.SPECIALIST)

    with pytest.raises(NotFound, match=f"no person with the number {carol}"):
        _page(world, carol, dave)
    with pytest.raises(NotFound, match="no person with the number 99999"):
        _page(world, 99999, dave)
