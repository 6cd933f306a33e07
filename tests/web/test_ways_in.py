"""Activities, the way in and links that help on pages: found, planned, counted, applied for, and nothing typed lost."""

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.credit_pages import TYPED as CREDIT
from kit.credit_pages import Office, read
from kit.exams import hold, sit
from kit.offerings import ETHICS, offer, plan_it
from kit.trainings import make_sessions, plan
from sqlalchemy import func, select

from certtrack.db.base import Base
from certtrack.db.models import Enrollment, Offering, PlannedCredit, Resource
from certtrack.security import Role

TYPED: dict[str, Any] = {
    "title": "Boundaries in practice", "provider": "Example Institute", "first_on": "", "last_on": "2026-06-01",
    "amount-0": "1:30", "areas-0": [ETHICS], "amount-1": "", "activity": "course", "form": "live_online", "place": "",
    "link": "https://example.org/boundaries", "words": "Write to them.",
}  # fmt: skip


@pytest.fixture
def alice(app: Flask, office: Office) -> CheckingClient:
    client = app.test_client()
    assert isinstance(client, CheckingClient)
    sign_up(client, office.world, office.world.account("alice", Role.AGENCY_ADMINISTRATOR))
    return client


def count_rows(office: Office) -> dict[str, int]:
    with office.world.database.reading() as session:
        tables = Base.metadata.sorted_tables
        return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_an_activity_is_kept_by_its_office_and_what_is_wrong_stays_with_what_was_typed(
    alice: CheckingClient, office: Office
) -> None:
    wrong = alice.send("/offerings/new", **(TYPED | {"link": "example.org", "amount-0": "soon"}))
    assert wrong.status_code == 400
    assert ("2 things to fix" in wrong.text, 'value="soon"' in wrong.text, 'value="example.org"' in wrong.text) == (
        True, True, True,
    )  # fmt: skip
    more = alice.send("/offerings/new", **(TYPED | {"more": "y"})).text
    assert ('id="amount-2"' in more, 'value="1:30"' in more) == (True, True)

    url = alice.send("/offerings/new", **TYPED).headers["Location"]
    shown = read(alice.get(url).text)
    assert "Saved. Everybody can find it now." in shown
    assert "1.5 hours: Ethics and boundaries" in shown
    amended = TYPED | {"title": "Boundaries at work", "expected_no": "1"}
    assert alice.send(f"{url}/amend", **amended).status_code == 302
    stale = alice.send(f"{url}/amend", **(amended | {"title": "Mine"}))
    assert (stale.status_code, 'value="Mine"' in stale.text) == (409, True)
    stale = alice.send(f"{url}/call-off", expected_no="1", reason="Too few")
    assert (stale.status_code, 'value="Too few"' in stale.text) == (409, True)
    assert alice.send(f"{url}/call-off", expected_no="2", reason="Too few").status_code == 302
    assert "This was called off." in read(alice.get(url).text)
    with office.world.database.reading() as session:
        assert session.scalars(select(Offering.title)).all() == ["Boundaries at work"]


def test_an_activity_is_found_planned_counted_and_handed_on_to_be_logged(carol: CheckingClient, office: Office) -> None:
    office.log(16)
    number = offer(office.world)
    offer(office.world, title="Something else", parts=())
    page = carol.get(f"/offerings?area={ETHICS}&from=2026-05-20&words=boundaries").text
    assert ("Boundaries in practice" in page, "Something else" in page) == (True, False)
    assert "Still to do by October 31, 2026: at least 4 hours." in read(page)
    wrong = carol.get("/offerings?from=soon")
    assert (wrong.status_code, 'value="soon"' in wrong.text) == (400, True)

    shown = read(carol.get(f"/offerings/{number}").text)
    assert "It would count: 3 hours in all; Ethics and boundaries: 1 hour; Trauma-informed care: 2 hours." in shown
    assert carol.send(f"/offerings/{number}/plan").headers["Location"] == f"/offerings/{number}"
    page = read(carol.get(f"{office.page}/certifications/{office.cps}/what-if").text)
    assert "With what is planned, still to do by October 31, 2026: at least 1 hour." in page
    assert "May 27, 2026 Boundaries in practice 3 hours It would count:" in page

    with office.world.database.reading() as session:
        plan_id = session.scalars(select(PlannedCredit.id)).one()
    drop = f'{office.page}/plans/{plan_id}/drop"'
    assert drop in carol.get("/offerings").text
    assert "planned=" not in carol.get("/offerings").text, "its day is still to come"
    today = offer(office.world, title="Done today", any_time=True)
    assert carol.send(f"/offerings/{today}/plan", day="2026-05-15").status_code == 302
    assert f'{office.page}/credits/new?planned={plan_id + 1}"' in carol.get("/offerings").text
    assert carol.send(f"{office.page}/plans/{plan_id}/drop").status_code == 302
    assert drop not in carol.get("/offerings").text


def test_a_plan_that_is_logged_in_two_windows_is_told_in_the_second_and_loses_nothing_typed(
    carol: CheckingClient, office: Office
) -> None:
    number = plan_it(office.world, office.carol, offer(office.world))
    form = CREDIT | {"planned": str(number)}
    assert carol.send(office.new, **form).status_code == 302
    told = carol.send(office.new, **(form | {"title": "Typed elsewhere", "last_on": "2026-03-05"}))
    assert told.status_code == 409
    assert "What you began with isn't planned any more" in read(told.text)
    assert ('value="Typed elsewhere"' in told.text, 'name="planned"' in told.text) == (True, False)
    assert len(office.load()) == 1
    assert carol.get(f"{office.new}?planned={number}").status_code == 404


