"""Recertifying on its pages: each Save says that nothing was sent, and a keeper never sounds like a granter."""

import io
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from kit.applications import bring_certificate, make_granter, stand, take_back
from kit.client import CheckingClient, sign_up
from kit.counting import counting_statements
from kit.credit_pages import Office, read
from kit.files import keep, pdf, picture
from kit.many import multiply
from kit.recertifying import put_words
from kit.world import World

from certtrack.clock import FixedClock
from certtrack.resources import get_resource
from certtrack.security import Role
from certtrack.services.organizations import end_affiliation, find_affiliation
from certtrack.services.rulebook import load_rulebook
from certtrack.web.parts import EXTENSION

NEVER_A_KEEPERS = re.compile(r"submit|grant|renew|accepted|approv|present|otorg|renov|concedi|aprob", re.IGNORECASE)
MOST = 12


@pytest.fixture
def at(office: Office) -> str:
    return f"{office.page}/certifications/{office.cps}"


def walk(client: CheckingClient, at: str, lang: str) -> dict[str, str]:
    """What a reader sees of each page, the packet too."""
    names = (
        "recertify",
        *(f"recertify/{step}" for step in ("hours", "evidence", "statement", "fee", "send")),
        "packet",
    )
    return {name: read(client.get(f"{at}/{name}?lang={lang}").text) for name in names}


def test_each_step_is_saved_by_itself_and_every_save_says_that_nothing_was_sent(
    carol: CheckingClient, office: Office, world: World, at: str
) -> None:
    put_words(world, "We keep to our word.")
    office.log(3, areas=["ethics_boundaries"])
    start = read(carol.get(f"{at}/recertify").text)
    assert "Nothing has been sent to the program yet." in start
    assert "Go on: Hours" in start
    assert f'href="{at}/recertify">Recertify, step by step' in carol.get(office.page).text

    page = carol.get(f"{at}/recertify/hours").text
    mark = re.search(r'name="seen" value="([0-9a-f]{16})"', page)
    assert mark
    assert "Ethics for peers" in read(page)
    saved = carol.send(f"{at}/recertify/hours", seen=mark[1])
    assert saved.headers["Location"] == f"{at}/recertify/evidence"
    evidence = carol.get(f"{at}/recertify/evidence").text
    assert "Saved. Nothing has been sent to the program yet." in read(evidence), "the toast"
    carol.send(f"{at}/recertify/evidence", papers="application", seen="")

    wrong = carol.send(f"{at}/recertify/statement", typed_name="Carol <i>", sha256="")
    assert wrong.status_code == 400
    assert "Tick that you agree" in wrong.text
    assert 'value="Carol &lt;i&gt;"' in wrong.text
    stale = carol.send(f"{at}/recertify/statement", typed_name="Carol", agree="y", sha256="0" * 64)
    assert stale.status_code == 409
    shown = re.search(r'name="sha256" value="([0-9a-f]{64})"', stale.text)
    assert shown
    carol.send(f"{at}/recertify/statement", typed_name="Carol", agree="y", sha256=shown[1], language="en")
    assert carol.send(f"{at}/recertify/fee", fee_way="paid", paid_on="soon").status_code == 400
    carol.send(f"{at}/recertify/fee", fee_way="enclosed", fee_words="check 7")
    last = carol.send(f"{at}/recertify/send", do="save", way="post", sent_on="not yet", receipt="R 7")
    assert last.headers["Location"] == f"{at}/recertify"

    seen = read(carol.get(f"{at}/recertify").text)
    assert "Nothing has been sent to the program yet." in seen
    assert seen.count("Saved, not sent") == 3
    assert "Agreed" in seen
    assert "Changed since you saved it" in seen, "the mark of the certificates was none"
    assert stand(world, office.cps).application == "none"
    assert 'value="not yet"' in carol.get(f"{at}/recertify/send").text
    packet = read(carol.get(f"{at}/packet").text)
    for words in (
        "Nothing has been sent",
        "☑ The program's application form",
        "check 7",
        "We keep to our word.",
        "as “Carol”",
    ):
        assert words in packet


