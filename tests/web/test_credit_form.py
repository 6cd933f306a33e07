"""A credit begins with its file; what was read is proposed, and what it would change is said before it is saved."""

import io
import re
from typing import Any

from kit.client import CheckingClient
from kit.credit_pages import TYPED, Office, read
from kit.credits import decide, find_claim, list_events
from kit.files import certificate, picture
from kit.offerings import list_planned, offer, plan_it
from werkzeug.test import TestResponse

from certtrack.services.credits.claims import drop_claim, get_claim

PDF = certificate(
    "Lakeside Center", "Certificate of attendance", "Title: Grief & <Loss>", "Held on March 2, 2026", "0.3 CEU"
)  # fmt: skip
SCRIPT = {"HX-Request": "true"}


def send_file(client: CheckingClient, path: str, data: bytes, name: str, **fields: Any) -> TestResponse:
    sent = fields | {"csrf_token": client.token(), "upload": (io.BytesIO(data), name)}
    return client.post(f"{path}/files", data=sent)


def list_proposed(page: str) -> list[str]:
    return re.findall(r'name="proposed" value="(\w+):', page)


def test_what_a_file_says_is_proposed_until_it_is_changed_or_saved(carol: CheckingClient, office: Office) -> None:
    start = carol.get(office.new).text
    assert re.search(r'capture="environment"[^>]*>\s*<label', start)
    sent = send_file(carol, f"{office.page}/credits", PDF, "grief.pdf", unit="hours", role="participant")
    page = carol.get(sent.location).text
    for there in (
        "Grief &amp; &lt;Loss&gt;",
        "Lakeside Center",
        'value="2026-03-02"',
        'value="0.3"',
        "0.3 CEU is 3 hours.",
    ):
        assert there in page
    assert list_proposed(page) == ["title", "provider", "last_on", "amount", "unit"]
    assert page.count("From your file") == 4

    draft = sent.location.partition("draft=")[2]
    half: dict[str, Any] = {
        "title": "Mine",
        "provider": "Lakeside Center",
        "proposed": ["title:Grief & <Loss>", "provider:Lakeside Center"],
    }
    wrong = carol.send(office.new, **half, draft=draft, files="1")
    assert (wrong.status_code, list_proposed(wrong.text)) == (400, ["provider"])
    assert list_proposed(carol.get(f"{office.new}?draft={draft}").text) == ["provider"]
    assert carol.send(office.new, **TYPED, draft=draft, files="1", way="another").location == office.new
    assert ([one.proof for one in office.load()], "Go on with a draft" in carol.get(office.new).text) == (
        ["file"],
        False,
    )


def test_a_picture_says_nothing_and_a_file_sent_twice_says_the_same(carol: CheckingClient, office: Office) -> None:
    place = f"{office.page}/credits"
    photo = send_file(carol, place, picture(), "IMG_1.jpg")
    assert list_proposed(carol.get(photo.location).text) == []
    send_file(carol, place, PDF, "grief.pdf")
    again = send_file(carol, place, PDF, "again.pdf", title="Typed before")
    assert list_proposed(carol.get(again.location).text) == ["provider", "last_on", "amount", "unit"]


def test_a_file_is_replaced_and_taken_away_and_without_one_something_is_to_be_chosen(
    carol: CheckingClient, office: Office
) -> None:
    place = f"{office.page}/credits"
    send_file(carol, place, picture(), "IMG_1.jpg")
    new = send_file(carol, place, picture(color="blue"), "IMG_2.jpg", files="1", replaces="1", title="Kept", draft="1")
    page = read(carol.get(new.location).text)
    assert ("IMG_2.jpg Kept safely" in page, "IMG_1.jpg" in page) == (True, False)
    gone = carol.send(f"{place}/files", files="2", drop="2", title="Kept", draft="1")
    assert "Take a photo" in read(carol.get(gone.location).text)
    none = carol.send(f"{place}/files", title="Kept")
    assert (none.status_code, "Choose a picture or a PDF first." in none.text) == (400, True)
    assert 'value="Kept"' in none.text


