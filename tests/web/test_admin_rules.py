"""Rules as pages: what was found nowhere comes first, and is put on record once it was seen what would change."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.credit_pages import read
from kit.rules import CPS
from kit.supervision import PACK as SERVICE
from kit.supervision import begin
from kit.world import World
from sqlalchemy import select
from werkzeug.test import TestResponse

from certtrack.db.models import AuditEvent, RuleConfirmation, RuleRecount
from certtrack.security import Role
from certtrack.services.organizations import create_organization
from certtrack.web.parts import EXTENSION

ONE = f"/admin/rules/{CPS}"
WEEKEND, AREA = f"{ONE}/weekend.rule", f"{ONE}/hours.areas.area_4.minimum.minutes"
Typed = dict[str, str]


@pytest.fixture
def alice(app: Flask, client: CheckingClient, world: World) -> CheckingClient:
    """Administers the office where Carol is, who is due on a Saturday."""
    world.at = app.extensions[EXTENSION].clock.now()
    world.certify(world.person("Carol"), find_saturday(world.today + timedelta(days=60)))
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    return client


def find_saturday(day: date) -> date:
    return day + timedelta(days=(5 - day.weekday()) % 7)


def fill(world: World, value: str = "next_day", **more: str) -> Typed:
    typed = {"value": value, "way": "confirm", "source": "Letter of the program", "on": str(world.today)}
    return typed | {"seen": "", "seen_id": "0"} | more


def read_hidden(answer: TestResponse) -> Typed:
    return dict(re.findall(r'type="hidden" name="(seen|seen_id)" value="([^"]*)"', answer.text))


def put(client: CheckingClient, path: str, typed: Typed) -> TestResponse:
    """Look first, and save what was looked at."""
    looked = client.send(path, **typed)
    assert looked.status_code == 200, read(looked.text)
    return client.send(path, **(typed | read_hidden(looked)))


def list_confirmed(world: World) -> list[tuple[str, str | None]]:
    with world.database.reading() as session:
        rows = session.scalars(select(RuleConfirmation).order_by(RuleConfirmation.id))
        return [(row.key, row.value) for row in rows]


def test_what_was_found_nowhere_comes_first_with_what_follows_and_where_it_was_sought(
    alice: CheckingClient,
) -> None:
    listed = read(alice.get("/admin/rules").text)
    assert "Certified Peer Specialist Wisconsin Department of Health Services" in listed
    assert "1 certification here goes by them." in listed
    page = alice.get(ONE)
    said = read(page.text)
    assert said.index("What we found published nowhere") < said.index("A due day on a weekend or a holiday")
    assert said.index("A due day on a weekend or a holiday") < said.index("What the rules say")
    assert "reminders go by the earlier day" in said
    assert "Whom to ask: the Wisconsin Peer Specialist Employment Initiative" in said
    assert f'href="{WEEKEND}"' in page.text
    assert re.search(r'<a href="https://www\.wicps\.org/[^"]+" rel="noreferrer" lang="en">', page.text)


def test_what_would_change_is_said_before_anything_is_saved_and_a_few_follow_at_once(
    alice: CheckingClient, world: World
) -> None:
    looked = alice.send(WEEKEND, **fill(world))
    said = read(looked.text)
    assert looked.status_code == 200
    assert "1 certification was looked at. 1 of them would stand otherwise, today or on another day." in said
    assert "A due day on a weekend or a holiday: The next working day counts." in said
    assert list_confirmed(world) == []

    saved = alice.send(WEEKEND, **(fill(world) | read_hidden(looked)))

    assert saved.headers["Location"] == ONE
    assert list_confirmed(world) == [("weekend.rule", "next_day")]
    with world.database.reading() as session:
        recount = session.scalars(select(RuleRecount).where(RuleRecount.pack_key == CPS)).one()
        assert (recount.state, recount.looked_at, recount.changed) == ("done", 1, 1)
        assert session.scalars(select(AuditEvent.action).where(AuditEvent.subject_kind == "rule")).all() == [
            "rule.confirmed",
            "rule.recounted",
        ]
    page = read(alice.get(ONE).text)
    assert "Saved. It holds from now on." in page
    assert "The next working day counts. Source: Letter of the program" in page
    assert "Put here by alice@example.org on" in page


def test_a_value_of_a_services_rules_is_put_on_record_and_supervision_is_counted_by_it(
    alice: CheckingClient, world: World
) -> None:
    begin(world, world.person("Dora"))
    path = f"/admin/rules/{SERVICE.key}/week_begins.on"
    assert f'href="{path}"' in alice.get(f"/admin/rules/{SERVICE.key}").text
    looked = alice.send(path, **fill(world, "sunday"))
    said = read(looked.text)
    assert "Supervision that is still to hold is counted by it from then on" in said
    assert "certifications were looked at" not in said
    saved = alice.send(path, **(fill(world, "sunday") | read_hidden(looked)))
    assert saved.status_code == 302
    assert list_confirmed(world) == [("week_begins.on", "sunday")]
    assert "Sunday. Source: Letter of the program" in read(alice.get(saved.headers["Location"]).text)
    with world.database.reading() as session:
        assert session.scalars(select(RuleRecount).where(RuleRecount.pack_key == SERVICE.key)).all() == []


def test_another_value_than_was_looked_at_is_looked_at_first(alice: CheckingClient, world: World) -> None:
    hidden = read_hidden(alice.send(WEEKEND, **fill(world)))
    answer = alice.send(WEEKEND, **(fill(world, "none") | hidden))
    assert (answer.status_code, list_confirmed(world)) == (200, [])
    assert "What would change by it" in read(answer.text)


def test_it_is_corrected_and_taken_back_with_who_said_so(alice: CheckingClient, world: World) -> None:
    put(alice, AREA, fill(world, "180"))
    form = alice.get(AREA)
    assert 'name="value" type="text" value="180"' in form.text
    current = read_hidden(form)
    put(alice, AREA, fill(world, "240", seen_id=current["seen_id"]))
    current = read_hidden(alice.get(AREA))
    back = put(alice, AREA, fill(world, "240", way="take_back", seen_id=current["seen_id"]))
    assert back.status_code == 302
    key = "hours.areas.area_4.minimum.minutes"
    assert list_confirmed(world) == [(key, "180"), (key, "240"), (key, None)]
    page = read(alice.get(AREA).text)
    assert "Taken back: it isn't known again." in page
    assert "On record: At least 4 hours in each cycle." in page
    nothing = alice.send(AREA, **fill(world, "", way="take_back"))
    assert nothing.status_code == 400
    assert "nothing on record that could be taken back" in read(nothing.text)
    assert 'href="#way"' not in nothing.text


@pytest.mark.parametrize(
    ("path", "typed", "says"),
    [
        (WEEKEND, {"value": ""}, "Choose what you were told."),
        (AREA, {"value": "three"}, "That isn't a whole number."),
        (AREA, {"value": "60001"}, "This doesn't fit what else these rules say."),
        (f"{ONE}/fees.exam_route.cents", {"value": "a lot"}, "That isn't an amount."),
        (WEEKEND, {"source": " "}, "Write who said it"),
        (WEEKEND, {"on": "2026-02-30"}, "Choose the day on which it was said or read."),
        (WEEKEND, {"on": "2999-01-01"}, "That day is still to come."),
        (WEEKEND, {"way": "burn"}, "Choose what is to be done."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(
    alice: CheckingClient, world: World, path: str, typed: Typed, says: str
) -> None:
    answer = alice.send(path, **(fill(world) | typed))
    assert answer.status_code == 400
    assert says in read(answer.text)
    assert list_confirmed(world) == []


def test_somebody_elses_word_meanwhile_is_shown_and_nothing_typed_is_lost(alice: CheckingClient, world: World) -> None:
    hidden = read_hidden(alice.send(WEEKEND, **fill(world, "none")))
    put(alice, WEEKEND, fill(world))
    late = alice.send(WEEKEND, **(fill(world, "none") | hidden))
    assert late.status_code == 409
    said = read(late.text)
    assert "Somebody else has put something on record of this meanwhile" in said
    assert "On record: The next working day counts." in said
    assert 'value="none" checked' in late.text
    assert list_confirmed(world) == [("weekend.rule", "next_day")]


def test_of_many_the_job_makes_them_anew_and_the_page_says_how_far_it_is(alice: CheckingClient, world: World) -> None:
    with world.database.writing() as session:
        for _ in range(40):
            world.add_certification(session, world.add_person(session), world.today + timedelta(days=60))
    put(alice, WEEKEND, fill(world))
    assert "0 of 41 standings are made anew. It goes on by itself." in read(alice.get(ONE).text)


def test_where_another_office_has_people_too_the_rules_are_read_and_not_said(
    app: Flask, alice: CheckingClient, world: World
) -> None:
    here = world.organization_id
    with world.database.writing() as session:
        world.organization_id = create_organization(
            session, key="hillside", name="Hillside", zone="America/Chicago", actor=world.actor, at=world.at
        ).id
    world.certify(world.person("Ivan"), world.today + timedelta(days=60))
    world.organization_id = here
    page = alice.get(ONE)
    assert "whoever administers everywhere puts on record" in read(page.text)
    assert WEEKEND not in page.text
    assert alice.get(WEEKEND).status_code == alice.send(WEEKEND, **fill(world)).status_code == 404
    everywhere = app.test_client()
    assert isinstance(everywhere, CheckingClient)
    sign_up(everywhere, world, world.account("root", Role.AGENCY_ADMINISTRATOR, everywhere=True))
    assert put(everywhere, WEEKEND, fill(world)).status_code == 302
    told = read(alice.get(ONE).text)
    assert "Put here by an account of another office on" in told
    assert "root@example.org" not in told


def test_a_programme_is_led_to_no_page_that_is_not_its(app: Flask, alice: CheckingClient, world: World) -> None:
    programme = app.test_client()
    assert isinstance(programme, CheckingClient)
    sign_up(programme, world, world.account("paula", Role.PROGRAMME_ADMINISTRATOR))
    assert 'href="/admin"' in alice.get("/admin/rules").text
    page = programme.get("/admin/rules")
    assert (page.status_code, 'href="/admin"' in page.text) == (200, False)


def test_titles_of_pages_are_told_as_english_and_a_persons_words_are_not(alice: CheckingClient, world: World) -> None:
    put(alice, WEEKEND, fill(world, source="https://program.example.org/letter"))
    page = alice.get(f"{ONE}?lang=es", follow_redirects=True).text
    assert re.search(r'<a href="https://www\.wicps\.org/[^"]+" rel="noreferrer" lang="en">', page)
    assert '<a href="https://program.example.org/letter" rel="noreferrer">' in page


def test_every_pack_that_is_used_has_a_page_in_both_languages(alice: CheckingClient) -> None:
    places = set(re.findall(r'href="(/admin/rules/[^"]+)"', alice.get("/admin/rules").text))
    assert len(places) > 4
    for place in places:
        for language in ("en", "es"):
            answer = alice.get(place + ("&" if "?" in place else "?") + f"lang={language}", follow_redirects=True)
            assert answer.status_code == 200, place
    assert alice.get("/admin/rules/nowhere").status_code == 404
    assert alice.get(f"{ONE}?version=9").status_code == 404
