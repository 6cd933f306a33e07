"""Who may put a value on record, and what the pages say of it."""

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from kit.databases import on_both
from kit.rules import CPS, shipped_packs
from kit.supervision import PACK as SERVICE
from kit.supervision import begin
from kit.world import World

from certtrack.db.models import Organization
from certtrack.errors import BadInput, NotAllowed, NotFound, StaleRecord
from certtrack.security import Actor, Role, RoleGrant
from certtrack.services.merges import merge_people
from certtrack.services.organizations import affiliate, create_organization, set_role
from certtrack.services.rule_admin.pages import (
    RulePage,
    list_packs,
    load_pack_page,
    load_rule_page,
    put_on_record,
)
from certtrack.services.rule_admin.rights import can_confirm

DUE, SAID_ON, KEY = date(2026, 10, 31), date(2026, 5, 4), "weekend.rule"


def act_as(role: Role, *places: int | None, account_id: int = 7) -> Actor:
    return Actor(f"account:{account_id}", account_id, None, frozenset(RoleGrant(role, place) for place in places))


def may(world: World, actor: Actor, pack_key: str = CPS) -> bool:
    with world.database.reading() as session:
        return can_confirm(session, world.rulebook, actor, world.rulebook.packs.get(pack_key))


def add_office(world: World, key: str = "hillside") -> int:
    with world.database.writing() as session:
        made = create_organization(
            session, key=key, name=key.title(), zone="America/Chicago", actor=world.actor, at=world.at
        )
        return made.id


def test_an_office_confirms_what_holds_for_its_own_people_alone(world: World) -> None:
    here = act_as(Role.AGENCY_ADMINISTRATOR, world.organization_id)
    assert not may(world, here)  # nobody holds it: everywhere's alone
    assert may(world, act_as(Role.AGENCY_ADMINISTRATOR, None))
    carol = world.person()
    world.certify(carol, DUE)
    assert may(world, here)
    assert not may(world, here, "us-wi-cpps")
    for role in (Role.SUPERVISOR, Role.SPECIALIST, Role.AUDITOR):
        assert not may(world, act_as(role, None)), role


def test_where_another_office_has_somebody_too_it_is_everywheres(world: World) -> None:
    here_id = world.organization_id
    carol = world.person()
    world.certify(carol, DUE)
    other = add_office(world)
    here, both = act_as(Role.AGENCY_ADMINISTRATOR, here_id), act_as(Role.AGENCY_ADMINISTRATOR, here_id, other)
    with world.database.writing() as session:
        affiliate(session, carol, other, from_on=None, actor=world.actor, at=world.at)
    assert (may(world, here), may(world, both)) == (False, True)


def test_whoever_was_joined_with_somebody_of_another_office_belongs_there_too(world: World) -> None:
    carol = world.person()
    world.certify(carol, DUE)
    here_id, world.organization_id = world.organization_id, add_office(world)
    twice = world.person("Caroline")
    here, both = (
        act_as(Role.AGENCY_ADMINISTRATOR, here_id),
        act_as(Role.AGENCY_ADMINISTRATOR, here_id, world.organization_id),
    )
    assert may(world, here)
    with world.database.writing() as session:
        merge_people(session, world.rulebook, carol, twice, reason="One person", actor=world.actor, at=world.at)
    assert (may(world, here), may(world, both)) == (False, True)


def test_the_program_that_gives_the_credential_confirms_its_own_rules(world: World) -> None:
    world.certify(world.person(), DUE)
    programme = add_office(world, "programme")
    actor = act_as(Role.PROGRAMME_ADMINISTRATOR, programme)
    assert not may(world, actor)
    with world.database.writing() as session:
        found = session.get_one(Organization, programme)
        set_role(session, found, "cps", "granter", actor=world.actor, at=world.at)
    assert may(world, actor)
    assert not may(world, actor, "us-wi-cpps")


def test_rules_of_a_service_are_for_those_offices_that_count_somebodys_supervision_by_them(world: World) -> None:
    here_id, other = world.organization_id, add_office(world)
    here, both = act_as(Role.AGENCY_ADMINISTRATOR, here_id), act_as(Role.AGENCY_ADMINISTRATOR, here_id, other)

    def may_of_service(actor: Actor) -> bool:
        with world.database.reading() as session:
            return can_confirm(session, world.rulebook, actor, SERVICE)

    assert not may_of_service(here)  # nobody is counted by them: everywhere's alone
    assert may_of_service(act_as(Role.AGENCY_ADMINISTRATOR, None))
    begin(world, world.person())
    assert may_of_service(here)
    world.organization_id = other
    begin(world, world.person("Dora"))
    assert (may_of_service(here), may_of_service(both)) == (False, True)


def load(world: World, actor: Actor, key: str = KEY) -> RulePage:
    with world.database.reading() as session:
        return load_rule_page(session, world.rulebook, actor, CPS, key)