def test_what_is_offered_for_any_time_is_planned_for_a_day_that_is_still_to_come(
    carol: CheckingClient, office: Office
) -> None:
    url = f"/offerings/{offer(office.world, any_time=True)}"
    for day, said in (("", "Choose the day on which"), ("2026-05-14", "still to come"), ("soon", "isn't a day")):
        answer = carol.send(f"{url}/plan", day=day)
        assert answer.status_code in (400, 409)
        assert said in read(answer.text)
        assert f'value="{day}"' in answer.text
    assert carol.send(f"{url}/plan", day="2026-05-20").status_code == 302
    assert "You plan it for May 20, 2026." in read(carol.get(url).text)


def test_the_self_check_asks_what_is_published_tells_what_it_comes_to_and_keeps_nothing(
    client: CheckingClient, carol: CheckingClient, office: Office, capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    answers = {"credential": "us-wi-prc", "training": "yes", "service": "not_yet"}
    for reader in (client, carol):
        token = reader.token()
        before = count_rows(office)
        capsys.readouterr()
        caplog.clear()
        asked = reader.get("/ways-in/check?credential=us-wi-prc")
        assert asked.text.count("<fieldset") == 2
        told = reader.post("/ways-in/check", data={"csrf_token": token, **answers})
        page = read(told.text)
        assert "1 thing is still to do." in page
        assert "Still to do Service: 24 hours" in page
        assert "There Training: 40 hours" in page
        assert count_rows(office) == before
        assert capsys.readouterr() == ("", "")
        assert caplog.text == ""
        assert told.headers["Cache-Control"] == "no-store"
        assert not told.headers.getlist("Set-Cookie") or "not_yet" not in str(told.headers.getlist("Set-Cookie"))


def test_a_form_of_the_self_check_that_comes_too_late_is_kept_for_nobody(carol: CheckingClient, office: Office) -> None:
    token = carol.token()
    office.world.at += timedelta(hours=13)
    carol.application.extensions["certtrack"].clock = office.world.clock
    before = count_rows(office)
    carol.post("/ways-in/check", data={"csrf_token": token, "credential": "us-wi-cps", "training": "not_yet"})
    assert count_rows(office) == before


def test_a_training_is_applied_for_and_taken_back_and_the_way_so_far_is_told(
    carol: CheckingClient, office: Office
) -> None:
    number, _ = plan(office.world, make_sessions(2, office.world.today + timedelta(days=9)), seats=5)
    hold(office.world, held_on=office.world.today + timedelta(days=20))
    sit(office.world, office.carol, 40, taken_on=office.world.today - timedelta(days=5), route="way_back", attempt=1)
    page = read(carol.get("/ways-in").text)
    assert "Spring training 5 seats left" in page
    assert "Not passed yet" in page
    assert "1 attempt is left." in page
    assert "Certified Peer Specialist 2 seats left" in page
    assert "Lakeside Peers sees your name" in read(carol.get(f"/ways-in/trainings/{number}/apply").text)
    assert carol.send(f"/ways-in/trainings/{number}/apply").status_code == 302
    assert "Applied Spring training" in read(carol.get("/ways-in").text)
    again = carol.send(f"/ways-in/trainings/{number}/apply")
    assert (again.status_code, "Nothing was changed." in again.text) == (409, True)
    assert carol.send(f"/ways-in/trainings/{number}/withdraw").status_code == 302
    with office.world.database.reading() as session:
        assert session.scalars(select(Enrollment.state)).one() == "withdrew"


def test_links_that_help_are_kept_by_the_office_and_read_in_either_language(
    alice: CheckingClient, carol: CheckingClient, office: Office
) -> None:
    typed = {"kind": "help", "reach": "national", "title_en": "Help line", "title_es": "Línea de ayuda", "phone": "988"}
    wrong = alice.send("/resources/new", **(typed | {"phone": "ring"}))
    assert (wrong.status_code, 'value="ring"' in wrong.text) == (400, True)
    assert alice.send("/resources/new", **typed).status_code == 302
    assert "Help line" in carol.get("/resources").text
    assert "Línea de ayuda" in carol.get("/resources?lang=es").text
    assert 'href="tel:988"' in carol.get("/resources").text
    with office.world.database.reading() as session:
        number = session.scalars(select(Resource.id)).one()
    stale = alice.send(f"/resources/{number}/amend", **(typed | {"title_en": "Mine", "expected_no": "9"}))
    assert (stale.status_code, 'value="Mine"' in stale.text) == (409, True)
    assert "on record now" in stale.text
    assert "Help line" in stale.text, "what is on record stands beside what was typed"
    assert alice.send(f"/resources/{number}/amend", **(typed | {"down": "y", "expected_no": "1"})).status_code == 302
    assert "Help line" not in carol.get("/resources").text
    assert "Show it again" in alice.get("/resources").text
    late = alice.send(f"/resources/{number}/amend", **(typed | {"expected_no": "1"}))
    assert (late.status_code, "Shown no more" in late.text) == (409, True)
    assert alice.send(f"/resources/{number}/amend", **(typed | {"expected_no": "2"})).status_code == 302
    assert 'href="tel:988"' in carol.get("/resources").text
    assert "Show it again" not in alice.get("/resources").text


def test_plans_of_others_are_seen_by_whoever_may_see_credits_and_dropped_by_nobody_else(
    alice: CheckingClient, office: Office
) -> None:
    number = plan_it(office.world, office.carol, offer(office.world))
    page = alice.get(f"{office.page}/certifications/{office.cps}/what-if").text
    assert "What is planned on record" in page
    assert not re.search(r"/plans/\d+/drop|planned=", page)
    assert alice.send(f"{office.page}/plans/{number}/drop").status_code == 404
