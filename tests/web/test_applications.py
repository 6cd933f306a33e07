"""Applications on their pages: said, seen, taken back; what was typed stays where something is wrong."""

import io
from datetime import date, timedelta

import pytest
from flask import Flask
from kit.applications import ask, list_terms, make_granter, send, stand
from kit.client import CheckingClient, sign_up
from kit.databases import on_both
from kit.files import picture
from kit.world import World
from werkzeug.test import TestResponse

from certtrack.clock import FixedClock
from certtrack.security import Role
from certtrack.web.parts import EXTENSION


@pytest.fixture
def carol(app: Flask, world: World) -> tuple[int, int, str]:
    """Carol, her certification due in half a year, and where its forms are."""
    app.extensions[EXTENSION].clock = FixedClock(world.at)
    person = world.person("Carol")
    cps, _ = world.certify(person, world.today + timedelta(days=169))
    return person, cps, f"/people/{person}/certifications/{cps}"


@pytest.fixture
def holder(client: CheckingClient, world: World, carol: tuple[int, int, str]) -> CheckingClient:
    sign_up(client, world, world.account("carol", Role.SPECIALIST, person_id=carol[0]))
    return client


@on_both
def test_the_holder_says_that_it_was_sent_and_then_that_the_certificate_came(
    holder: CheckingClient, world: World, carol: tuple[int, int, str]
) -> None:
    person, cps, at = carol
    assert f'href="{at}/application">I have sent my application' in holder.get(f"/people/{person}").text

    wrong = holder.send(f"{at}/application", sent_on="soon", enclosed="form <b>&", way="")
    assert wrong.status_code == 400
    assert 'value="soon"' in wrong.text
    assert 'value="form &lt;b&gt;&amp;"' in wrong.text
    assert "Choose how it was sent." in wrong.text

    sent = holder.send(f"{at}/application", sent_on="2026-05-11", way="post", enclosed="form", receipt="R 7")
    assert sent.headers["Location"] == at
    page = holder.get(f"/people/{person}").text
    for said in (
        "we can't see the answer",
        "Enclosed: form",
        "Receipt: R 7",
        "Tell us when your certificate comes.",
    ):
        assert said in page
    assert not {"granted", "accepted", "renewed"} & set(page.lower().split())
    assert holder.send(f"{at}/application", sent_on="2026-05-11", way="post").status_code == 409

    early = holder.send(f"{at}/certificate", due_on="2026-10-01", came_on="2026-05-15")
    assert early.status_code == 400
    assert "Enter a later one" in early.text
    assert holder.send(f"{at}/certificate", due_on="2028-10-31", came_on="2026-05-15").status_code == 302
    assert [cycle.due_on.year for cycle in list_terms(world, cps)] == [2026, 2028]
    assert "By the certificate that its holder has" in holder.get(f"/people/{person}").text


@on_both
def test_a_receipt_is_added_once_it_is_there_beside_the_files_that_came_before(
    holder: CheckingClient, world: World, carol: tuple[int, int, str]
) -> None:
    person, _, at = carol
    assert holder.send(f"{at}/steps/1/receipt", receipt="R 7").status_code == 404
    _upload(holder, f"{at}/application", picture(), "form.jpg", sent_on="2026-05-11", way="post")
    path = f"{at}/steps/1/receipt"
    assert f'href="{path}">Add the receipt' in holder.get(f"/people/{person}").text
    assert "form.jpg" in holder.get(path).text
    empty = holder.send(path, receipt=" ", expected_no="1")
    assert empty.status_code == 400
    assert "Write what the receipt says, or choose it as a file." in empty.text
    refused = _upload(holder, path, b"nothing", "receipt.txt", receipt="R <7>", expected_no="1")
    assert (refused.status_code, 'value="R &lt;7&gt;"' in refused.text) == (400, True)
    saved = _upload(holder, path, picture(color="blue"), "receipt.jpg", receipt="R 7", expected_no="1")
    assert saved.headers["Location"] == at, "to the certification that it was about"
    page = holder.get(f"/people/{person}").text
    for said in ("Saved: the receipt is with the application.", "Receipt: R 7", "form.jpg", "receipt.jpg"):
        assert said in page
    assert holder.send(path, receipt="R 9", expected_no="1").status_code == 409
    assert 'value="R 7"' in holder.get(path).text
    assert "Comprobante" in holder.get(f"{path}?lang=es").text


