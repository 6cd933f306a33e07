"""What was typed of a credit is kept on the server: gone on with later, from anywhere, or discarded."""

import io
import re
from datetime import timedelta

from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.credit_pages import TYPED, Office, read
from kit.databases import on_both
from kit.files import picture

from certtrack.clock import FixedClock
from certtrack.security import Role
from certtrack.web.parts import EXTENSION


def find_draft(page: str) -> str:
    found = re.search(r'name="draft" value="(\d+)"', page)
    assert found
    return found[1]


def test_a_form_with_a_mistake_is_a_draft_with_its_files_until_it_is_saved(
    carol: CheckingClient, office: Office
) -> None:
    data = TYPED | {"csrf_token": carol.token(), "amount": "much", "upload": (io.BytesIO(picture()), "scan.jpg")}
    wrong = carol.post(office.new, data=data)
    number = find_draft(wrong.text)
    page = carol.get(office.credits)
    assert "1 draft of a credit A draft counts nowhere." in read(page.text)
    assert "0 of 20 hours are on record" in read(page.text)

    again = carol.get(f"{office.new}?draft={number}").text
    for kept in ('value="Ethics for peers"', 'value="much"', 'value="ethics_boundaries" checked', "scan.jpg"):
        assert kept in again
    still = carol.send(office.new, **(TYPED | {"amount": "more"}), draft=number, files="1")
    assert find_draft(still.text) == number
    assert carol.send(office.new, **TYPED, draft=number, files="1").location == office.saved()

    assert (office.load()[0].proof, "draft" in read(carol.get(office.credits).text)) == ("file", False)


def test_what_is_not_whole_yet_is_saved_as_a_draft_and_discarded(carol: CheckingClient, office: Office) -> None:
    assert carol.send(office.new, title="<b>Half</b>", way="draft").location == office.page
    page = carol.get(office.credits).text
    assert "The draft is saved. It counts nowhere until you save it as a credit." in read(page)
    assert "<h3>&lt;b&gt;Half&lt;/b&gt;</h3>" in page
    assert f'href="{office.new}?draft=1"' in page
    assert office.load() == []

    assert carol.send(f"{office.page}/drafts/1/discard").location == office.page
    page = carol.get(office.credits).text
    assert ("The draft is discarded." in page, "Half" in page) == (True, False)
    assert carol.send(f"{office.page}/drafts/1/discard").status_code == 404
    assert 'value=""' in carol.get(f"{office.new}?draft=1").text


def test_a_draft_that_another_window_has_saved_meanwhile_stays_when_this_one_is_saved(
    carol: CheckingClient, office: Office, app: Flask
) -> None:
    carol.send(office.new, title="Half", way="draft")
    form = carol.get(f"{office.new}?draft=1").text
    shown = re.search(r'name="draft_at" value="([^"]+)"', form)
    assert shown
    app.extensions[EXTENSION].clock = FixedClock(office.world.at + timedelta(minutes=1))
    carol.send(office.new, title="More than half", way="draft", draft="1", draft_at=shown[1])

    assert carol.send(office.new, **TYPED, draft="1", draft_at=shown[1]).location == office.saved()
    assert "More than half" in carol.get(office.credits).text


def test_a_file_that_is_not_taken_is_said_when_a_draft_is_saved(carol: CheckingClient, office: Office) -> None:
    data = {"csrf_token": carol.token(), "title": "Half", "way": "draft", "upload": (io.BytesIO(b"MZ"), "a.exe")}
    answer = carol.post(office.new, data=data)
    assert (answer.status_code, "One thing to fix" in answer.text) == (400, True)


@on_both
def test_an_amendment_is_a_draft_with_its_reason_and_the_version_it_began_with(
    carol: CheckingClient, office: Office
) -> None:
    credit = office.log(3, areas=("ethics_boundaries",))
    path = f"{office.page}/credits/{credit}/amend"
    carol.send(path, **(TYPED | {"amount": "2"}), expected_no="1", reason="A slip", way="draft")
    assert "Draft of a change" in read(carol.get(office.credits).text)

    form = carol.get(f"{path}?draft=1").text
    for kept in ('name="expected_no" value="1"', 'value="2"', 'value="A slip"'):
        assert kept in form
    carol.send(path, **(TYPED | {"amount": "1"}), expected_no="1")
    late = carol.send(path, **(TYPED | {"amount": "2"}), expected_no="1", draft="1", reason="A slip")
    assert (late.status_code, find_draft(late.text)) == (409, "1")
    assert carol.send(path, **(TYPED | {"amount": "2"}), expected_no="2", draft="1").location == office.saved()
    assert "draft" not in read(carol.get(office.credits).text)
    assert f"{office.new}?draft" not in carol.get(office.credits).text


def test_nobody_else_sees_a_draft_or_takes_it(client: CheckingClient, office: Office) -> None:
    sign_up(client, office.world, office.world.account("carol", Role.SPECIALIST, person_id=office.carol))
    client.send(office.new, title="Half", way="draft")
    client.send("/sign-out")
    sign_up(client, office.world, office.world.account("bob", Role.SUPERVISOR, person_id=office.bob))

    assert "Half" not in client.get(office.credits).text
    assert "Half" not in client.get(f"{office.new}?draft=1").text
    assert client.send(f"{office.page}/drafts/1/discard").status_code == 404


def test_drafts_are_told_in_spanish(carol: CheckingClient, office: Office) -> None:
    carol.send(office.new, way="draft")
    page = read(carol.get(f"{office.credits}?lang=es").text)
    assert "1 borrador de un crédito" in page
    assert "Todavía sin título" in page