def test_as_it_is_typed_a_draft_is_kept_and_it_is_said_what_the_credit_would_change(
    carol: CheckingClient, office: Office
) -> None:
    place = f"{office.page}/credits/preview"
    key = {"form_key": "0123456789abcdef"}
    office.log(16, title="Before")
    part = carol.post(place, data=TYPED | key | {"csrf_token": carol.token(), "amount": "90 min"}, headers=SCRIPT)
    assert part.headers["HX-Replace-Url"] == f"{office.new}?draft=1"
    assert ("<html" in part.text, 'name="draft" value="1"' in part.text) == (False, True)
    said = read(f"<main {part.text}</main>")
    assert "With this credit Still to do by October 31, 2026: at least 2.5 hours." in said
    assert "It would count: 1.5 hours in all; Ethics and boundaries: 1.5 hours." in said
    assert "90 minutes is 1.5 hours." in said
    carol.post(place, data=TYPED | key | {"csrf_token": carol.token(), "title": "Later"}, headers=SCRIPT)
    assert 'value="Later"' in carol.get(f"{office.new}?draft=1").text
    assert list_events(office.world, "credit_draft") == [("draft.saved", [office.carol])]
    blank = carol.post(place, data=key | {"csrf_token": carol.token(), "unit": "hours"}, headers=SCRIPT)
    assert "HX-Replace-Url" not in blank.headers


def test_without_scripts_a_button_says_it_on_the_whole_page(carol: CheckingClient, office: Office) -> None:
    credit = office.log(3)
    page = carol.send(f"{office.page}/credits/preview", **TYPED).text
    assert ("<h1>Log a credit" in page, 'value="Ethics for peers"' in page) == (True, True)
    shown = read(page)
    assert "You may have this one already Compare the two" in shown
    assert "With this credit Still to do by October 31, 2026: at least 14 hours." in shown
    change = carol.send(f"{office.page}/credits/{credit}/preview", **(TYPED | {"amount": "2"}), expected_no="1")
    assert "Still to do by October 31, 2026: at least 18 hours." in read(change.text)
    assert ('name="expected_no" value="1"' in change.text, "You may have" in change.text) == (True, False)


def test_an_amendment_is_foreseen_with_what_was_decided_of_it_and_with_the_proof_that_it_has(
    carol: CheckingClient, office: Office
) -> None:
    credit, world = office.log(3), office.world
    number = find_claim(world, credit, office.cps)[0]

    def foresee(**fields: str) -> str:
        return read(carol.send(f"{office.page}/credits/{credit}/preview", **(TYPED | fields), expected_no="1").text)

    assert "Not counted: the rules ask for a certificate" in foresee(proof="none")
    assert "It would count: 3 hours in all" in foresee(proof="none", files="1")
    decide(world, number, "returned", reason_code="duplicate")
    assert "Once the change is saved, answer it as well" in foresee()
    with world.database.writing() as session:
        drop_claim(session, world.rulebook, get_claim(session, number), expected_no=2, actor=world.actor, at=world.at)
    assert "With this credit" not in foresee()


def test_an_earlier_credit_is_begun_anew_without_its_day_and_its_paper(carol: CheckingClient, office: Office) -> None:
    credit = office.log(2, areas=("ethics_boundaries",), activity="webinar", title="Monthly circle")
    assert f'href="{office.new}?repeat={credit}"' in carol.get(office.new).text
    page = carol.get(f"{office.new}?repeat={credit}").text
    for there in (
        'value="Monthly circle"',
        'value="ethics_boundaries" checked',
        'value="webinar" selected',
        'value="2"',
    ):
        assert there in page
    assert "2026-03-02" not in page
    assert carol.get(f"{office.new}?repeat=9999").status_code == 404


def test_what_was_planned_is_begun_with_and_becomes_the_credit(carol: CheckingClient, office: Office) -> None:
    held_on = office.world.today
    plan = plan_it(office.world, office.carol, offer(office.world, held_on))
    page = carol.get(f"{office.new}?planned={plan}").text
    for there in (
        'value="Boundaries in practice"',
        f'value="{held_on}"',
        'value="3"',
        f'name="planned" value="{plan}"',
    ):
        assert there in page
    draft = carol.send(office.new, **TYPED, planned=str(plan), way="draft")
    assert (draft.location, f'name="planned" value="{plan}"' in carol.get(f"{office.new}?draft=1").text) == (
        office.page,
        True,
    )
    assert carol.send(office.new, **TYPED, planned=str(plan), draft="1").location == office.saved()
    assert list_planned(office.world, office.carol) == ()
    assert carol.get(f"{office.new}?planned={plan}").status_code == 404
