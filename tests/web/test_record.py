"""The pages of one's own record: its calendar, its names, and all of it as a file."""

import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
from flask import Flask
from icalendar import Calendar
from kit.client import PASSWORD, CheckingClient, sign_up
from kit.counting import counting_statements
from kit.credit_pages import Office, read
from kit.databases import on_both
from kit.files import keep, pdf
from kit.mails import read as read_mail
from kit.many import multiply
from kit.second_steps import move
from sqlalchemy import select

from certtrack.db.models import AuditEvent, Email, Person
from certtrack.security import Role
from certtrack.services.people import change_person
from certtrack.web.parts import EXTENSION

MOST = 12
ADDRESS = re.compile(r"https?://[^/\"<]+(/calendar/[\w-]+\.ics)")


def read_notice(office: Office) -> str:
    """The one mail to the account's own address."""
    with office.world.database.reading() as session:
        mail = session.scalars(select(Email).where(Email.address == "carol@example.org")).one()
        return read_mail(mail.data or b"").text


def make_address(client: CheckingClient) -> str:
    """The path of a new feed, as the page shows it."""
    assert client.send("/account/calendar/renew", current=PASSWORD).location == "/account/calendar"
    found = ADDRESS.search(client.get("/account/calendar").text)
    assert found
    return found[1]


@on_both
def test_a_calendar_is_read_without_signing_in_until_it_is_ended(
    app: Flask, carol: CheckingClient, office: Office
) -> None:
    assert carol.send("/account/calendar/renew").status_code == 400, "a key that lasts is made for whoever proves it"
    first = make_address(carol)
    assert "An address was made under which a calendar program reads" in read_notice(office)
    assert not ADDRESS.search(carol.get("/account/calendar").text), "it is shown once"
    program = app.test_client()
    answer = program.get(first)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert Calendar.from_ical(answer.data).walk("VEVENT")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers
    second = make_address(carol)
    assert program.get(first).status_code == 404
    assert program.get(second).status_code == 200
    carol.send("/account/calendar/end")
    ended, made_up = program.get(second), program.get("/calendar/made-up.ics")
    assert (ended.status_code, ended.data) == (404, made_up.data)
    for _ in range(60):
        if program.get("/calendar/made-up.ics").status_code == 429:
            break
    else:
        pytest.fail("nobody tries addresses without an end")
    assert program.get(make_address(carol)).status_code == 200, "and nobody's own waits for that"


@on_both
def test_names_and_addresses_are_changed_by_the_holder_who_proves_that_it_is_them(
    app: Flask, carol: CheckingClient, office: Office
) -> None:
    path = f"{office.page}/names"
    seen = re.search(r'name="seen" value="([^"]*)"', carol.get(path).text)
    assert seen
    fields = {"chosen_name": "Charlie", "private_address": "nowhere", "work_address": "c@work.example.org"}
    bad = carol.send(path, seen=seen[1], **fields)
    assert (bad.status_code, "That isn&#39;t an address." in bad.text) == (400, True)
    assert all(f'value="{value}"' in bad.text for value in fields.values()), "what was typed stays"
    move(app, timedelta(minutes=11))
    fields["private_address"] = "charlie@example.org"
    unproved = carol.send(path, seen=seen[1], **fields)
    assert unproved.status_code == 400
    assert 'value="charlie@example.org"' in unproved.text
    with office.world.database.writing() as session:
        person = session.get_one(Person, office.carol)
        assert person.chosen_name is None
        change_person(session, person, {"work_address": "w@x.org"}, actor=office.world.actor, at=office.world.at)
    late = carol.send(path, seen=seen[1], current=PASSWORD, **fields)
    assert late.status_code == 409
    assert 'value="Charlie"' in late.text
    assert "w@x.org" in late.text, "what is on record now"
    again = re.search(r'name="seen" value="([^"]*)"', late.text)
    assert again
    assert carol.send(path, seen=again[1], **fields).location == "/record"
    assert "The addresses that your mail goes to were changed." in read_notice(office)
    assert "You go by Charlie here; mail goes to charlie@example.org." in read(carol.get("/record").text)