def test_a_keepers_pages_and_packet_never_say_a_granters_words(
    carol: CheckingClient, office: Office, world: World, at: str
) -> None:
    put_words(world, "We keep to our word.", "Cumplimos.")
    office.log(3, proof="none")
    for lang in ("en", "es"):
        for sent in (False, True):
            if sent:
                carol.send(f"{at}/recertify/send", do="send", way="post", sent_on="2026-05-11")
            for name, text in walk(carol, at, lang).items():
                assert not NEVER_A_KEEPERS.findall(text), (name, lang, sent)
        take_back(world, 1 if lang == "en" else 2)


def test_the_packet_is_in_the_programs_language_and_all_around_it_in_the_readers(
    app: Flask, carol: CheckingClient, office: Office, at: str, tmp_path: Path
) -> None:
    office.log(3)
    page = carol.get(f"{at}/packet?lang=es").text
    around, _, sheet = page.partition('<div class="packet__sheet" lang="en">')
    assert "Está en inglés, para que el programa lo lea." in around
    for words in ("What goes along", "Signature", "October\xa031,\xa02026", "1 credit that counts"):
        assert words in sheet
    assert not re.search("Firma|Créditos|octubre", sheet.partition("</main>")[0])
    assert 'class="packet__sheet">' in carol.get(f"{at}/packet?lang=en").text

    pack = (get_resource("config") / "packs" / "us-wi-cps.toml").read_text()
    changed = pack.replace("version = 1", "version = 2", 1).replace("2022-01-01", "2022-01-02", 1)
    changed = changed.replace("[authority]", '[authority]\nlanguage = "es"', 1)
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "us-wi-cps.toml").write_text(changed)
    app.extensions[EXTENSION].rulebook = load_rulebook(tmp_path)
    spanish = carol.get(f"{at}/packet?lang=en").text.partition('<div class="packet__sheet" lang="es">')
    assert "It is in Spanish, for the program to read." in spanish[0]
    assert "Firma" in spanish[2]


def test_what_was_sent_is_seen_on_the_list_and_the_new_certificate_comes_next(
    carol: CheckingClient, office: Office, world: World, at: str
) -> None:
    bad = carol.send(f"{at}/recertify/send", do="send", way="", sent_on="2026-05-16", enclosed="form <b>")
    assert bad.status_code == 400
    assert 'value="form &lt;b&gt;"' in bad.text
    assert "That day is still to come" in bad.text
    file = {"csrf_token": carol.token(), "do": "send", "way": "post", "sent_on": "2026-05-11", "receipt": "R 7"}
    done = carol.post(f"{at}/recertify/send", data={**file, "upload": (io.BytesIO(picture()), "receipt.jpg")})
    assert done.headers["Location"] == f"{at}/recertify"
    page = carol.get(f"{at}/recertify").text
    assert "Sent on May 11, 2026 by post; we can't see the answer." in read(page)
    assert f'href="{at}/certificate">My new certificate has come' in page
    assert carol.send(f"{at}/recertify/fee", fee_way="later").status_code == 409
    assert "receipt.jpg" in carol.get(office.page).text
    bring_certificate(world, office.cps, world.today.replace(year=2028, month=10, day=31))
    assert "Nothing has been sent to the program yet." in read(carol.get(f"{at}/recertify").text)


def test_under_a_granter_it_is_submitted_and_there_is_no_packet(
    carol: CheckingClient, office: Office, world: World, at: str
) -> None:
    make_granter(world)
    assert "Nothing has been submitted yet." in read(carol.get(f"{at}/recertify").text)
    assert carol.get(f"{at}/packet").status_code == 404
    carol.send(f"{at}/recertify/fee", fee_way="paid", paid_on="2026-05-11")
    assert "Saved. Nothing has been submitted yet." in read(carol.get(f"{at}/recertify/send").text)
    assert (
        carol.send(f"{at}/recertify/send", do="send", way="online", sent_on="2026-05-12", after="9").status_code == 409
    )
    carol.send(f"{at}/recertify/send", do="send", way="online", sent_on="2026-05-12", after="0")
    assert "The application was submitted on May 12, 2026." in read(carol.get(f"{at}/recertify").text)
    assert stand(world, office.cps).application == "submitted"


