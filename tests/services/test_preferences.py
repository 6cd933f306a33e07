"""What somebody does without isn't sent, what they may not do without is, and a changed mind is made good."""

from datetime import date, timedelta
from typing import Any

import pytest
from kit.credits import act_as
from kit.planning import Planner
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import AuditEvent, Person
from certtrack.errors import BadInput, NotAllowed, StaleRecord
from certtrack.rules.wishes import find_group
from certtrack.security import Actor, Role
from certtrack.services.people import get_person
from certtrack.services.preferences import (
    Preferences,
    get_preferences,
    list_zones,
    set_preferences,
    switch_off,
)

DUE = date(2026, 10, 31)


def wish(world: World, person_id: int, *, actor: Actor | None = None, seen: str | None = None, **values: Any) -> bool:
    """Change what is named, of what is on record."""
    with world.database.writing() as session:
        person = get_person(session, person_id)
        known = get_preferences(person)
        fields = {name: getattr(known, name) for name in ("language", "zone", "work_first", "switched_off")} | values
        return set_preferences(
            session, person, Preferences(**fields), seen=known.mark if seen is None else seen, today=world.today,
            actor=actor or world.actor, at=world.at,
        )  # fmt: skip


def put_off(world: World, person_id: int) -> None:
    with world.database.writing() as session:
        switch_off(session, person_id, actor=world.actor, at=world.at)


def test_early_reminders_rest_and_those_near_the_day_come_all_the_same(world: World, planner: Planner) -> None:
    carol = world.person()
    _, cycle = world.certify(carol, DUE)
    put_off(world, carol)
    planner.look(DUE - timedelta(days=60))
    assert planner.says(cycle)["before_60"] == "suppressed:switched_off"
    planner.look(DUE - timedelta(days=30))
    assert planner.waiting(cycle) == ["before_30"]


def test_switched_on_again_what_no_later_reminder_has_overtaken_is_made_good(world: World, planner: Planner) -> None:
    carol = world.person()
    _, cycle = world.certify(carol, DUE)
    put_off(world, carol)
    planner.look(DUE - timedelta(days=60))
    assert wish(world, carol, switched_off=frozenset())
    assert planner.next_on(cycle) is not None
    assert (planner.next_on(cycle) or DUE) <= world.today
    planner.look()
    assert planner.waiting(cycle) == ["before_60"]


def test_switched_off_what_waits_is_taken_back(world: World, planner: Planner) -> None:
    carol = world.person()
    _, cycle = world.certify(carol, DUE)
    planner.look(DUE - timedelta(days=60), hour_utc=8)
    assert planner.waiting(cycle) == ["before_60"]
    put_off(world, carol)
    planner.look()
    assert planner.says(cycle)["before_60"] == "suppressed:switched_off"


def test_a_policy_says_which_stages_can_be_switched_off_and_without_one_30_days_do(world: World) -> None:
    policy = world.policy
    assert [find_group(key, policy) for key in ("before_60", "before_30", "grace", "day_moved", "all_set")] == [
        "early", None, None, None, "all_set",
    ]  # fmt: skip
    assert [find_group(key, None) for key in ("before_31", "before_30", "after_60", "late")] == ["early", *[None] * 3]


def test_everything_that_may_be_is_switched_off_at_once_and_the_rest_stays(world: World) -> None:
    carol, dave = world.person(), world.person("Dave")
    put_off(world, carol)
    with world.database.reading() as session:
        off = {number: get_preferences(get_person(session, number)).switched_off for number in (carol, dave)}
    assert off == {carol: {"early", "all_set"}, dave: frozenset()}


def test_mail_goes_first_where_they_wish_it_and_to_the_other_address_where_there_is_one_only(world: World) -> None:
    carol = world.person(address="carol@home.example.org", work_address="carol@work.example.org")
    dave = world.person("Dave")
    for person in (carol, dave):
        wish(world, person, work_first=True)
    with world.database.reading() as session:
        found = {person.id: person.address for person in session.scalars(select(Person))}
        home = session.get_one(Person, dave).private_address
    assert found == {carol: "carol@work.example.org", dave: home}


def test_the_person_and_their_office_say_it_and_nobody_else(world: World) -> None:
    carol, bob = world.person(), world.person("Bob")
    hers = act_as(world, world.account("carol", Role.SPECIALIST, person_id=carol))
    office = act_as(world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    for actor, language in ((hers, "es"), (office, "en")):
        assert wish(world, carol, actor=actor, language=language)
    with pytest.raises(NotAllowed):
        wish(world, carol, actor=act_as(world, world.account("bob", Role.SUPERVISOR, person_id=bob)), language="es")
    with world.database.reading() as session:
        changed = select(AuditEvent.actor).where(AuditEvent.action == "person.changed").order_by(AuditEvent.id)
        assert session.scalars(changed).all() == [hers.key, office.key]


def test_what_somebody_else_has_changed_meanwhile_is_not_written_over(world: World) -> None:
    carol = world.person()
    with pytest.raises(StaleRecord):
        wish(world, carol, seen="es|UTC|0|", language="es")
    with pytest.raises(BadInput):
        wish(world, carol, zone="Mars/Base")
    assert not wish(world, carol)


def test_the_zone_on_record_is_offered_wherever_it_is() -> None:
    assert {"America/Chicago", "Pacific/Honolulu", "Europe/Madrid"} <= set(list_zones("Europe/Madrid"))
    assert "Europe/Madrid" not in list_zones("America/Chicago")
