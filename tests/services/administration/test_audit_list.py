"""The audit as a list: whose events an office reads, and what of them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from kit.offerings import make_resource
from kit.world import ZONE, World

from certtrack.db.audit import record_event
from certtrack.db.models import Account
from certtrack.errors import NotAllowed
from certtrack.security import Actor, Role, RoleGrant
from certtrack.services.accounts import give_role
from certtrack.services.administration.audit_filters import AuditFilters
from certtrack.services.administration.audit_list import PAGE, AuditPage, list_events, read_again
from certtrack.services.administration.audit_values import Named
from certtrack.services.imports.uploads import forget_upload, take_file
from certtrack.services.merges import merge_people
from certtrack.services.organizations import assign_supervisor, create_organization
from certtrack.services.resources import add_resource


@pytest.fixture
def alice(world: World) -> Actor:
    return make_administrator(world, "alice", world.organization_id)


def make_administrator(world: World, name: str, organization_id: int) -> Actor:
    before, world.organization_id = world.organization_id, organization_id
    number = world.account(name, Role.AGENCY_ADMINISTRATOR)
    world.organization_id = before
    grants = frozenset({RoleGrant(Role.AGENCY_ADMINISTRATOR, organization_id)})
    return Actor(f"account:{number}", number, None, grants)


def note(world: World, actor: str, action: str, *people: int, **details: Any) -> int:
    with world.database.writing() as session:
        event = record_event(
            session, at=world.at, actor=actor, action=action, subject=("person", None), people=people, details=details
        )
        return event.id


def read(world: World, actor: Actor, before: int | None = None, **filters: Any) -> AuditPage:
    with world.database.reading() as session:
        return list_events(session, actor, AuditFilters(**filters), world.today, ZONE, before=before)


def test_an_office_reads_of_its_own_people_the_newest_first_and_names_nobody_else(world: World, alice: Actor) -> None:
    carol = world.person("Carol")
    here = world.organization_id
    with world.database.writing() as session:
        other = create_organization(
            session, key="hillside", name="Hillside", zone="America/Chicago", actor=world.actor, at=world.at
        )
        world.organization_id = other.id
    dave, zoe = world.person("Dave"), world.account("zoe", Role.AGENCY_ADMINISTRATOR)
    world.organization_id = here
    both = note(world, alice.key, "people.listed", carol, dave)
    theirs = note(world, f"account:{zoe}", "person.viewed", carol)
    note(world, alice.key, "person.viewed", dave)
    rows = read(world, alice).rows
    assert [row.event.id for row in rows[:2]] == [theirs, both]
    assert all(dave not in {person.id for person in row.people} for row in rows)
    assert rows[0].who is None, "an account of another office has no name here"
    assert (rows[1].who, [person.id for person in rows[1].people], rows[1].more) == ("alice@example.org", [carol], 1)
    everywhere = Actor("account:9", 9, None, frozenset({RoleGrant(Role.AGENCY_ADMINISTRATOR, None)}))
    assert len(read(world, everywhere).rows) > len(rows)
    assert read(world, everywhere).rows[1].who == "zoe@example.org"


def add_office(world: World) -> int:
    with world.database.writing() as session:
        return create_organization(
            session, key="hillside", name="Hillside", zone="America/Chicago", actor=world.actor, at=world.at
        ).id


def test_an_office_reads_what_concerns_nobody_and_is_its_own_and_not_another_s(world: World, alice: Actor) -> None:
    here, there = world.organization_id, add_office(world)
    zoe, offers, files = make_administrator(world, "zoe", there), {}, {}
    with world.database.writing() as session:
        for place, by in ((here, alice), (there, zoe)):
            offers[place] = add_resource(session, place, make_resource(), actor=by, at=world.at).id
            file = take_file(session, place, "roster", "a.csv", b"name", language="en", actor=by, at=world.at)
            forget_upload(session, file, expected_no=1, actor=by, at=world.at)
            files[place] = file.id
            record_event(session, at=world.at, actor=by.key, action="rule.confirmed", subject=("rule", place))
    rows = read(world, alice).rows
    found = {(row.event.action, row.event.subject_id) for row in rows}
    assert {("organization.created", here), ("resource.added", offers[here])} <= found
    assert ("import.forgotten", files[here]) in found
    assert ("account.role", alice.account_id) in found
    assert not {number for action, number in found if action.startswith("organization.")} - {here}
    assert {number for action, number in found if action == "resource.added"} == {offers[here]}
    assert {number for action, number in found if action.startswith("import.")} == {files[here]}
    assert {number for action, number in found if action == "account.role"} == {alice.account_id}
    assert [row.who for row in rows if row.event.action == "rule.confirmed"] == ["alice@example.org"]


def test_what_was_done_to_an_account_with_a_role_elsewhere_is_no_office_s_alone(world: World, alice: Actor) -> None:
    there = add_office(world)
    assert [row for row in read(world, alice).rows if row.event.subject_kind == "account"]
    with world.database.writing() as session:
        account = session.get_one(Account, alice.account_id or 0)
        give_role(session, account, Role.SUPERVISOR, there, actor=world.actor, at=world.at)
    assert not [row for row in read(world, alice).rows if row.event.subject_kind == "account"]


def test_a_filter_by_a_person_follows_merges_and_tells_of_nobody_who_isn_t_the_reader_s(
    world: World, alice: Actor
) -> None:
    first, second = world.person("Carol"), world.person("Caroline")
    here, world.organization_id = world.organization_id, add_office(world)
    dave, world.organization_id = world.person("Dave"), here
    before = note(world, alice.key, "person.viewed", first, dave)
    with world.database.writing() as session:
        merge_people(session, world.rulebook, first, second, actor=world.actor, at=world.at, reason="the same")
    after = note(world, alice.key, "person.viewed", second)
    for number in (first, second):
        rows = read(world, alice, person_id=number, action="person.viewed").rows
        assert [row.event.id for row in rows] == [after, before]
    assert read(world, alice, person_id=dave, action="person.viewed").rows == ()


def test_neither_a_supervisor_s_nor_an_auditor_s_role_opens_who_has_looked(world: World, alice: Actor) -> None:
    carol, bob, here = world.person("Carol"), world.person("Bob"), world.organization_id
    with world.database.writing() as session:
        other = create_organization(
            session, key="hillside", name="Hillside", zone="America/Chicago", actor=world.actor, at=world.at
        )
        world.organization_id = other.id
    dave, erin = world.person("Dave"), world.person("Erin")
    with world.database.writing() as session:
        assign_supervisor(
            session, person_id=erin, supervisor_id=bob, organization_id=other.id, from_on=world.today,
            actor=world.actor, at=world.at,
        )  # fmt: skip
    grants = {RoleGrant(Role.AUDITOR, other.id), RoleGrant(Role.SUPERVISOR, other.id)}
    more = replace(alice, person_id=bob, grants=frozenset({RoleGrant(Role.AGENCY_ADMINISTRATOR, here)} | grants))
    for number in (dave, erin):
        note(world, "account:5", "person.viewed", number)
        assert read(world, more, person_id=number, action="person.viewed").rows == ()
    both = note(world, "account:5", "people.listed", carol, dave, erin)
    [row] = read(world, more, action="people.listed").rows
    assert (row.event.id, [person.id for person in row.people], row.more) == (both, [carol], 2)


def test_only_whoever_administers_everywhere_has_the_whole_audit_read_again(world: World, alice: Actor) -> None:
    note(world, alice.key, "person.viewed", world.person("Carol"))
    everywhere = Actor("account:9", 9, None, frozenset({RoleGrant(Role.AGENCY_ADMINISTRATOR, None)}))
    with world.database.reading() as session:
        with pytest.raises(NotAllowed):
            read_again(session, alice, 0)
        found = read_again(session, everywhere, 0)
    assert (found.part.faults, found.part.goes_on_after) == ((), None)
    assert found.events == found.unsealed > 0


def test_it_is_narrowed_and_goes_on_page_by_page(world: World, alice: Actor) -> None:
    carol = world.person("Carol")
    with world.database.writing() as session:
        for _ in range(PAGE + 1):
            record_event(
                session, at=world.at, actor=alice.key, action="credit.logged", subject=("credit", 1), people=[carol]
            )
    first = read(world, alice, action="credit.")
    assert len(first.rows) == PAGE
    assert first.next_before
    rest = read(world, alice, before=first.next_before, action="credit.")
    assert (len(rest.rows), rest.next_before) == (1, None)
    assert read(world, alice, action="credit_").rows == ()
    assert read(world, alice, person_id=carol + 1).rows == ()
    assert len(read(world, alice, account_id=alice.account_id, action="credit").rows) == PAGE


def test_values_are_told_of_what_was_administered_and_of_nothing_else(world: World, alice: Actor) -> None:
    carol = world.person("Carol")
    note(world, alice.key, "exam.result_recorded", carol, score=71)
    note(world, alice.key, "account.role", carol, role="supervisor")
    role, result, *_ = read(world, alice).rows
    assert role.details == {"role": "supervisor"}
    assert result.details == {}


def test_people_are_asked_for_by_name_and_so_is_who_did_it(world: World, alice: Actor) -> None:
    carol, here = world.person("Carol", chosen_name="Caro"), world.organization_id
    bob = world.person("Bob")
    number = world.account("b.supervisor", Role.SUPERVISOR, person_id=bob)
    world.organization_id = add_office(world)
    dave, zoe = world.person("Dave"), world.account("zoe", Role.AGENCY_ADMINISTRATOR)
    world.organization_id = here
    both = note(world, f"account:{number}", "person.viewed", carol, dave)
    theirs = note(world, f"account:{zoe}", "person.viewed", carol)

    def find(**filters: Any) -> list[int]:
        return [row.event.id for row in read(world, alice, action="person.viewed", **filters).rows]

    assert find(person="caro") == find(person="EXAMPLE, Carol") == find(person="carol1@") == [theirs, both]
    assert find(by="Bob") == find(by="b.supervisor@") == [both]
    assert find(person="dave") == [], "an event about several says nothing of who else it is about"
    assert find(by="zoe") == [], "nor is who did it named by another office"
    assert find(person="nobody at all") == find(by="nobody at all") == []


def test_it_is_narrowed_to_days_as_they_are_where_the_office_is(world: World, alice: Actor) -> None:
    carol, day = world.person("Carol"), date(2026, 5, 14)
    moments = (datetime(2026, 5, 14, 4, 59, tzinfo=UTC), datetime(2026, 5, 14, 5, tzinfo=UTC))
    found = []
    for world.at in (*moments, datetime(2026, 5, 15, 4, 59, tzinfo=UTC), datetime(2026, 5, 15, 5, tzinfo=UTC)):
        found.append(note(world, alice.key, "person.viewed", carol))

    def find(**filters: Any) -> list[int]:
        return [row.event.id for row in read(world, alice, action="person.viewed", **filters).rows][::-1]

    assert find(from_on=day, until_on=day) == found[1:3]
    assert find(from_on=day) == found[1:]
    assert find(until_on=day) == found[:3]
    assert find(until_on=date.max) == found


def test_numbers_among_the_values_are_told_by_the_names_that_are_the_reader_s_to_know(
    world: World, alice: Actor
) -> None:
    carol, bob, here = world.person("Carol"), world.person("Bob"), world.organization_id
    world.organization_id = add_office(world)
    dave, there = world.person("Dave"), world.organization_id
    world.organization_id = here
    note(world, alice.key, "stand_in.recorded", bob, dave, supervisor=bob, stand_in=dave, organization=there, no=1)
    note(world, alice.key, "account.role", carol, role="supervisor", organization_id=here, until_on="2026-06-01")
    role, stand_in, *_ = read(world, alice).rows
    assert role.details == {
        "role": "supervisor",
        "organization_id": Named(here, "Lakeside Peers"),
        "until_on": date(2026, 6, 1),
    }
    assert stand_in.details == {
        "supervisor": Named(bob, "Bob Example"), "stand_in": Named(dave, None), "organization": Named(there, None)
    }  # fmt: skip
