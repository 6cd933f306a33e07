"""Whom mail doesn't reach: seen before the day passes by whoever may tell them, until an address takes mail."""

from datetime import date, timedelta
from typing import Any

import pytest
from kit.planning import Planner
from kit.world import World

from certtrack.db.models import Email, Person
from certtrack.errors import NotFound, StaleRecord
from certtrack.security import Role
from certtrack.services.actors import find_actor
from certtrack.services.addresses import (
    Addresses,
    BadAddresses,
    get_mendable,
    mend_addresses,
    read_addresses,
)
from certtrack.services.applications.intentions import say
from certtrack.services.certifications import get_certification
from certtrack.services.organizations import assign_supervisor, end_affiliation, find_affiliation
from certtrack.services.undeliverable import (
    UnreachedPage,
    count_undeliverable,
    list_undeliverable,
)

DUE = date(2026, 10, 31)
ADDRESS = "carol@example.org"


def look(world: World, account_id: int | None = None, **values: Any) -> UnreachedPage:
    """The list as a command has it, or an account."""
    with world.database.reading() as session:
        actor = world.actor if account_id is None else find_actor(session, account_id, world.today)
        assert actor is not None
        page = list_undeliverable(session, actor, today=world.today, at=world.at, **values)
        assert page.total == count_undeliverable(session, actor, today=world.today, at=world.at)
        return page


def names(page: UnreachedPage) -> list[str]:
    return [item.person.given_name for item in page.items]


def certified(world: World, name: str = "Carol", address: str | None = ADDRESS, due_on: date = DUE) -> int:
    """Somebody whose day comes; their number."""
    number = world.person(name, address=address)
    world.certify(number, due_on)
    return number


def mailed(world: World, person_id: int, state: str, *, days_ago: int = 0, **values: Any) -> None:
    """A mail to the address that somebody has now, and what became of it."""
    at = world.at - timedelta(days=days_ago)
    fields: dict[str, Any] = {"mail_class": "planned", "bounced_at": at if state == "bounced" else None} | values
    with world.database.writing() as session:
        address = session.get_one(Person, person_id).address
        world.made += 1
        session.add(
            Email(
                recipient_id=person_id,
                address=address,
                message_id=f"<{world.made}@example.org>",
                state=state,
                attempts=1,
                valid_until=at,
                created_at=at,
                settled_at=at,
                **fields,
            )
        )


def test_whoever_has_no_address_is_listed_with_the_next_day(world: World) -> None:
    certified(world, address=None)
    certified(world, "Dave", "dave@example.org")
    [item] = look(world).items
    assert (item.person.given_name, item.why, item.since, item.address) == ("Carol", "no_address", None, None)
    assert item.next_on == DUE


@pytest.mark.parametrize(("state", "why"), [("failed", "refused"), ("bounced", "came_back")])
def test_whose_mail_is_refused_or_came_back_is_listed_since_the_first_of_them(
    world: World, state: str, why: str
) -> None:
    carol = certified(world)
    for days_ago in (20, 3):
        mailed(world, carol, state, days_ago=days_ago)
    [item] = look(world).items
    assert (item.why, item.address, item.since_on) == (why, ADDRESS, world.today - timedelta(days=20))


def test_an_address_at_work_counts_only_where_there_is_no_private_one(world: World, planner: Planner) -> None:
    carol = world.person("Carol", address=None, work_address="carol@work.example")
    world.certify(carol, DUE)
    mailed(world, carol, "bounced")
    assert names(look(world)) == ["Carol"]
    planner.change(carol, private_address=ADDRESS)
    assert names(look(world)) == []


def test_two_people_with_one_address_that_takes_no_mail_are_both_listed(world: World) -> None:
    carol = certified(world)
    certified(world, "Dave")
    mailed(world, carol, "bounced")
    assert names(look(world)) == ["Carol", "Dave"]


@pytest.mark.parametrize(("days_ago", "is_listed"), [(2, True), (6, False)])
def test_a_later_mail_counts_as_arrived_only_once_no_report_has_come_for_days(
    world: World, days_ago: int, is_listed: bool
) -> None:
    carol = certified(world)
    mailed(world, carol, "bounced", days_ago=30)
    mailed(world, carol, "sent", days_ago=days_ago)
    assert bool(look(world).items) is is_listed


def test_since_is_told_from_after_the_last_mail_that_arrived(world: World) -> None:
    carol = certified(world)
    for days_ago, state in ((300, "bounced"), (200, "sent"), (9, "bounced"), (8, "failed")):
        mailed(world, carol, state, days_ago=days_ago)
    [item] = look(world).items
    assert (item.since_on, item.why) == (world.today - timedelta(days=9), "refused")


def test_a_link_that_ran_out_before_it_was_sent_says_nothing_of_the_address(world: World) -> None:
    mailed(world, certified(world), "failed", mail_class="now")
    assert names(look(world)) == []