def test_a_supervisor_prepares_but_never_agrees_and_whoever_has_left_or_is_another_sees_nothing(
    client: CheckingClient, office: Office, world: World, at: str
) -> None:
    put_words(world, "We keep to our word.")
    sign_up(client, world, world.account("bob", Role.SUPERVISOR, person_id=office.bob))
    assert "Only Carol Example can agree to this" in read(client.get(f"{at}/recertify/statement").text)
    assert client.send(f"{at}/recertify/statement", agree="y", typed_name="Bob").status_code == 404
    assert client.send(f"{at}/recertify/fee", fee_way="by_office").status_code == 302
    sign_up(client, world, world.account("else", Role.SUPERVISOR, person_id=world.person("Else")))
    assert {client.get(f"{at}/{name}").status_code for name in ("recertify", "recertify/fee", "packet")} == {404}
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    assert client.get(f"{at}/packet").status_code == 200
    with world.database.writing() as session:
        lasting = find_affiliation(session, office.carol, world.organization_id)
        assert lasting
        end_affiliation(
            session, lasting, world.today - timedelta(days=1), reason=None, actor=world.actor, at=world.at
        )  # fmt: skip
    assert {client.get(f"{at}/{name}").status_code for name in ("recertify", "recertify/fee", "packet")} == {404}


def test_each_page_asks_no_more_than_it_may_with_forty_credits(
    app: Flask, client: CheckingClient, office: Office, world: World, at: str
) -> None:
    put_words(world, "We keep to our word.")
    file = keep(world, app.extensions[EXTENSION].settings.instance / "evidence", office.carol, pdf())
    office.log(1, files=(file,))
    multiply(world.database, 39, {"credit": None})
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    asked = {}
    for name in (
        "recertify",
        *(f"recertify/{step}" for step in ("hours", "evidence", "statement", "fee", "send")),
        "packet",
    ):
        with counting_statements(app.extensions[EXTENSION].database) as statements:
            assert client.get(f"{at}/{name}").status_code == 200
        asked[name] = len(statements)
    with counting_statements(app.extensions[EXTENSION].database) as statements:
        client.get("/wordings")
    asked["wordings"] = len(statements)
    assert {name: number for name, number in asked.items() if number > MOST} == {}


def test_an_office_puts_in_its_own_words_and_what_was_typed_stays_where_somebody_was_faster(
    client: CheckingClient, world: World
) -> None:
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    form = f"/wordings/{world.organization_id}/new"
    assert "The example that comes with CertTrack" in client.get("/wordings").text
    empty = client.send(form, text_en=" ", text_es="Hola <b>", from_on="2020-01-01")
    assert empty.status_code == 400
    assert "Hola &lt;b&gt;</textarea>" in empty.text
    today = world.today.replace(year=2030).isoformat()
    assert client.send(form, text_en="Ours.", from_on=today, expected_no="0").status_code == 302
    late = client.send(form, text_en="Mine.", from_on=today, expected_no="0")
    assert late.status_code == 409
    assert "Mine.</textarea>" in late.text
    assert 'name="expected_no" value="1"' in late.text
    assert client.get("/wordings/99999/new").status_code == 404
    assert "Wording 1" in read(client.get("/wordings?lang=en").text)


def test_every_shipped_packs_steps_have_their_pages(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, world: World
) -> None:
    used = ("*", "us-mn-cprs", "icrc-pr", "mha-ncps", "us-mo-cps")
    monkeypatch.setenv("CERTTRACK_PACKS", " ".join(used))
    world.rulebook = load_rulebook(Path("nowhere"), used)
    client: CheckingClient = request.getfixturevalue("client")
    client.application.extensions[EXTENSION].clock = FixedClock(world.at)
    carol = world.person("Carol")
    sign_up(client, world, world.account("carol", Role.SPECIALIST, person_id=carol))
    found = {}
    for key in sorted({pack.key for pack in world.rulebook.packs.list()}):
        number, _ = world.certify(carol, world.today + timedelta(days=100), pack=key)
        at = f"/people/{carol}/certifications/{number}"
        start = client.get(f"{at}/recertify").text
        steps = set(re.findall(rf'href="{at}/recertify/([a-z]+)"', start))
        pages = (*(f"recertify/{step}" for step in steps), "packet")
        found[key] = "send" in steps and {client.get(f"{at}/{name}").status_code for name in pages} == {200}
    assert [key for key, is_there in found.items() if not is_there] == []
    assert len(found) >= 17