@on_both
def test_everything_is_handed_out_as_one_file_to_whoever_proves_that_it_is_them(
    app: Flask, carol: CheckingClient, office: Office
) -> None:
    instance = app.extensions[EXTENSION].settings.instance
    file = keep(office.world, instance / "evidence", office.carol, pdf())
    office.log(3, files=(file,))
    path = f"{office.page}/download"
    move(app, timedelta(minutes=11))
    assert "Your password" in carol.get(path).text
    assert carol.send(path, current="not it").status_code == 400
    answer = carol.send(path, current=PASSWORD)
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        names = archive.namelist()
        assert [archive.read(name) for name in names if name.startswith("files/")] == [pdf()]
        assert json.loads(archive.read("records/credit.json"))[0]["title"] == "Ethics for peers"
        assert "Carol Example" in archive.read("READ-ME.txt").decode()
    with office.world.database.reading() as session:
        noted = session.scalars(select(AuditEvent).where(AuditEvent.action == "record.downloaded")).all()
    assert [one.actor for one in noted] == ["account:1"]
    assert "Everything that is kept about you was taken along" in read_notice(office)


@on_both
def test_the_office_sees_names_before_and_who_looked_and_its_looks_are_told(
    app: Flask, carol: CheckingClient, office: Office
) -> None:
    with office.world.database.writing() as session:
        person = session.get_one(Person, office.carol)
        change_person(session, person, {"given_name": "Robin"}, actor=office.world.actor, at=office.world.at)
    alice = app.test_client()
    assert isinstance(alice, CheckingClient)
    sign_up(alice, office.world, office.world.account("alice", Role.AGENCY_ADMINISTRATOR))
    history = alice.get(f"{office.page}/history").text
    assert all(f'href="{office.page}/{name}"' in history for name in ("looks", "names", "transcript"))
    assert "Carol Example On the certificate" in read(alice.get(f"{office.page}/names").text)
    assert alice.get(f"{office.page}/looks").status_code == 200
    assert "Carol Example" not in read(carol.get(f"{office.page}/names").text)
    for odd in ("0", "-1", "soon", str(2**70)):
        assert carol.get(f"{office.page}/looks?before={odd}").status_code == 200
    told = read(carol.get(f"{office.page}/looks").text)
    assert "alice@example.org, Lakeside Peers Read this page." in told
    assert "alice@example.org, Lakeside Peers Opened a page about you." in told


@on_both
def test_a_transcript_has_what_was_done_and_says_that_it_is_no_certificate(
    carol: CheckingClient, office: Office
) -> None:
    office.log(3, areas=("ethics_boundaries", "area_4"))
    text = read(carol.get(f"{office.page}/transcript").text)
    assert "Robin" not in text
    for told in ("Carol Example", "CPS-77", "Ethics for peers", "3 hours", "Waiting to be checked", "no certificate"):
        assert told in text, told
    assert "Area 4 (its name isn't published)" in text
    assert "area_4" not in text


@on_both
def test_no_page_of_the_record_asks_more_than_twelve_statements_for_one_row_or_for_forty(
    app: Flask, carol: CheckingClient, office: Office
) -> None:
    office.log(3)
    make_address(carol)
    pages = ["/record", "/account/calendar"] + [
        f"{office.page}/{name}" for name in ("transcript", "looks", "names", "download")
    ]
    for times in (0, 39):
        if times:
            multiply(office.world.database, times, {"credit": None})
        for page in (*pages, make_address(carol)):
            with counting_statements(app.extensions[EXTENSION].database) as asked:
                assert carol.get(page).status_code == 200
            assert len(asked) <= MOST, (page, times, asked)
