"""The page on which each stage of a person's mail is told in a sentence, with its tries and the server's answers."""

import re
from datetime import timedelta

from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.databases import on_both
from kit.planning import Planner
from kit.tellings import day_there, find_key
from kit.world import World
from sqlalchemy import select

from certtrack.clock import WallClock
from certtrack.db.models import Attempt, AuditEvent, Email, ReminderEmail
from certtrack.security import Role


def test_each_stage_opens_into_its_tries_and_the_look_is_audited(
    app: Flask, client: CheckingClient, world: World, planner: Planner
) -> None:
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    world.at = WallClock().now()
    person = world.person()
    world.certify(person, world.today + timedelta(days=89), computed_due_on=None)
    planner.look()
    planner.settle()
    with world.database.writing() as session:
        email = session.scalars(select(Email)).one()
        [row] = [row for row in planner.rows() if row.state == "sent"]
        session.add(ReminderEmail(reminder_id=row.id, email_id=email.id))
        for number, outcome, code in ((1, "not_taken", 450), (2, "accepted", 250)):
            session.add(
                Attempt(email_id=email.id, number=number, started_at=world.at, ended_at=world.at, outcome=outcome,
                        smtp_code=code, answer="2.0.0 <Ok>", worker="here:1")
            )  # fmt: skip
    page = client.get(f"/people/{person}/reminders").text
    assert "Carol Example was told on" in page
    assert "Next is the reminder" in page
    assert "2 tries to hand it over" in page
    assert "Its answer: “2.0.0 &lt;Ok&gt;”" in page
    assert "Se avisó a Carol Example" in client.get(f"/people/{person}/reminders?lang=es").text
    assert f'href="/people/{person}/reminders"' in client.get(f"/people/{person}").text
    with world.database.reading() as session:
        assert "reminders.viewed" in session.scalars(select(AuditEvent.action)).all()


@on_both
def test_the_office_notes_a_call_keeps_what_was_typed_wrongly_and_takes_it_back(
    app: Flask, client: CheckingClient, world: World, planner: Planner
) -> None:
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    world.at = WallClock().now()
    person = world.person(address=None)
    _, cycle = world.certify(person, world.today + timedelta(days=89), computed_due_on=None)
    planner.look()
    assert "There is no address for mail." in client.get(f"/people/{person}/telling").text
    key = find_key(world, person, "before_90")
    wrong = client.send(f"/people/{person}/reminders/{key}/told", told_by="Bob Supervisor", told_on="2999-01-01")
    assert wrong.status_code == 400
    assert "Choose how they were told." in wrong.text
    assert "That day is still to come." in wrong.text
    assert 'value="Bob Supervisor"' in wrong.text
    day = day_there(world).isoformat()
    done = client.send(f"/people/{person}/reminders/{key}/told", how="phone", told_on=day, told_by="Bob Supervisor")
    assert (done.status_code, done.location) == (302, f"/people/{person}/reminders")
    page = client.get(done.location).text
    assert "was told by phone on" in page
    assert "Noted. No mail is sent for this stage." in page
    again = client.send(f"/people/{person}/reminders/{key}/told", how="phone", told_on=day)
    assert (again.status_code, "It is noted already" in again.text) == (409, True)
    [telling] = re.findall(r"/tellings/(\d+)/take-back", page)
    path = f"/people/{person}/tellings/{telling}/take-back"
    assert client.send(path, expected_no="2", reason="a mistake").status_code == 409
    assert client.send(path, expected_no="1", reason="a mistake").location == f"/people/{person}/reminders"
    assert planner.says(cycle)["before_90"] == "suppressed:no_address"
    assert "It was taken back already." in client.get(path).text


def test_letters_to_those_whom_no_mail_reaches_are_shown_for_the_printer_and_noted_in_one_click(
    app: Flask, client: CheckingClient, world: World, planner: Planner
) -> None:
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    world.at = WallClock().now()
    people = [
        world.person(name, address=None, language=language) for name, language in (("Carol", "es"), ("Dave", "en"))
    ]
    for person in people:
        world.certify(person, world.today + timedelta(days=89), computed_due_on=None)
    planner.look()
    names = re.findall(r'name="letter" type="checkbox" value="([^"]+)"', client.get("/letters").text)
    assert [name.partition(":")[0] for name in names] == [str(person) for person in people]
    printed = client.get("/letters/print?" + "&".join(f"letter={name}" for name in names)).text
    assert printed.count('<article class="letter"') == 2
    assert "Hola, Carol:" in printed
    assert "Hello Dave," in printed
    one = client.get(f"/people/{people[0]}/reminders/{find_key(world, people[0], 'before_90')}/letter").text
    assert 'name="how" value="letter"' in one
    answer = client.post("/letters/sent", data={"csrf_token": client.token(), "letter": names})
    assert answer.location == "/letters"
    page = client.get("/letters").text
    assert "Noted: 2 letters were sent." in page
    assert "Everybody whom you may tell can be told by mail." in page
    assert client.get("/letters/print?letter=" + names[0]).status_code == 200
    with world.database.reading() as session:
        assert "letters.printed" in session.scalars(select(AuditEvent.action)).all()
