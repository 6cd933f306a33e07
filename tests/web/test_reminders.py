"""The page on which each stage of a person's mail is told in a sentence, with its tries and the server's answers."""

from datetime import timedelta

from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.planning import Planner
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
