"""One person's page: what each reader of the table of rights sees of it, and in which words."""

import html
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import cast

import pytest
from flask import Flask
from kit.client import CheckingClient, read_alike, sign_up
from kit.databases import on_both
from kit.delivery import Deliverer
from kit.planning import Planner
from kit.rules import CPPS
from kit.supervision import hold, make_session, serve
from kit.world import World
from sqlalchemy import select

from certtrack.clock import FixedClock
from certtrack.db.models import AuditEvent, AuditPerson, Person
from certtrack.rules.facts import StatusKind
from certtrack.security import Role
from certtrack.services.findings import open_finding
from certtrack.services.organizations import (
    affiliate,
    assign_supervisor,
    create_organization,
    end_affiliation,
    find_affiliation,
    get_organization,
    set_role,
)
from certtrack.services.people import change_person
from certtrack.services.reminders.causes import release_cause
from certtrack.web.parts import EXTENSION

DUE = date(2026, 10, 31)
ADDRESS = "carol@example.org"
MAIL = "What was mailed, and why; what comes next"
Look = Callable[[int], str]


def words(page: str) -> str:
    """What a reader sees of a page: no markup, one space between words."""
    main = page.partition("<main")[2].partition("</main>")[0]
    shown = re.sub(r"(?s)<svg.*?</svg>|<[^>]*>", " ", main)
    return " ".join(html.unescape(shown).replace("\xa0", " ").split())


@pytest.fixture
def carol(app: Flask, world: World) -> int:
    """A specialist on May 15, 2026, whom Bob supervises; the application's clock stands there too."""
    app.extensions[EXTENSION].clock = FixedClock(world.at)
    number = world.person("Carol", address=ADDRESS)
    world.certify(number, DUE, number="CPS-77")
    return number


@pytest.fixture
def bob(world: World, carol: int) -> int:
    number = world.person("Bob")
    with world.database.writing() as session:
        assign_supervisor(
            session, person_id=carol, supervisor_id=number, organization_id=world.organization_id,
            from_on=world.today - timedelta(days=9), actor=world.actor, at=world.at,
        )  # fmt: skip
    return number


def note_finding(world: World, person_id: int) -> None:
    with world.database.writing() as session:
        open_finding(
            session, "other_person", "1", organization_id=world.organization_id, person_id=person_id,
            details={"credential": "cps", "number": "CPS-77", "name": "Erin New", "on_record": "Carol Example"},
            actor=world.actor, at=world.at,
        )  # fmt: skip


def grant_cps(world: World) -> None:
    with world.database.writing() as session:
        set_role(session, get_organization(session, None), "cps", "granter", actor=world.actor, at=world.at)


# who looks, and what of the page is theirs: address, mail, findings
READERS = {
    Role.SPECIALIST: (True, True, False),
    Role.SUPERVISOR: (False, False, False),
    Role.AGENCY_ADMINISTRATOR: (True, True, True),
    Role.PROGRAMME_ADMINISTRATOR: (False, False, True),
    Role.AUDITOR: (False, False, False),
}


@pytest.mark.parametrize("role", list(READERS))
def test_each_reader_sees_the_standing_and_what_else_is_theirs(
    client: CheckingClient, world: World, carol: int, bob: int, role: Role
) -> None:
    note_finding(world, carol)
    grant_cps(world)
    own = {Role.SPECIALIST: carol, Role.SUPERVISOR: bob}.get(role)
    sign_up(client, world, world.account("reader", role, person_id=own))

    answer = client.get(f"/people/{carol}")
    page = words(answer.text)

    assert answer.status_code == 200
    assert "Carol Example" in page
    assert "Certified Peer Specialist, CPS-77" in page
    assert "At least 20 more hours by October 31, 2026." in page
    assert "Why it stands so" in page
    assert (ADDRESS in page, MAIL in page, "Whose number is this?" in page) == READERS[role]


def test_nobody_outside_learns_that_the_record_is_there(
    app: Flask, client: CheckingClient, world: World, carol: int, bob: int
) -> None:
    """Another office, an outsider, and a supervisor of other people get what nobody's number gets."""
    outsiders = [world.account("dave", Role.SPECIALIST, person_id=world.person("Dave"))]
    outsiders.append(world.account("erin", Role.SUPERVISOR, person_id=world.person("Erin")))
    with world.database.writing() as session:
        office = create_organization(
            session, key="elsewhere", name="Elsewhere", zone="America/Chicago", actor=world.actor, at=world.at
        ).id
    own, world.organization_id = world.organization_id, office
    others = (Role.AGENCY_ADMINISTRATOR, Role.PROGRAMME_ADMINISTRATOR, Role.AUDITOR)
    outsiders += [world.account(role.value, role) for role in others]
    world.organization_id = own
    for account in outsiders:
        sign_up(client, world, account)
        hidden, missing = client.get(f"/people/{carol}"), client.get("/people/99999")
        assert (hidden.status_code, missing.status_code) == (404, 404)
        assert read_alike(hidden).replace(f"/people/{carol}", "/people/99999") == read_alike(missing)
        client.send("/sign-out")


