"""Supervision on pages: logged with nothing typed lost, signed by each side for itself, amended, withdrawn."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.credit_pages import read
from kit.databases import on_both
from kit.supervision import hold, make_session, say_paper, serve
from kit.world import World
from sqlalchemy import func, select

from certtrack.clock import FixedClock
from certtrack.db.models import AuditEvent, Duty, ServiceSpan, Signature, SupervisionSession
from certtrack.security import Role
from certtrack.services.organizations import assign_supervisor
from certtrack.web.parts import EXTENSION


@dataclass
class Office:
    """Carol and Erin, whom Bob supervises; each of the three has an account, and Alice runs the office."""

    app: Flask
    world: World
    carol: int
    erin: int
    bob: int
    accounts: dict[str, int]

    def enter(self, name: str) -> CheckingClient:
        client = self.app.test_client()
        assert isinstance(client, CheckingClient)
        sign_up(client, self.world, self.accounts[name])
        return client

    def typed(self, *people: int, **values: Any) -> dict[str, Any]:
        fields = {
            "supervisor": str(self.bob),
            "people": [str(number) for number in people or (self.carol,)],
            "held_on": (self.world.today - timedelta(days=3)).isoformat(),
            "length": "1:30",
            "kind": "individual",
            "way": "in_person",
            "topics": ["listening"],
            "words": "How the week went",
        }
        return fields | values

    def count(self, table: Any) -> int:
        with self.world.database.reading() as session:
            return session.scalar(select(func.count(table.id))) or 0

    def session(self, number: int) -> SupervisionSession:
        with self.world.database.reading() as session:
            return session.get_one(SupervisionSession, number)


@pytest.fixture
def office(app: Flask, world: World) -> Office:
    app.extensions[EXTENSION].clock = FixedClock(world.at)
    carol, erin, bob = (world.person(name) for name in ("Carol", "Erin", "Bob"))
    with world.database.writing() as session:
        for person_id in (carol, erin):
            assign_supervisor(
                session, person_id=person_id, supervisor_id=bob, organization_id=world.organization_id,
                from_on=world.today - timedelta(days=9), actor=world.actor, at=world.at,
            )  # fmt: skip
    accounts = {
        "alice": world.account("alice", Role.AGENCY_ADMINISTRATOR),
        "bob": world.account("bob", Role.SUPERVISOR, person_id=bob),
        "carol": world.account("carol", Role.SPECIALIST, person_id=carol),
    }
    return Office(app, world, carol, erin, bob, accounts)


@on_both
def test_a_session_is_logged_with_nothing_typed_lost_and_never_twice_unasked(office: Office) -> None:
    bob = office.enter("bob")
    wrong = bob.send("/supervision/new", **office.typed(office.carol, office.erin, length="1.5", held_on=""))
    assert wrong.status_code == 400
    for said in ("Choose the day", "Are these hours or minutes?", "An individual session is with one person."):
        assert read(wrong.text).count(said) == 2, "on top and at the field"
    assert 'value="How the week went"' in wrong.text
    assert 'value="listening" checked' in wrong.text
    assert 'value="1.5"' in wrong.text

    made = bob.send("/supervision/new", **office.typed())
    again = bob.send("/supervision/new", **office.typed())
    assert (made.status_code, again.status_code) == (302, 409)
    assert "This session is on record already" in read(again.text)
    assert office.count(SupervisionSession) == 1
    assert bob.send("/supervision/new", **office.typed(), anyway="y").status_code == 302
    assert office.count(SupervisionSession) == 2
    shown = read(bob.get(made.headers["Location"]).text)
    assert "Individual session, 1.5 hours" in shown
    assert "Listening" in shown


def test_each_side_signs_for_itself_and_the_list_says_who_is_missing(office: Office) -> None:
    number = hold(office.world, make_session(office.bob, office.carol))
    bob, carol, alice = office.enter("bob"), office.enter("carol"), office.enter("alice")
    assert "Not signed yet by: Bob Example; Carol Example." in read(bob.get("/supervision").text)
    assert bob.send(f"/supervision/{number}/sign", expected_no="1", back="list").headers["Location"] == "/supervision"
    assert "Not signed yet by: Carol Example." in read(bob.get("/supervision").text)
    assert alice.send(f"/supervision/{number}/sign", expected_no="1").status_code == 404

    own = carol.get(f"/people/{office.carol}/supervision").text
    assert f'action="/supervision/{number}/sign"' in own
    signed = carol.send(f"/supervision/{number}/sign", expected_no="1", back="person")
    assert signed.headers["Location"] == f"/people/{office.carol}/supervision", "where the next one to sign stands"
    assert "Peer specialist: Signed on May 15, 2026" in read(carol.get(f"/people/{office.carol}/supervision").text)
    assert carol.send(f"/supervision/{number}/sign", expected_no="1").status_code == 409
    assert "Every session is signed" in read(alice.get("/supervision").text)
    assert office.count(Signature) == 2


def test_what_was_signed_on_paper_stands_with_the_name_of_who_recorded_it(office: Office) -> None:
    number = hold(office.world, make_session(office.bob, office.carol, office.erin))
    alice = office.enter("alice")
    nobody = alice.send(f"/supervision/{number}/paper", expected_no="1")
    assert (nobody.status_code, "Choose first who has signed" in read(nobody.text)) == (400, True)
    chosen = [f"supervisor-{office.bob}", f"person-{office.erin}"]
    assert alice.send(f"/supervision/{number}/paper", expected_no="1", signed=chosen).status_code == 302  # type: ignore[arg-type]  # several
    shown = read(alice.get(f"/supervision/{number}").text)
    assert shown.count("Signed on paper, recorded by alice@example.org on May 15, 2026") == 2
    assert office.enter("bob").send(f"/supervision/{number}/paper", expected_no="1", signed=chosen).status_code == 404  # type: ignore[arg-type]  # several


def test_what_is_amended_is_signed_anew_and_what_somebody_else_changed_is_shown_first(office: Office) -> None:
    number = hold(office.world, make_session(office.bob, office.carol))
    say_paper(office.world, number, ("supervisor", office.bob), ("person", office.carol))
    bob, carol = office.enter("bob"), office.enter("carol")
    amend = f"/supervision/{number}/amend"
    assert 'name="expected_no" value="1"' in bob.get(amend).text
    assert bob.send(amend, **office.typed(length="45 min"), expected_no="1").status_code == 302
    assert office.session(number).minutes == 45
    assert "Peer specialist: Not signed yet." in read(carol.get(f"/people/{office.carol}/supervision").text)
    assert carol.send(f"/supervision/{number}/sign", expected_no="1").status_code == 409

    late = bob.send(amend, **office.typed(length="50 min", words="Typed late"), expected_no="1")
    assert late.status_code == 409
    assert "On record now: May 12, 2026: Individual session, 45 minutes" in read(late.text)
    assert 'value="Typed late"' in late.text
    assert 'name="expected_no" value="2"' in late.text
    assert office.session(number).minutes == 45


def test_a_session_is_withdrawn_with_a_reason(office: Office) -> None:
    number = hold(office.world, make_session(office.bob, office.carol))
    bob = office.enter("bob")
    assert bob.send(f"/supervision/{number}/withdraw", expected_no="1").status_code == 400
    assert bob.send(f"/supervision/{number}/withdraw", expected_no="1", reason="a slip").status_code == 302
    assert office.session(number).state == "withdrawn"
    assert bob.get(f"/supervision/{number}").status_code == 404


def test_hours_of_service_are_logged_amended_and_withdrawn_on_the_persons_page(office: Office) -> None:
    carol, page = office.enter("carol"), f"/people/{office.carol}"
    typed = {"from_on": "2026-05-04", "until_on": "2026-05-10", "amount": "28:30"}
    wrong = carol.send(f"{page}/service/new", **(typed | {"amount": "200"}))
    assert (wrong.status_code, 'value="200"' in wrong.text) == (400, True)
    assert carol.send(f"{page}/service/new", **typed).status_code == 302
    assert "28.5 hours" in read(carol.get(f"{page}/supervision").text)
    twice = carol.send(f"{page}/service/new", **typed)
    assert (twice.status_code, office.count(ServiceSpan)) == (409, 1)
    with office.world.database.reading() as session:
        number = session.scalars(select(ServiceSpan.id)).one()
    assert carol.send(f"{page}/service/{number}/amend", **(typed | {"amount": "0"}), expected_no="1").status_code == 302
    stale = carol.send(f"{page}/service/{number}/amend", **(typed | {"amount": "9"}), expected_no="1")
    assert (stale.status_code, 'value="9"' in stale.text) == (409, True)
    assert carol.send(f"{page}/service/{number}/withdraw", expected_no="2", reason="twice").status_code == 302
    assert "May 4, 2026 to May 10, 2026" not in read(carol.get(f"{page}/supervision").text)


def test_a_look_back_shows_what_was_signed_by_then_and_offers_nothing(office: Office) -> None:
    number = hold(office.world, make_session(office.bob, office.carol))
    say_paper(office.world, number, ("person", office.carol))
    serve(office.world, office.carol, office.world.today, office.world.today, 6)
    back = office.enter("carol").get(f"/people/{office.carol}/supervision?as_of=2026-05-13").text
    assert "Supervisor: Not signed yet. Peer specialist: Not signed yet." in read(back)
    assert "6 hours" not in read(back)
    assert "/service/new" not in back


def test_who_looked_at_whose_sessions_is_in_the_audit(office: Office) -> None:
    number = hold(office.world, make_session(office.bob, office.carol))
    alice = office.enter("alice")
    alice.get("/supervision")
    alice.get(f"/supervision/{number}")
    with office.world.database.reading() as session:
        actions = session.scalars(select(AuditEvent.action).where(AuditEvent.action.startswith("supervision."))).all()
    assert actions == ["supervision.listed", "supervision.viewed"]


def test_the_office_says_for_whom_supervision_is_counted_and_until_when(office: Office) -> None:
    hold(office.world, make_session(office.bob, office.carol))
    alice = office.enter("alice")
    assert "Nobody is counted here yet." in read(alice.get("/supervision/due").text)
    typed = {"pack": "us-wi-dhs36", "from_on": "2026-05-04"}
    nobody = alice.send("/supervision/duties", **typed)
    assert (nobody.status_code, 'value="2026-05-04"' in nobody.text) == (400, True)
    assert alice.send("/supervision/duties", **typed, person=str(office.carol)).status_code == 302
    due = read(alice.get("/supervision/due").text)
    assert "0 minutes of 60 count. 60 minutes wait for a signature." in due
    assert "It is no part of anybody's certification" in due
    with office.world.database.reading() as session:
        duty = session.scalars(select(Duty.id)).one()
    early = alice.send(f"/supervision/duties/{duty}/end", until_on="2026-05-01")
    assert (early.status_code, 'value="2026-05-01"' in early.text) == (400, True)
    assert alice.send(f"/supervision/duties/{duty}/end", until_on="2026-05-10").status_code == 302
    assert "Nobody is counted here yet." in read(alice.get("/supervision/due").text)


def test_a_license_by_which_somebody_supervises_is_recorded_amended_and_withdrawn(office: Office) -> None:
    hold(office.world, make_session(office.bob, office.carol))
    alice, new = office.enter("alice"), "/supervision/supervisors/new"
    typed = {"person": str(office.bob), "pack": "us-wi-dhs36", "title": "Licensed Clinical Social Worker"}
    wrong = alice.send(new, **typed, from_on="")
    assert (wrong.status_code, read(wrong.text).count("Choose the first day.")) == (400, 2)
    assert alice.send(new, **typed, from_on="2020-01-01").status_code == 302
    assert alice.send(new, **typed, from_on="2020-01-01").status_code == 409
    listed = alice.get("/supervision/supervisors")
    assert "Licensed Clinical Social Worker (DHS 36): From January 1, 2020 on." in read(listed.text)
    amend = listed.text.partition('<a href="/supervision/supervisors/')[2].partition("/")[0]
    url = f"/supervision/supervisors/{amend}/amend"
    title = {"title": "Psychologist", "from_on": "2020-01-01"}
    assert alice.send(url, **title, until_on="2026-12-31", expected_no="1").status_code == 302
    stale = alice.send(url, **title, reason="typed late", expected_no="1")
    assert (stale.status_code, 'value="typed late"' in stale.text) == (409, True)
    assert alice.send(url, **title, withdraw="y", expected_no="2").status_code == 400
    assert alice.send(url, **title, withdraw="y", reason="a slip", expected_no="2").status_code == 302
    assert "None on record" in read(alice.get("/supervision/supervisors").text)