def test_what_only_may_count_stands_apart_from_what_counts_with_the_reason(
    carol: CheckingClient, office: Office, at: str
) -> None:
    office.log(3)
    office.log(1, title="Seen later", form="recorded")
    for page in ("recertify/hours", "recertify/evidence", "packet"):
        shown = read(carol.get(f"{at}/{page}").text)
        sure, _, unsure = shown.partition("1 credit may count")
        assert ("Seen later" in sure, "Seen later" in unsure) == (False, True), page
        assert "May count: whether hours of this form count isn't published" in unsure, page
    assert "1 credit that counts" in read(carol.get(f"{at}/packet").text)


def test_a_day_on_which_the_office_paid_is_kept_and_one_that_cannot_be_is_refused_beside_it(
    carol: CheckingClient, at: str
) -> None:
    carol.send(f"{at}/recertify/fee", fee_way="by_office", paid_on="2026-05-11")
    assert 'value="2026-05-11"' in carol.get(f"{at}/recertify/fee").text
    assert "The office pays it. Paid on May 11, 2026." in read(carol.get(f"{at}/packet").text)
    wrong = carol.send(f"{at}/recertify/fee", fee_way="later", paid_on="2026-05-11")
    assert (wrong.status_code, 'value="2026-05-11"' in wrong.text) == (400, True)
    assert "A day stands here, but by what is chosen above it isn't paid yet." in read(wrong.text)


def test_the_window_is_named_where_one_is_published(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, world: World
) -> None:
    monkeypatch.setenv("CERTTRACK_PACKS", "us-wi-* us-oh-prs")
    world.rulebook = load_rulebook(Path("nowhere"), ("us-wi-*", "us-oh-prs"))
    client: CheckingClient = request.getfixturevalue("client")
    client.application.extensions[EXTENSION].clock = FixedClock(world.at)
    carol = world.person("Carol")
    sign_up(client, world, world.account("carol", Role.SPECIALIST, person_id=carol))
    for pack, due, said in (
        ("us-oh-prs", date(2027, 3, 31), "The application can be sent from December 31, 2026 on."),
        ("us-oh-prs", date(2026, 6, 30), "It has been possible to send it since April 1, 2026."),
        ("us-wi-cps", date(2026, 10, 31), None),
    ):
        number, _ = world.certify(carol, due, pack=pack)
        page = read(client.get(f"/people/{carol}/certifications/{number}/recertify").text)
        assert said in page if said else " sent from " not in page


def test_by_when_the_program_recommends_to_send_it_stands_with_the_window_and_how_sure(
    request: pytest.FixtureRequest, world: World, tmp_path: Path
) -> None:
    packs = tmp_path / "instance" / "packs"
    packs.mkdir(parents=True)
    [text] = [file.read_text() for file in (get_resource("config") / "packs").glob("us-oh-prs.toml")]
    text = text.replace("us-oh-prs", "asks-early").replace("[window]\n", "[window]\nrecommended_days_before = 45\n")
    (packs / "asks-early.toml").write_text(text)
    world.rulebook = load_rulebook(tmp_path / "instance")
    client: CheckingClient = request.getfixturevalue("client")
    client.application.extensions[EXTENSION].clock = FixedClock(world.at)
    carol = world.person("Carol")
    sign_up(client, world, world.account("carol", Role.SPECIALIST, person_id=carol))
    number, _ = world.certify(carol, date(2026, 6, 30), pack="asks-early")
    for page, said in (
        ("/home?lang=en", "The program recommends sending it 45 days before the due day ("),
        ("/home?lang=es", "El programa recomienda enviarla 45 días antes del día de vencimiento ("),
        (f"/people/{carol}/certifications/{number}/recertify?lang=en", "recommends sending it 45 days before the due"),
    ):
        assert said in read(client.get(page).text), page
