"""From what is still to do to what is offered for it, and from a plan whose day has come to logging it."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.credit_pages import Office, read
from kit.credits import make_new
from kit.offerings import ETHICS, offer, plan_it
from kit.world import World
from sqlalchemy import select

from certtrack.clock import FixedClock
from certtrack.db.models import PlannedCredit
from certtrack.rules.facts import CreditPart
from certtrack.security import Role
from certtrack.services.credits.records import log_credit
from certtrack.services.rulebook import load_rulebook
from certtrack.web.parts import EXTENSION


@pytest.fixture
def every_pack(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """A world, and an application that is made after it, with every shipped pack."""
    monkeypatch.setenv("CERTTRACK_PACKS", "*")
    world.rulebook = load_rulebook(Path("nowhere"), ("*",))


@pytest.fixture
def pennsylvania(office: Office) -> int:
    """A second certification of Carol's, by rules that publish what an area needs: due on July 31."""
    number, _ = office.world.certify(office.carol, office.world.today.replace(month=7, day=31), pack="us-pa-cps")
    return number


def log_for(office: Office, certification: int, hours: int) -> None:
    world = office.world
    with world.database.writing() as session:
        new = make_new(hours, parts=(CreditPart(hours * 60, ("peer_support",)),))
        log_credit(session, world.rulebook, office.carol, new, [certification], actor=world.actor, at=world.at)


@pytest.mark.usefixtures("every_pack")
def test_what_is_still_to_do_leads_to_what_is_offered_in_that_area_in_time(
    carol: CheckingClient, office: Office, pennsylvania: int
) -> None:
    page = carol.get(f"/home?certification={pennsylvania}")
    url = f"/offerings?certification={pennsylvania}&amp;area=ethics&amp;until=2026-07-31"
    assert page.text.count(f'href="{url}"') == 1, "the area's own bar"
    assert "Find 3 hours in ethics" in read(page.text)
    assert f'href="/offerings?certification={pennsylvania}&amp;until=2026-07-31"' in page.text, "all that is to do"


@pytest.mark.usefixtures("every_pack")
def test_a_sentence_about_one_area_leads_to_that_area(carol: CheckingClient, office: Office, pennsylvania: int) -> None:
    log_for(office, pennsylvania, 36)
    page = carol.get(f"/home?certification={pennsylvania}").text
    url = f"/offerings?certification={pennsylvania}&amp;area=ethics&amp;until=2026-07-31"
    assert page.count(f'href="{url}"') == 2, "the next step, and the area's own bar"


def test_an_area_whose_minimum_nobody_knows_promises_no_number(carol: CheckingClient, office: Office) -> None:
    page = carol.get("/home").text
    url = f"/offerings?certification={office.cps}&amp;area={ETHICS}&amp;until=2026-10-31"
    assert f'<a href="{url}">Find an activity<span class="hush">: Ethics and boundaries</span></a>' in page
    assert "area=area_4" not in page, "nobody can look for what has no name"


def test_nobody_else_is_sent_to_look_for_the_holder_s_hours(client: CheckingClient, office: Office) -> None:
    sign_up(client, office.world, office.world.account("bob", Role.SUPERVISOR, person_id=office.bob))
    assert "/offerings?" not in client.get(office.page).text


def test_each_activity_is_told_with_what_it_would_count_for_the_certification_that_is_asked_for(
    carol: CheckingClient, office: Office
) -> None:
    offer(office.world)
    late = offer(office.world, office.world.today + timedelta(days=300), title="Too late")
    url = f"/offerings?certification={office.cps}&area={ETHICS}"
    page = read(carol.get(url).text)
    assert "It would count: 3 hours in all; Ethics and boundaries: 1 hour; Trauma-informed care: 2 hours." in page
    assert "with what each would count for CPS" in page
    assert f'href="/offerings/{late}"' in carol.get(url).text
    assert f'href="/offerings/{late}"' not in carol.get(f"{url}&until=2026-10-31").text
    assert "It would count" not in read(carol.get(f"/offerings?area={ETHICS}").text)


@pytest.mark.usefixtures("every_pack")
def test_where_nothing_is_offered_in_an_area_the_page_says_what_to_do(
    carol: CheckingClient, office: Office, pennsylvania: int
) -> None:
    offer(office.world)
    answer = carol.get(f"/offerings?certification={pennsylvania}&area=ethics&until=2026-07-31")
    assert "Nothing is offered in ethics by then." in read(answer.text)
    assert "What you find elsewhere counts just as well: log it when you have the certificate." in read(answer.text)
    assert f'href="/offerings?certification={pennsylvania}&amp;until=2026-07-31"' in answer.text


@pytest.mark.parametrize("asked", ["0", "x", "999", "99999999999999999999"])
def test_a_certification_that_is_not_the_reader_s_is_as_none(carol: CheckingClient, office: Office, asked: str) -> None:
    offer(office.world)
    answer = carol.get(f"/offerings?certification={asked}&area={ETHICS}")
    assert (answer.status_code, "It would count" in answer.text) == (200, False)


@pytest.fixture
def later(app: Flask, client: CheckingClient, office: Office) -> tuple[CheckingClient, int, int]:
    """Carol, a day after what she had planned, with the numbers of offering and plan."""
    offering = offer(office.world)
    plan = plan_it(office.world, office.carol, offering)
    app.extensions[EXTENSION].clock = FixedClock(office.world.at + timedelta(days=13))
    office.world.at += timedelta(days=13)
    sign_up(client, office.world, office.world.account("carol", Role.SPECIALIST, person_id=office.carol))
    return client, offering, plan


def test_a_plan_whose_day_has_passed_is_never_said_to_be_planned_and_leads_to_logging_it(
    office: Office, later: tuple[CheckingClient, int, int]
) -> None:
    carol, offering, plan = later
    of_it, home = carol.get(f"/offerings/{offering}"), carol.get("/home")
    whatif = carol.get(f"{office.page}/certifications/{office.cps}/what-if")
    assert "You planned it for May 27, 2026. That day has passed. Log it with its certificate" in read(of_it.text)
    assert "You plan it for" not in of_it.text
    for page in (of_it, home, whatif):
        assert f'href="{office.page}/credits/new?planned={plan}"' in page.text
        assert f'action="{office.page}/plans/{plan}/drop"' in page.text
    for page in (home, whatif):
        assert "counts once it is logged. If you weren't there, plan it no more." in read(page.text)


def test_a_plan_that_is_taken_away_at_home_leads_back_home_and_is_told_there_no_more(
    office: Office, later: tuple[CheckingClient, int, int]
) -> None:
    carol, _, plan = later
    answer = carol.send(f"{office.page}/plans/{plan}/drop", back="home")
    assert answer.headers["Location"] == "/home"
    assert "What you planned" not in carol.get("/home").text
    with office.world.database.reading() as session:
        assert session.scalars(select(PlannedCredit.state)).one() == "dropped"


def test_a_plan_that_is_still_to_come_asks_nothing_at_home(carol: CheckingClient, office: Office) -> None:
    plan_it(office.world, office.carol, offer(office.world))
    assert "What you planned" not in carol.get("/home").text
