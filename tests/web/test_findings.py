"""Findings: listed in words with both readings, narrowed, settled by whoever may, once, with nothing typed lost."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.databases import on_both
from kit.finding_kinds import KINDS
from kit.planning import Planner
from kit.world import ZONE, World
from sqlalchemy import select

from certtrack.clock import WallClock, today_in
from certtrack.db.models import AuditEvent, Cycle, Finding
from certtrack.security import Role
from certtrack.services.findings import get_finding, open_finding, settle_finding
from certtrack.services.organizations import create_organization

TODAY = today_in(WallClock(), ZONE)
STATED, COMPUTED = date(TODAY.year + 1, 10, 30), date(TODAY.year + 1, 10, 31)


def note(world: World, kind: str, details: Mapping[str, Any], **values: Any) -> int:
    """Put one finding on record: its number."""
    world.made += 1
    fields: dict[str, Any] = {"organization_id": world.organization_id, "actor": world.actor, "at": world.at} | values
    with world.database.writing() as session:
        open_finding(session, kind, str(world.made), details=details, **fields)
        return session.scalars(select(Finding.id).order_by(Finding.id.desc())).first() or 0


def note_two_days(world: World, **values: Any) -> tuple[int, int]:
    """A certification whose stated day isn't the rule's: the finding and the cycle."""
    world.at = WallClock().now()
    carol = world.person("Carol")
    armed = {"armed_on": TODAY} | values
    number, cycle = world.certify(carol, STATED, computed_due_on=COMPUTED, **armed)
    details = {"credential": "cps", "stated": STATED.isoformat(), "computed": COMPUTED.isoformat()}
    return note(world, "stated_day_differs", details, person_id=carol, certification_id=number), cycle


def load_cycle(world: World, cycle_id: int) -> Cycle:
    with world.database.reading() as session:
        return session.get_one(Cycle, cycle_id)


def load(world: World, finding_id: int) -> Finding:
    with world.database.reading() as session:
        return get_finding(session, finding_id)


@pytest.fixture
def alice(app: Flask, client: CheckingClient, world: World) -> CheckingClient:
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    return client


@pytest.mark.parametrize(("kind", "details", "says"), KINDS)
def test_each_kind_is_a_question_with_its_readings_and_what_happens_meanwhile(
    alice: CheckingClient, world: World, kind: str, details: dict[str, Any], says: tuple[str, ...]
) -> None:
    carol = world.person("Carol", address=None) if kind == "no_address" else world.person("Carol")
    note(world, kind, details, person_id=carol)

    page = alice.get("/findings?lang=en").text

    assert [part for part in says if part not in page] == []


@pytest.mark.parametrize(("kind", "details", "says"), KINDS)
def test_each_kind_is_told_in_spanish(
    alice: CheckingClient, world: World, kind: str, details: dict[str, Any], says: tuple[str, ...]
) -> None:
    note(world, kind, details, person_id=world.person("Carol", address=None))

    page = alice.get("/findings?lang=es").text

    assert says[0] not in page
    assert says[2] not in page


def test_two_due_days_stand_side_by_side_each_with_its_source(alice: CheckingClient, world: World) -> None:
    note_two_days(world)

    page = alice.get("/findings").text

    assert f"mail before the day goes by October\xa030,\xa0{STATED.year}, mail after it by" in page
    assert "What happens when the deadline is missed" in page or 'lang="en">' in page
    assert f"Keep October\xa030,\xa0{STATED.year}" in page
    assert f"Take October\xa031,\xa0{STATED.year}" in page


def test_the_stated_day_alone_stands_once_somebody_says_that_it_is_right(
    alice: CheckingClient, world: World, planner: Planner
) -> None:
    finding, cycle = note_two_days(world)

    assert alice.send(f"/findings/{finding}", choice="stated").location == "/findings"

    found = load_cycle(world, cycle)
    assert (found.due_on, found.due_source, found.computed_due_on) == (STATED, "stated", None)
    assert load(world, finding).decision == "stated"
    planner.look(STATED + timedelta(days=1))
    assert "day_moved" not in planner.says(cycle)
    assert planner.row(cycle, "grace").anchor_on == STATED


def test_the_computed_day_moves_the_due_day_and_the_holder_is_told_once(
    alice: CheckingClient, world: World, planner: Planner
) -> None:
    finding, cycle = note_two_days(world)

    alice.send(f"/findings/{finding}?back=person", choice="computed")

    found = load_cycle(world, cycle)
    assert (found.due_on, found.due_source) == (COMPUTED, "computed")
    planner.look(TODAY + timedelta(days=1))
    assert planner.says(cycle)["day_moved"] == "planned"


def test_a_stage_that_was_told_by_the_other_day_is_not_told_again(
    alice: CheckingClient, world: World, planner: Planner
) -> None:
    finding, cycle = note_two_days(world)
    planner.look(COMPUTED + timedelta(days=1))
    planner.settle()
    assert planner.row(cycle, "grace").state == "sent"

    alice.send(f"/findings/{finding}", choice="stated")
    planner.look(COMPUTED + timedelta(days=2))

    grace = {row.anchor_on: row.state for row in planner.rows(cycle) if row.stage == "grace"}
    assert grace == {COMPUTED: "sent", STATED: "superseded"}
    planner.look(date(STATED.year, 12, 5))
    assert [row.stage for row in planner.rows(cycle) if row.state == "planned"] == ["late"]


def test_days_that_are_no_longer_the_records_are_not_offered(
    alice: CheckingClient, world: World, planner: Planner
) -> None:
    finding, cycle = note_two_days(world)
    planner.move_day(cycle, STATED + timedelta(days=90))

    page = alice.get("/findings").text
    late = alice.send(f"/findings/{finding}", choice="computed")

    assert "The record has changed since" in page
    assert 'value="computed"' not in page
    assert (late.status_code, "so nothing was saved" in late.text) == (409, True)
    assert load(world, finding).settled_at is None


@on_both
def test_a_finding_is_settled_once_in_words_and_nothing_typed_is_lost(alice: CheckingClient, world: World) -> None:
    number = note(world, "no_address", {"value": "call her"}, person_id=world.person("Carol"))

    empty = alice.send(f"/findings/{number}", words=" ")
    assert (empty.status_code, "Write what was decided" in empty.text) == (400, True)
    assert alice.send(f"/findings/{number}", words="Asked her").location == "/findings"
    after = alice.get("/findings").text
    assert "Saved. The decision is on record." in after
    assert "Nothing waits." in after
    late = alice.send(f"/findings/{number}", words="My <b>own</b> words")

    assert late.status_code == 409
    assert "readonly>My &lt;b&gt;own&lt;/b&gt; words</textarea>" in late.text
    assert "alice@example.org decided: Asked her" in late.text
    assert load(world, number).decision == "Asked her"


def test_the_list_is_narrowed_by_kind_and_by_person_and_says_so(alice: CheckingClient, world: World) -> None:
    carol, erin = world.person("Carol"), world.person("Erin")
    note(world, "no_address", {"value": "call Carol"}, person_id=carol)
    note(world, "name_unlikely", {"name": "Erin 2"}, person_id=erin)

    by_kind = alice.get("/findings?kind=name_unlikely").text
    by_person = alice.get(f"/findings?person={carol}").text

    assert ("Erin 2" in by_kind, "call Carol" in by_kind, "1 finding fits." in by_kind) == (True, False, True)
    assert ("Erin 2" in by_person, "call Carol" in by_person) == (False, True)
    assert "Nothing of this kind waits." in alice.get("/findings?kind=row_twice").text


def test_fifty_stand_on_a_page_and_the_rest_on_the_next(alice: CheckingClient, world: World) -> None:
    for number in range(51):
        note(world, "name_unlikely", {"name": f"Name {number}."})

    first, second = alice.get("/findings").text, alice.get("/findings?page=2").text

    assert first.count("<article") == 50
    assert ("Name 0." in first, "Name 50." in first) == (True, False)
    assert ("Name 50." in second, "51 to 51 of 51" in second) == (True, True)


def test_a_look_at_the_list_is_kept(alice: CheckingClient, world: World) -> None:
    note(world, "no_address", {"value": ""}, person_id=world.person("Carol"))

    alice.get("/findings")

    with world.database.reading() as session:
        assert "findings.listed" in session.scalars(select(AuditEvent.action)).all()


def test_where_a_file_was_read_stands_beside_what_it_said(alice: CheckingClient, world: World) -> None:
    note(world, "name_unlikely", {"name": "Lee 3", "run": 99, "row": 14})

    assert "row 14" not in alice.get("/findings").text  # there is no such import


def test_another_offices_findings_are_neither_listed_nor_settled(alice: CheckingClient, world: World) -> None:
    with world.database.writing() as session:
        values = {"key": "elsewhere", "name": "Elsewhere", "zone": "UTC"}
        other = create_organization(session, **values, actor=world.actor, at=world.at)
        there = other.id
    number = note(world, "name_unlikely", {"name": "Theirs"}, organization_id=there)

    assert "Theirs" not in alice.get("/findings").text
    assert alice.send(f"/findings/{number}", words="Mine").status_code == 404
    assert load(world, number).settled_at is None


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.SPECIALIST, Role.AUDITOR])
def test_findings_are_not_there_for_others(app: Flask, client: CheckingClient, world: World, role: Role) -> None:
    number = note(world, "no_address", {"value": ""}, person_id=world.person("Carol"))
    sign_up(client, world, world.account("bob", role))

    assert client.get("/findings").status_code == 404
    assert client.send(f"/findings/{number}", words="Mine").status_code == 404
    assert client.send(f"/findings/{number}", choice="stated").status_code == 404


def test_who_settled_by_a_command_is_said_too(alice: CheckingClient, world: World) -> None:
    number = note(world, "no_address", {"value": ""}, person_id=world.person("Carol"))
    with world.database.writing() as session:
        settle_finding(session, get_finding(session, number), "Called", actor=world.actor, at=world.at)

    assert "The command line decided: Called" in alice.send(f"/findings/{number}", words="Mine").text