def put(world: World, actor: Actor, value: str | None, seen_id: int, on: date = SAID_ON) -> None:
    with world.database.writing() as session:
        page = load_rule_page(session, world.rulebook, actor, CPS, KEY)
        put_on_record(
            session, world.rulebook, page, value, source="Letter", on=on, seen_id=seen_id, actor=actor, at=world.at
        )


def test_what_was_said_stands_in_the_history_and_is_taken_back_with_who_said_so(world: World) -> None:
    world.certify(world.person(), DUE)
    alice = world.account("alice", Role.AGENCY_ADMINISTRATOR)
    actor = Actor(
        f"account:{alice}", alice, None, frozenset({RoleGrant(Role.AGENCY_ADMINISTRATOR, world.organization_id)})
    )
    assert load(world, actor).current is None
    put(world, actor, "next_day", 0)
    page = load(world, actor)
    assert page.current is not None
    assert (page.current.value, page.rule.sure, page.said[0].who) == ("next_day", "confirmed", "alice@example.org")
    put(world, actor, None, page.newest_id)
    page = load(world, actor)
    assert page.current is None
    assert page.rule.is_open
    assert [one.row.value for one in page.said] == [None, "next_day"]
    with world.database.reading() as session:
        shown = load_pack_page(session, world.rulebook, actor, CPS)
    assert [one.row.value for one in shown.said] == [None, "next_day"]
    assert shown.recount is not None
    assert (shown.recount.state, shown.may_confirm) == ("open", True)


def test_an_account_is_named_to_its_own_office_alone(world: World) -> None:
    here = act_as(Role.AGENCY_ADMINISTRATOR, world.organization_id)
    world.certify(world.person(), DUE)
    alice = world.account("alice", Role.AGENCY_ADMINISTRATOR)
    put(world, act_as(Role.AGENCY_ADMINISTRATOR, None, account_id=alice), "next_day", 0)
    elsewhere = act_as(Role.AGENCY_ADMINISTRATOR, add_office(world))
    everywhere = act_as(Role.AGENCY_ADMINISTRATOR, None)
    for actor, who in ((here, "alice@example.org"), (everywhere, "alice@example.org"), (elsewhere, None)):
        with world.database.reading() as session:
            (said,) = load_pack_page(session, world.rulebook, actor, CPS).said
        assert said.who == who


def test_whoever_saw_it_before_somebody_elses_word_is_told(world: World) -> None:
    world.certify(world.person(), DUE)
    put(world, world.actor, "next_day", 0)
    with pytest.raises(StaleRecord):
        put(world, world.actor, "none", 0)


@on_both
def test_of_two_who_put_the_first_word_on_record_at_once_the_second_is_told(world: World) -> None:
    world.certify(world.person(), DUE)
    faults = list[BaseException]()

    def say() -> None:
        try:
            put(world, world.actor, "none", 0)
        except BaseException as error:  # noqa: BLE001  # told by the test
            faults.append(error)

    with world.database.writing() as session:
        page = load_rule_page(session, world.rulebook, world.actor, CPS, KEY)
        values: dict[str, Any] = {"source": "Letter", "on": SAID_ON, "seen_id": 0, "actor": world.actor, "at": world.at}
        put_on_record(session, world.rulebook, page, "next_day", **values)
        other = threading.Thread(target=say)
        other.start()
        other.join(0.3)
        assert other.is_alive()
    other.join(30)
    assert [type(fault) for fault in faults] == [StaleRecord]
    assert [one.row.value for one in load(world, world.actor).said] == ["next_day"]


def test_a_stranger_to_the_rules_gets_what_they_get_of_none(world: World) -> None:
    world.certify(world.person(), DUE)
    other = act_as(Role.AGENCY_ADMINISTRATOR, add_office(world))
    with pytest.raises(NotAllowed):
        load(world, other)
    with pytest.raises(NotAllowed):
        put(world, other, "next_day", 0)
    for key in ("grace.months", "nowhere", ""):
        with pytest.raises(NotFound):
            load(world, world.actor, key)
    with world.database.reading() as session:
        for key, version in (("nowhere", None), (CPS, 9)):
            with pytest.raises(NotFound):
                load_pack_page(session, world.rulebook, world.actor, key, version)


def test_a_day_to_come_is_refused(world: World) -> None:
    world.certify(world.person(), DUE)
    with pytest.raises(BadInput):
        put(world, world.actor, "next_day", 0, world.today + timedelta(days=3))


def test_all_packs_are_listed_those_first_that_people_go_by(world: World) -> None:
    world.certify(world.person(), DUE, pack="us-wi-cpps")
    with world.database.reading() as session:
        rows = list_packs(session, world.rulebook)
    assert (rows[0].pack.key, rows[0].held, rows[0].is_newest) == ("us-wi-cpps", 1, True)
    keys = {row.pack.key for row in rows}
    assert keys >= {pack.key for pack in shipped_packs().list()}
    service = next(row for row in rows if row.pack.key == "us-wi-dhs36")
    assert (service.held, service.counts.unknown) == (None, 2)
    with world.database.reading() as session:
        page = load_pack_page(session, world.rulebook, world.actor, "us-wi-dhs36")
    assert page.may_confirm