def test_an_office_sees_who_has_left_as_of_the_last_day_and_not_among_its_people(
    app: Flask, client: CheckingClient, world: World, carol: int
) -> None:
    app.extensions[EXTENSION].clock = FixedClock(world.at + timedelta(days=10))
    bob = world.person("Bob")
    hold(world, make_session(bob, carol, world.person("Erin")))
    serve(world, carol, date(2026, 5, 4), date(2026, 5, 12), 20)
    with world.database.writing() as session:
        belonging = find_affiliation(session, carol, world.organization_id)
        assert belonging is not None
        end_affiliation(session, belonging, world.today, reason=None, actor=world.actor, at=world.at)
        change_person(
            session, session.get_one(Person, carol), {"family_name": "Later", "private_address": "later@example.org"},
            actor=world.actor, at=world.at + timedelta(days=2),
        )  # fmt: skip
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))

    people, gone = client.get("/people").text, words(client.get("/people/former").text)
    assert (f"/people/{carol}" in people, "People who are no longer with you" in people) == (False, True)
    assert "Carol Example Lakeside Peers Last day May 15" in gone

    page = client.get(f"/people/{carol}?as_of=2026-05-24&known_at=2026-05-24T10:00").text
    said = words(page)
    sessions = words(client.get(f"/people/{carol}/supervision?as_of=2026-05-24&known_at=2026-05-24T10:00").text)
    assert client.get(f"/people/{carol}/history").status_code == 404
    assert "You see this record as it stood on May 15, 2026, the last day of this person's time with Lakeside" in said
    assert ("Carol Example" in said, ADDRESS in said, "Later" in said, "later@" in said) == (True, True, False, False)
    assert ("look back or ahead" in said, 'value="2026-05-15"' in page, 'value="2026-05-24' in page) == (
        False,
        True,
        False,
    )
    assert "Group session, 60 minutes" in sessions
    assert "With Bob Example, at Lakeside Peers. 1 more person was there. Nobody had signed yet." in sessions
    assert "May 4, 2026 to May 12, 2026. 20 hours, Lakeside Peers" in sessions
    assert "/credits/new" not in page
    assert client.get(f"/people/{carol}/credits/new").status_code == 404
    with world.database.reading() as session:
        query = select(AuditEvent.action).join(AuditPerson, AuditPerson.event_id == AuditEvent.id)
        looks = session.scalars(query.where(AuditPerson.person_id == carol, AuditEvent.actor.like("account:%"))).all()
    assert set(looks) == {"people.listed", "person.viewed"}

    earlier = client.get(f"/people/{carol}?as_of=2026-05-12").text
    assert ". As of May\xa012,\xa02026. <a" in earlier
    assert "Show the last day" in earlier


def test_a_programme_sees_the_certifications_that_it_grants_and_no_other(
    client: CheckingClient, world: World, carol: int
) -> None:
    grant_cps(world)
    world.certify(carol, date(2027, 1, 31), pack=CPPS)
    sign_up(client, world, world.account("perry", Role.PROGRAMME_ADMINISTRATOR))

    page = words(client.get(f"/people/{carol}").text)

    assert "Certified Peer Specialist" in page
    assert "Parent" not in page


def test_another_place_is_the_holder_s_to_see_and_not_the_office_s(
    app: Flask, client: CheckingClient, world: World, carol: int
) -> None:
    with world.database.writing() as session:
        other = create_organization(
            session, key="hillside", name="Hillside Peers", zone="America/Chicago", actor=world.actor, at=world.at
        )
        affiliate(session, carol, other.id, from_on=date(2026, 2, 1), actor=world.actor, at=world.at)
    sign_up(client, world, world.account("carol", Role.SPECIALIST, person_id=carol))
    assert "Hillside Peers since February 1, 2026" in words(client.get(f"/people/{carol}").text)
    client.send("/sign-out")

    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    page = words(client.get(f"/people/{carol}").text)
    assert "Lakeside Peers" in page
    assert "Hillside Peers" not in page