def test_what_was_said_of_going_on_is_taken_back_and_what_somebody_changed_meanwhile_is_not_overwritten(
    holder: CheckingClient, world: World, carol: tuple[int, int, str]
) -> None:
    person, cps, at = carol
    assert holder.send(f"{at}/more-time", until_on="2026-12-15", expected_no="").status_code == 400
    kept = holder.send(f"{at}/more-time", words="two <trainings>", until_on="2026-01-01")
    assert kept.status_code == 400
    assert "two &lt;trainings&gt;</textarea>" in kept.text
    assert holder.send(f"{at}/more-time", words="two trainings", until_on="2026-12-15").status_code == 302
    assert "until December 15, 2026" in holder.get(f"/people/{person}").text.replace("\xa0", " ")
    assert holder.send(f"{at}/intentions/1/take-back", expected_no="9").status_code == 409
    assert [said.kind for said in stand(world, cps).intentions] == ["more_time"]
    assert holder.send(f"{at}/intentions/1/take-back", expected_no="1").status_code == 302
    assert stand(world, cps).intentions == ()


def test_a_plan_is_said_changed_and_taken_back_and_stands_in_the_list_of_people(
    holder: CheckingClient, world: World, carol: tuple[int, int, str]
) -> None:
    person, cps, at = carol
    late = holder.send(f"{at}/plan", until_on="2027-05-15")
    assert late.status_code == 400
    assert "That is too late for a plan." in late.text
    assert holder.send(f"{at}/plan", until_on="2026-09-15").status_code == 302
    second = holder.send(f"{at}/plan", until_on="2026-09-16")
    assert second.status_code == 409
    assert 'value="2026-09-16"' in second.text, "to be compared with what is on record"
    assert "a plan for September 15, 2026 was noted" in second.text.replace("\xa0", " ")
    assert holder.send(f"{at}/plan", until_on="2026-09-16", expected_no="1").status_code == 302
    page = holder.get(f"/people/{person}").text.replace("\xa0", " ")
    assert "a plan for September 16, 2026 was noted" in page
    sign_up(holder, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    assert "plan for September 16, 2026" in holder.get("/people").text.replace("\xa0", " ")
    assert holder.send(f"{at}/intentions/1/take-back", expected_no="2").status_code == 302
    assert stand(world, cps).intentions == ()


def test_the_office_reads_what_waits_in_its_own_language_and_answers(
    client: CheckingClient, world: World, carol: tuple[int, int, str]
) -> None:
    _, cps, at = carol
    ask(world, cps)
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    step = send(world, cps)
    page = client.get("/applications?lang=es").text
    assert "Pide más tiempo" in page
    assert "Enviada, respuesta desconocida" in page
    assert f"{at}/intentions/1/answer" in page
    assert client.send(f"{at}/intentions/1/answer", words="No later day was given.", expected_no="1").status_code == 302
    assert client.send(f"{at}/steps/{step}/take-back", reason="", expected_no="1").status_code == 400
    assert (
        client.send(f"{at}/steps/{step}/take-back", reason="the letter came back", expected_no="1").status_code == 302
    )
    assert stand(world, cps).application == "none"
    assert client.get("/applications?kind=sent").status_code == 200


def test_the_programme_takes_it_through_its_steps_and_the_holder_reads_how_far_it_is(
    client: CheckingClient, world: World, carol: tuple[int, int, str]
) -> None:
    person, cps, at = carol
    make_granter(world)
    sign_up(client, world, world.account("grace", Role.PROGRAMME_ADMINISTRATOR))
    assert f'href="{at}/application/received">It was received' in client.get(f"/people/{person}").text
    late = client.send(f"{at}/application/received", on="2026-05-11", postmarked_on="2026-05-12", after="0")
    assert late.status_code == 400
    assert "The postmark can" in late.text
    received = client.send(f"{at}/application/received", on="2026-05-11", postmarked_on="2026-05-08", after="0")
    assert received.status_code == 302
    page = client.get(f"/people/{person}").text
    assert "By that it was in time." in page
    assert client.send(f"{at}/application/returned", on="2026-05-12", after="1").status_code == 400
    assert client.send(f"{at}/application/refused", on="2026-05-12", words="no", after="9").status_code == 409
    assert 'value="2028-10-31"' in client.get(f"{at}/application/granted").text
    granted = client.send(f"{at}/application/granted", on="2026-05-12", due_on="2028-10-31", after="1")
    assert granted.headers["Location"] == f"/people/{person}/certifications/{cps}"
    assert [cycle.due_on.year for cycle in list_terms(world, cps)] == [2026, 2028]
    assert "This cycle was opened by the grant of" in client.get(f"/people/{person}").text
    assert "The grant is taken back" in client.get(f"{at}/steps/2/take-back").text
    assert client.send(f"{at}/steps/2/take-back", reason="a slip", expected_no="1").status_code == 302
    assert stand(world, cps).application == "received"


def test_a_picture_of_the_new_certificate_is_kept_with_it_and_seen_by_the_office(
    holder: CheckingClient, world: World, carol: tuple[int, int, str]
) -> None:
    person, _, at = carol
    kept = _upload(holder, f"{at}/certificate", picture(), "new.jpg", came_on="")
    assert kept.status_code == 400
    assert 'value="1"' in kept.text, "the file is kept while the day is put right"
    refused = _upload(holder, f"{at}/certificate", b"MZ", "run.exe", came_on="2026-05-15", files="1")
    assert refused.status_code == 400
    assert "run.exe" in refused.text
    assert holder.send(f"{at}/certificate", due_on="2028-10-31", came_on="2026-05-15", files="1").status_code == 302
    assert f'href="/people/{person}/evidence/1"' in holder.get(f"/people/{person}").text
    sign_up(holder, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    assert holder.get(f"/people/{person}/evidence/1").status_code == 200


def test_the_office_enters_a_later_day_and_waived_hours_and_takes_them_back(
    client: CheckingClient, world: World, carol: tuple[int, int, str]
) -> None:
    person, cps, at = carol
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    early = client.send(f"{at}/waivers/extension", due_on="2026-10-01", given_by="", words="x <y>")
    assert early.status_code == 400
    assert "x &lt;y&gt;" in early.text
    said = {"from_on": "2026-05-01", "given_by": "The program", "words": "A letter of May 4"}
    assert client.send(f"{at}/waivers/extension", due_on="2026-12-31", **said).status_code == 302
    assert client.send(f"{at}/waivers/waiver", requirement="nothing", **said).status_code == 400
    assert client.send(f"{at}/waivers/waiver", requirement="total", **said).status_code == 302
    page = client.get(f"/people/{person}").text.replace("\xa0", " ")
    for words in (
        "The program gave a later due day, December 31, 2026, from May 1, 2026 on.",
        "The hours of this cycle are waived.",
    ):
        assert words in page
    assert client.send(f"{at}/waivers/1/take-back", reason="a slip", expected_no="1").status_code == 302
    assert list_terms(world, cps)[0].due_on.isoformat() == "2026-10-31"


def _upload(client: CheckingClient, path: str, data: bytes, name: str, **fields: str) -> TestResponse:
    file = (io.BytesIO(data), name)
    return client.post(path, data={"csrf_token": client.token(), "due_on": "2028-10-31", "upload": file, **fields})


def test_with_two_certifications_the_answer_stands_over_the_one_that_was_acted_on(
    holder: CheckingClient, world: World, carol: tuple[int, int, str]
) -> None:
    person, _, _ = carol
    later, _ = world.certify(person, date(2027, 10, 31), number="LATER-1")
    at = f"/people/{person}/certifications/{later}"
    sent = holder.post(
        f"{at}/application",
        data={"csrf_token": holder.token(), "sent_on": "2026-05-11", "way": "post"},
        follow_redirects=True,
    )
    assert sent.request.path == at
    shown = sent.text.partition('aria-current="true"')[0].rpartition("<a href=")[2]
    assert shown.startswith(f'"{at}"'), "the one that is due first"
