"""A form sent after the session has run out: kept, sent once its owner has signed in, and seen by nobody else."""

import html
import io
import re
from datetime import timedelta

from flask import Flask
from kit.client import PASSWORD, CheckingClient, sign_up
from kit.credit_pages import TYPED, Office
from kit.files import picture
from kit.second_steps import move
from werkzeug.test import TestResponse

from certtrack.security import Role

LATE = timedelta(minutes=31)


def send_late(app: Flask, client: CheckingClient, path: str, **fields: object) -> TestResponse:
    """Fill a form in while signed in, and send it half an hour later."""
    token = client.token()
    move(app, LATE)
    typed = fields if "credits/" not in path or path.endswith("withdraw") else TYPED | fields
    return client.post(path, data=typed | {"csrf_token": token})


def read_form(page: str, path: str) -> dict[str, list[str]]:
    """What the page's form that goes to `path`, or to where the page is, carries as it is shown, but for its token."""
    forms = re.findall(r'(?s)<form( action="[^"]+")?[^>]*>(.*?)</form>', page.partition("<main")[2])
    form = next(inside for action, inside in forms if action in ("", f' action="{path}"'))
    fields: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        said = dict(re.findall(r'([a-z]+)="([^"]*)"', tag))
        if said.get("type") not in ("file", "radio", "checkbox") or " checked" in tag:
            fields.setdefault(said["name"], []).append(html.unescape(said.get("value", "")))
    for name, words in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)<', form):
        fields[name] = [html.unescape(words)]
    del fields["csrf_token"]
    return fields


def test_it_waits_for_its_owner_who_finds_it_on_its_page_and_sends_it_as_it_was(
    app: Flask, carol: CheckingClient, office: Office
) -> None:
    path = f"{office.page}/credits/{office.log(3)}/withdraw"
    assert send_late(app, carol, path, reason="Not mine & <hers>", expected_no="1").location == "/sign-in?kept=y"
    assert "What you typed is kept." in carol.get("/sign-in?kept=y").text
    assert [credit.state for credit in office.load()] == ["logged"]
    assert carol.enter("carol@example.org").location == "/account/form"
    page = carol.get("/account/form", follow_redirects=True)
    assert "Withdraw a credit" in page.text.partition("</h1>")[0]
    assert "You had been signed out. All that you typed is here" in page.text
    fields = read_form(page.text, path)
    assert (fields["reason"], fields["expected_no"]) == (["Not mine & <hers>"], ["1"])
    about = f"{office.page}/certifications/{office.cps}"
    assert carol.post(path, data=fields | {"csrf_token": carol.token()}).location == about
    assert [credit.state for credit in office.load()] == ["withdrawn"]
    assert carol.get("/account/form").status_code == 404


def test_a_form_about_an_application_comes_back_with_its_labels_and_asks_for_its_file_again(
    app: Flask, carol: CheckingClient, office: Office
) -> None:
    path = f"{office.page}/certifications/{office.cps}/application"
    sent = {"sent_on": "2026-05-14", "way": "post", "enclosed": "Form, check", "receipt": "RR 12"}
    send_late(app, carol, path, **sent, upload=(io.BytesIO(picture()), "scan.jpg"))
    carol.enter("carol@example.org")
    page = carol.get("/account/form", follow_redirects=True).text
    for there in ("How it was sent", 'value="post" checked', 'value="2026-05-14"', 'value="RR 12"', "Carol"):
        assert there in page
    assert "Files that you had chosen with it aren't kept: choose them again." in page
    assert 'type="file"' in page.partition("Files that you had chosen")[2]
    assert "Send it now" not in page


def test_a_form_that_is_not_on_its_page_any_more_is_shown_apart_and_can_still_be_saved(
    app: Flask, carol: CheckingClient, office: Office
) -> None:
    path = f"{office.page}/credits/{office.log(3)}/withdraw"
    send_late(app, carol, path, reason="Not mine", way="in_person", expected_no="1")
    carol.enter("carol@example.org")
    carol.send(path, reason="By another page", expected_no="1")
    page = carol.get("/account/form", follow_redirects=True).text
    assert "Not mine" in page
    assert ">in_person<" not in page
    assert "Save it now" in page
    assert f'href="{path}"' in page
    assert read_form(page, path)["reason"] == ["Not mine"]


def test_a_page_that_a_form_came_from_is_where_it_comes_back(app: Flask, carol: CheckingClient, office: Office) -> None:
    token = carol.token()
    move(app, LATE)
    came_from = {"Referer": f"http://localhost{office.new}?again=1"}
    plan = f"{office.page}/certifications/{office.cps}/plan"
    carol.post(plan, data={"csrf_token": token, "until_on": "2026-09-01"}, headers=came_from)
    carol.enter("carol@example.org")
    assert carol.get("/account/form").location == f"{office.new}?again=1&kept=y"
    assert carol.get(f"{office.new}?again=1&kept=y").location == "/account/form?apart=y"


def test_a_credit_comes_back_as_the_form_itself_with_its_draft_and_its_file(
    app: Flask, carol: CheckingClient, office: Office
) -> None:
    send = {"csrf_token": carol.token(), "upload": (io.BytesIO(picture()), "scan.jpg")}
    draft = carol.post(f"{office.page}/credits/files", data=send).location.partition("draft=")[2]
    send_late(app, carol, f"{office.page}/credits/preview", draft=draft, files="1", first_on="2026-03-01")
    carol.enter("carol@example.org")
    page = carol.get("/account/form", follow_redirects=True).text
    for there in (
        'value="2026-03-01"',
        'value="3"',
        'value="in_person" checked',
        "scan.jpg",
        f'name="draft" value="{draft}"',
    ):
        assert there in page
    assert "You had been signed out. All that you typed is here" in page
    kept = carol.send(office.new, **TYPED, draft=draft, files="1", kept_form="y")
    assert (kept.location, office.load()[0].proof) == (office.saved(), "file")
    assert carol.get("/account/form").status_code == 404
    assert "draft" not in carol.get(office.page).text


def test_its_owner_finds_it_under_the_account_and_may_discard_it(
    app: Flask, carol: CheckingClient, office: Office
) -> None:
    send_late(app, carol, office.new)
    carol.enter("carol@example.org")
    assert 'href="/account/form"' in carol.get("/account").text
    assert carol.send("/account/form/discard").location == "/account"
    assert 'href="/account/form"' not in carol.get("/account").text


def test_whoever_signs_in_next_in_that_browser_sees_nothing_of_it(
    app: Flask, carol: CheckingClient, office: Office
) -> None:
    dave = app.test_client()
    assert isinstance(dave, CheckingClient)
    sign_up(dave, office.world, office.world.account("dave", Role.SPECIALIST))
    send_late(app, carol, office.new)
    assert carol.enter("dave@example.org").location == "/"
    assert carol.get("/account/form").status_code == 404


def test_what_was_typed_after_signing_out_or_without_a_token_is_shown_and_not_kept(
    app: Flask, carol: CheckingClient, office: Office
) -> None:
    assert carol.post(office.new, data=TYPED).status_code == 400
    carol.send("/sign-out")
    shown = carol.post(office.new, data=TYPED | {"csrf_token": carol.token()})
    assert shown.status_code == 400
    assert "Ethics for peers" in shown.text
    assert carol.enter("carol@example.org").location == "/"


def test_a_password_is_never_kept(app: Flask, carol: CheckingClient) -> None:
    send_late(app, carol, "/account/password", current=PASSWORD, password=PASSWORD, again=PASSWORD)
    assert carol.enter("carol@example.org").location == "/"