@pytest.fixture
def look(client: CheckingClient, world: World, carol: int) -> Look:
    """Read a page as the office's administrator does, in words."""
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    return lambda number: words(client.get(f"/people/{number}").text)


@pytest.fixture
def look_at_mail(look: Look, client: CheckingClient) -> Look:
    """The same of what was mailed."""
    return lambda number: words(client.get(f"/people/{number}/reminders").text)


def test_each_reason_stands_with_what_it_rests_on(look: Look, client: CheckingClient, carol: int) -> None:
    page = look(carol)

    assert "The due day is October 31, 2026: so it was stated. On record since May 15, 2026" in page
    assert re.search(r'<span class="src"><a href="https://[^"]+">', client.get(f"/people/{carol}").text)


def test_the_timeline_tells_each_phase_with_its_days_fee_and_readings(
    look: Look, client: CheckingClient, carol: int
) -> None:
    page = look(carol)

    for said in (
        "Cycle from November 1, 2024 to October 31, 2026",
        "Behind Since November 1, 2024.",
        "Grace November 1, 2026 to November 30, 2026.",
        "Act by April 30, 2027: published readings differ.",
        "Fee: $80, $25 of it for being late.",
        "The fee isn't published.",
        "The late window: April 30, 2027; by another reading May 31, 2027",
        "Whom to ask:",
    ):
        assert said in page, said
    strip = client.get(f"/people/{carol}").text.partition('<div class="cycle">')[2].partition("</svg>")[0]
    assert re.findall(r"<text[^>]*>(\w+)<", strip) == ["Today", "Due"]


def test_what_was_mailed_and_what_not_each_has_its_why(
    look_at_mail: Look, client: CheckingClient, world: World, planner: Planner, deliverer: Deliverer, carol: int
) -> None:
    planner.look()
    deliverer.deliver()
    sent = look_at_mail(carol)
    assert "180 days before Sent. Carol Example was told on Friday, May 15, 2026, by the reminder" in sent
    coming = "The reminder 90 days before October 31, 2026 comes on Friday, July 31, 2026, by what is on record then."
    assert f"90 days before To come. {coming}" in sent

    planner.change(carol, private_address=None)
    planner.look(date(2026, 7, 31))
    client.application.extensions[EXTENSION].clock = FixedClock(world.at)
    client.enter("alice@example.org")  # ten weeks later the session is over
    kept = look_at_mail(carol)
    assert "90 days before Not planned. Nothing was sent for the reminder 90 days before October 31, 2026" in kept
    assert "there is no address. One entered now puts this mail back." in kept
    assert "180 days before Sent." in kept


def test_a_held_mail_says_who_let_it_go(look_at_mail: Look, world: World, planner: Planner) -> None:
    made = planner.roster(26, DUE, armed_on=world.today - timedelta(days=30))
    planner.look()
    person = made[0][0]
    held = "The reminder 180 days before October 31, 2026 is held with 25 others since May 15, 2026"
    assert f"180 days before Held. {held}" in look_at_mail(person)

    with world.database.writing() as session:
        later = world.at + timedelta(hours=1)
        release_cause(session, "import:1", actor=world.actor, at=later)
    page = look_at_mail(person)

    assert "180 days before Planned." in page
    assert page.count("It was held, and released on May 15, 2026, 1:00 PM by a command.") == 1


@on_both
def test_another_day_and_another_state_of_the_records_are_asked_for_by_address(
    look: Look, client: CheckingClient, carol: int
) -> None:
    look(carol)
    ahead = words(client.get(f"/people/{carol}?as_of=2026-11-15").text)
    before = words(client.get(f"/people/{carol}?known_at=2026-05-01T09:00").text)

    assert "In grace until November 30, 2026." in ahead
    assert "This is a look back or ahead, not where things stand now. As of November 15, 2026." in ahead
    assert "By what was on record at May 1, 2026, 9:00 AM" in before
    assert "No certification is on record for this." in before