def test_nobody_is_listed_of_whom_nothing_is_to_be_told(world: World, planner: Planner) -> None:
    certification, _ = world.certify(world.person("Carol", address=None), DUE)
    planner.act(certification, "revoked", date(2026, 1, 1))
    leaving, _ = world.certify(world.person("Dave", address=None), DUE)
    with world.database.writing() as session:
        dave = get_certification(session, leaving)
        say(session, world.rulebook, dave, "not_going_on", actor=world.actor, at=world.at)
    world.person("Erin", address=None)
    dead = certified(world, "Frank", None)
    planner.change(dead, died_on=date(2026, 5, 1))
    assert names(look(world)) == []


def test_the_nearest_day_comes_first_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("certtrack.services.undeliverable.PAGE", 2)
    for number, name in enumerate(("Carol", "Dave", "Erin")):
        certified(world, name, None, DUE - timedelta(days=number))
    assert names(look(world)) == ["Erin", "Dave"]
    second = look(world, page=2)
    assert (names(second), second.total, second.first) == (["Carol"], 3, 3)


def test_a_supervisor_sees_the_own_team_without_addresses_and_the_office_all_of_its_own(world: World) -> None:
    carol, bob = certified(world), world.person("Bob")
    mailed(world, carol, "bounced")
    certified(world, "Dave", None)
    with world.database.writing() as session:
        assign_supervisor(
            session, person_id=carol, supervisor_id=bob, organization_id=world.organization_id,
            from_on=world.today, actor=world.actor, at=world.at,
        )  # fmt: skip
    [theirs] = look(world, world.account("bob", Role.SUPERVISOR, person_id=bob)).items
    assert (theirs.person.id, theirs.why, theirs.address, theirs.can_mend) == (carol, "came_back", None, False)
    office = look(world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    assert [(item.address, item.can_mend) for item in office.items] == [(ADDRESS, True), (None, True)]
    for name, role in (("pat", Role.PROGRAMME_ADMINISTRATOR), ("otto", Role.AUDITOR), ("carol", Role.SPECIALIST)):
        person_id = carol if role is Role.SPECIALIST else None
        assert names(look(world, world.account(name, role, person_id=person_id))) == []


def test_a_new_address_takes_somebody_off_the_list_and_puts_back_what_was_not_mailed(
    world: World, planner: Planner
) -> None:
    carol = world.person("Carol", address=None)
    _, cycle = world.certify(carol, DUE)
    planner.look(date(2026, 5, 4))
    assert planner.says(cycle) == {"before_180": "suppressed:no_address"}
    with world.database.writing() as session:
        person = get_mendable(session, world.actor, carol, world.today)
        new = read_addresses(" Carol.New@Example.org ", "")
        assert mend_addresses(session, person, new, seen=Addresses(None, None), actor=world.actor, at=world.at)
    assert names(look(world)) == []
    planner.look()
    assert planner.says(cycle) == {"before_180": "planned"}


def test_addresses_that_somebody_else_has_changed_meanwhile_stay(world: World) -> None:
    carol = world.person("Carol", address=ADDRESS)
    with world.database.writing() as session:
        person = get_mendable(session, world.actor, carol, world.today)
        with pytest.raises(StaleRecord):
            mend_addresses(
                session, person, Addresses("x@example.org", None), seen=Addresses(None, None), actor=world.actor,
                at=world.at,
            )  # fmt: skip
        assert person.private_address == ADDRESS


def test_what_is_no_address_is_named_by_its_field() -> None:
    assert read_addresses("", "A@example.org") == Addresses(None, "a@example.org")
    with pytest.raises(BadAddresses) as refused:
        read_addresses("carol at home", "also not")
    assert refused.value.fields == ("private_address", "work_address")


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.PROGRAMME_ADMINISTRATOR, Role.AUDITOR])
def test_only_the_office_changes_addresses_and_only_of_its_own_people(world: World, role: Role) -> None:
    carol = world.person("Carol")
    other, office = world.account("other", role), world.account("alice", Role.AGENCY_ADMINISTRATOR)
    with world.database.writing() as session:
        actors = [find_actor(session, number, world.today) for number in (other, office)]
        assert actors[0] is not None
        assert actors[1] is not None
        with pytest.raises(NotFound):
            get_mendable(session, actors[0], carol, world.today)
        assert get_mendable(session, actors[1], carol, world.today).id == carol
        lasting = find_affiliation(session, carol, world.organization_id)
        assert lasting is not None
        until_on = world.today - timedelta(days=1)
        end_affiliation(session, lasting, until_on, reason=None, actor=world.actor, at=world.at)
        with pytest.raises(NotFound):
            get_mendable(session, actors[1], carol, world.today)