@pytest.mark.parametrize("end", ["died", "revoked", "retired"])
def test_where_a_record_has_ended_no_day_and_no_fee_is_told(
    look: Look, world: World, planner: Planner, end: str
) -> None:
    erin = world.person("Erin")
    certification, _ = world.certify(erin, DUE)
    yesterday = world.today - timedelta(days=1)
    if end == "died":
        planner.change(erin, died_on=yesterday)
    else:
        planner.act(certification, cast("StatusKind", end), yesterday)

    page = look(erin)

    assert {"died": "The record ended on", "revoked": "Revoked since", "retired": "Retired since"}[end] in page
    for gone in ("Cycle from", "Fee:", "Act by", "Hours and applications"):
        assert gone not in page, gone


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x>',
    "\u202egnol si siht",
    "{{ 7*7 }} %(name)s %s",
    "=HYPERLINK('x')",
    "</title><b>",
)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_name_is_shown_as_it_is_and_never_does_anything(
    look: Look, client: CheckingClient, world: World, carol: int, name: str, lang: str
) -> None:
    odd = world.person("Eve", chosen_name=name)
    world.certify(odd, DUE)
    with world.database.writing() as session:
        assign_supervisor(
            session, person_id=carol, supervisor_id=odd, organization_id=world.organization_id,
            from_on=world.today, actor=world.actor, at=world.at,
        )  # fmt: skip
    note_finding(world, odd)

    for path in (f"/people/{odd}", f"/people/{carol}", "/people", "/people?words=eve", "/findings"):
        page = client.get(path, query_string={"lang": lang}) if "?" not in path else client.get(f"{path}&lang={lang}")
        assert name in html.unescape(page.text), path
        assert "49 " not in words(page.text)
        for live in ("<script>", "<img", "<b>alert", "</title><b>"):
            assert live not in page.text, path


def test_the_holder_reads_it_all_in_spanish(client: CheckingClient, world: World, planner: Planner, carol: int) -> None:
    planner.look()
    sign_up(client, world, world.account("carol", Role.SPECIALIST, person_id=carol))

    page = words(client.get(f"/people/{carol}?lang=es").text)

    for said in ("A tiempo", "a más tardar el 31 de octubre de 2026.", "Por qué está así", "Ciclo del", "Otro día"):
        assert said in page, said
    for left in ("On time", "Due on", "Why it", "Cycle from", "days before", "Mail in", "Supervisor:"):
        assert left not in page, left


def test_who_looked_is_kept_and_the_holder_s_own_look_is_not(
    look: Look, client: CheckingClient, world: World, carol: int
) -> None:
    look(carol)
    look(carol)
    client.send("/sign-out")
    sign_up(client, world, world.account("carol", Role.SPECIALIST, person_id=carol))
    client.get(f"/people/{carol}")

    with world.database.reading() as session:
        query = select(AuditEvent.actor, AuditPerson.person_id).join(AuditPerson, AuditPerson.event_id == AuditEvent.id)
        looks = session.execute(query.where(AuditEvent.action == "person.viewed")).all()
    assert len(looks) == 2
    assert {number for _, number in looks} == {carol}
    assert len({actor for actor, _ in looks}) == 1


@on_both
def test_the_office_says_that_somebody_has_left_and_is_told_what_ends_with_it(
    app: Flask, world: World, carol: int
) -> None:
    with world.database.writing() as session:
        person = session.get_one(Person, carol)
        change_person(session, person, {"work_address": "c@office.example.org"}, actor=world.actor, at=world.at)
    app.extensions[EXTENSION].clock = FixedClock(world.at + timedelta(days=3))
    client = CheckingClient(app)
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    assert f'href="/people/{carol}/leaving"' in client.get(f"/people/{carol}").text
    asked = client.get(f"/people/{carol}/leaving").text
    assert "Whoever supervises Carol Example here no longer does after that day." in words(asked)
    assert "This record was begun on May 15, 2026; with an earlier last day your office sees none of it." in words(
        asked
    )
    fields = {"place": str(world.organization_id), "no": "1", "forget": "y"}
    for typed, says in (("2026-05-19", "That day is still to come."), ("", "That isn't a day.")):
        refused = client.send(f"/people/{carol}/leaving", last_on=typed, **fields)
        assert refused.status_code == 400
        assert says in words(refused.text)
        assert f'value="{typed}"' in refused.text
    stale = client.send(f"/people/{carol}/leaving", last_on="2026-05-16", **(fields | {"no": "9"}))
    assert (stale.status_code, "changed this meanwhile" in words(stale.text)) == (409, True)
    assert client.send(f"/people/{carol}/leaving", last_on="2026-05-16", **fields).location == "/people"
    assert "The last day of Carol Example with you is on record." in client.get("/people").text
    assert client.get(f"/people/{carol}/leaving").status_code == 404
    frozen = words(client.get(f"/people/{carol}").text)
    assert "as it stood on May 16, 2026" in frozen
    assert "no longer with us" not in frozen
