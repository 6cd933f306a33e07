"""Certificates on pages: sent with the form, never lost by another mistake, seen by right, and never more than seen."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.credit_pages import TYPED, Office, read
from kit.credits import list_events
from kit.databases import on_both
from kit.files import EXE, SVG, keep, locked_pdf, pdf, photo, picture
from kit.world import World
from PIL import Image
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from certtrack.db.models import Evidence
from certtrack.errors import Refused
from certtrack.logs import configure_logs
from certtrack.security import Role
from certtrack.services.evidence.limits import LARGEST, LARGEST_MB, MOST_FILES, BadFile
from certtrack.web import uploads
from certtrack.web.parts import EXTENSION


def send(client: CheckingClient, path: str, *files: tuple[bytes, str], **typed: Any) -> TestResponse:
    upload = [(io.BytesIO(data), name) for data, name in files]
    answer = client.post(path, data=TYPED | {"csrf_token": client.token(), "upload": upload} | typed)
    answer.request.environ["wsgi.input"].close()  # a large body lies in a file that Werkzeug's client leaves open
    return answer


def list_chosen(page: str) -> list[str]:
    return re.findall(r'name="files" value="(\d+)"', page)


def count_evidence(office: Office) -> int:
    with office.world.database.reading() as session:
        return session.scalar(select(func.count(Evidence.id))) or 0


@pytest.fixture
def folder(app: Flask) -> Path:
    settings = app.extensions[EXTENSION].settings
    return Path(settings.instance) / "evidence"


@on_both
def test_a_photo_that_is_sent_is_the_proof_and_is_linked_on_the_page(
    carol: CheckingClient, office: Office, folder: Path
) -> None:
    sent = send(carol, office.new, (photo((3000, 2000)), "IMG_1.jpg"), (pdf(pages=2), "ethics.pdf"), proof="none")

    assert sent.location == office.saved()
    (credit,) = office.load()
    assert credit.proof == "file"
    assert "Certificate: IMG_1.jpg (picture) ; ethics.pdf (PDF, 2 pages)" in read(carol.get(office.credits).text)
    shown = carol.get(f"{office.page}/evidence/1/pages/1")
    with Image.open(io.BytesIO(shown.data)) as image:
        assert (image.size, dict(image.getexif())) == ((1600, 2400), {})
    assert shown.mimetype == "image/jpeg"
    assert len(list(folder.glob("*/*"))) == 2
    assert list_events(office.world, "evidence") == [("evidence.kept", [office.carol])] * 2


def test_with_another_mistake_a_file_is_kept_and_comes_back_by_name(carol: CheckingClient, office: Office) -> None:
    wrong = send(carol, office.new, (picture(), "my <b>scan.jpg"), amount="much")

    assert wrong.status_code == 400
    assert "my &lt;b&gt;scan.jpg" in wrong.text
    assert list_chosen(wrong.text) == ["1"]
    assert send(carol, office.new, files=list_chosen(wrong.text), proof="").location == office.saved()
    assert (office.load()[0].proof, count_evidence(office)) == ("file", 1)


def test_the_same_file_once_more_is_kept_once(carol: CheckingClient, office: Office, folder: Path) -> None:
    send(carol, office.new, (picture(), "a.jpg"), (picture(), "b.jpg"))
    send(carol, office.new, (picture(), "c.jpg"), title="Another")

    assert (count_evidence(office), len(list(folder.glob("*/*")))) == (1, 1)
    assert read(carol.get(office.credits).text).count("Certificate: a.jpg") == 2


REFUSED = (
    (EXE, "certificate.pdf", "“certificate.pdf” wasn't taken: only JPEG, PNG and WebP pictures and PDF files are."),
    (SVG, "logo.svg", "“logo.svg” wasn't taken: only JPEG"),
    (locked_pdf(), "locked.pdf", "“locked.pdf” wasn't taken: it asks for a password."),
    (b"", "empty.jpg", "“empty.jpg” wasn't taken: it is empty."),
    (b"\xff\xd8\xff" + bytes(LARGEST), "big.jpg", f"“big.jpg” wasn't taken: it is larger than {LARGEST_MB} MB."),
)


@pytest.mark.parametrize(("data", "name", "says"), REFUSED, ids=[name for _, name, _ in REFUSED])
def test_a_file_that_is_not_taken_is_named_and_nothing_typed_is_lost(
    carol: CheckingClient, office: Office, folder: Path, data: bytes, name: str, says: str
) -> None:
    answer = send(carol, office.new, (picture(), "good.jpg"), (data, name), title="Kept title")
    page = read(answer.text)

    assert answer.status_code == 400
    assert f"One thing to fix {says}" in page
    assert re.search(r'<li><a href="#upload">', answer.text)
    assert 'value="Kept title"' in answer.text
    assert "good.jpg Kept safely picture" in page
    assert (office.load(), count_evidence(office), len(list(folder.glob("*/*")))) == ([], 1, 1)


def test_more_files_than_a_credit_has_are_refused(carol: CheckingClient, office: Office) -> None:
    answer = send(carol, office.new, *[(b"", f"{number}.jpg") for number in range(MOST_FILES)], (picture(), "last.jpg"))
    assert f"“last.jpg” wasn't taken: those are more than {MOST_FILES} files." in read(answer.text)


def test_a_file_beyond_its_limit_is_not_even_kept_for_a_moment() -> None:
    file = uploads.BoundedFile(10)
    assert [file.write(b"123456"), file.write(b"789012")] == [6, 6]
    file.seek(0)
    assert (file.read(), file.is_cut, file.is_lost) == (b"1234567890", True, False)
    file.close()


def test_a_file_that_a_full_disk_does_not_take_is_named_and_nothing_typed_is_lost(
    carol: CheckingClient, office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs("text")
    monkeypatch.setattr(uploads, "TemporaryFile", lambda **_: io.FileIO("/dev/full", "w"))
    answer = send(carol, office.new, (picture(), "a.jpg"), title="Kept title")
    assert answer.status_code == 400
    assert "“a.jpg” wasn't taken: it couldn't be kept just now. Add it again in a while." in read(answer.text)
    assert 'value="Kept title"' in answer.text
    assert "file_not_kept" in capsys.readouterr().err


def test_a_folder_that_cannot_be_used_is_in_the_log_whoever_writes_or_reads(
    carol: CheckingClient, office: Office, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs("text")
    number = keep(office.world, folder, office.carol)
    folder.rename(folder.with_name("elsewhere"))
    folder.write_text("a file where the folder should be")
    page = read(send(carol, office.new, (photo((90, 60)), "a.jpg")).text)
    assert "“a.jpg” wasn't taken: it couldn't be kept just now." in page
    assert carol.get(f"{office.page}/evidence/{number}/preview").status_code == 503
    said = capsys.readouterr().err
    assert ("file_not_kept" in said, "files_away" in said) == (True, True)


def test_after_two_files_that_are_too_hard_the_rest_is_asked_for_later(
    carol: CheckingClient, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise BadFile("too_hard")

    monkeypatch.setattr(uploads, "take_in", refuse)
    page = read(send(carol, office.new, *[(picture(), f"{name}.jpg") for name in "abc"]).text)
    assert page.count("opening it takes too much") == 4  # in the summary and at the field
    assert page.count("“c.jpg” wasn't taken: it couldn't be kept just now.") == 2


def test_of_whoever_is_not_signed_in_no_file_is_kept_and_what_was_typed_is_shown(
    client: CheckingClient, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    room: list[int] = []

    def begin(most: int) -> uploads.BoundedFile:
        room.append(most)
        return own(most)

    own = uploads.BoundedFile
    monkeypatch.setattr(uploads, "BoundedFile", begin)
    answer = client.post(office.new, data=TYPED | {"upload": [(io.BytesIO(picture()), "a.jpg")]})
    assert room == [0]
    assert "What you typed, to take along Ethics for peers" in read(answer.text)


def test_what_does_not_come_on_record_leaves_no_file(
    carol: CheckingClient, office: Office, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise Refused("Not now.")

    monkeypatch.setattr(uploads, "record_evidence", refuse)
    assert send(carol, office.new, (picture(), "a.jpg")).status_code == 409
    assert list(folder.glob("*/*")) == []


def test_without_the_right_to_log_no_file_is_opened(
    client: CheckingClient, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "take_in", pytest.fail)
    sign_up(client, office.world, office.world.account("dave", Role.SPECIALIST, person_id=office.world.person("Dave")))
    assert send(client, office.new, (picture(), "a.jpg")).status_code == 404


def test_a_file_is_said_to_be_the_proof_only_where_there_is_one(carol: CheckingClient, office: Office) -> None:
    assert "No file is here yet. Add one below, or choose another answer." in read(
        send(carol, office.new, proof="file").text
    )


def test_a_file_that_is_gone_meanwhile_is_asked_for_again(carol: CheckingClient, office: Office) -> None:
    answer = send(carol, office.new, files=["99", "x"])
    assert (answer.status_code, "isn't here any more. Add it once more." in answer.text) == (400, True)


def test_amending_shows_the_files_and_takes_away_what_is_not_chosen(
    carol: CheckingClient, office: Office, folder: Path
) -> None:
    one, two = keep(office.world, folder, office.carol), keep(office.world, folder, office.carol, pdf(), name="b.pdf")
    credit = office.log(3, areas=("ethics_boundaries",), files=(one, two))
    path = f"{office.page}/credits/{credit}/amend"
    assert list_chosen(carol.get(path).text) == [str(one), str(two)]

    wrong = send(carol, path, files=[str(two)], expected_no="1", amount="much")
    assert (list_chosen(wrong.text), "Keep it after all" in wrong.text) == ([str(two)], True)
    back = carol.send(f"{office.page}/credits/{credit}/files", files=str(two), back=str(one), expected_no="1")
    assert list_chosen(carol.get(back.location).text) == [str(one), str(two)]
    assert send(carol, path, files=[str(two)], expected_no="1").location == office.saved()

    assert "Certificate: b.pdf (PDF, 1 page)" in read(carol.get(office.credits).text)
    late = send(carol, path, files=[str(one)], expected_no="1")
    assert "Files You typed a.jpg On record now b.pdf" in read(late.text)


def test_beside_a_credit_that_waits_its_files_are_shown(client: CheckingClient, office: Office, folder: Path) -> None:
    office.log(3, files=(keep(office.world, folder, office.carol),))
    sign_up(client, office.world, office.world.account("bob", Role.SUPERVISOR, person_id=office.bob))

    queue = client.get("/credits").text
    assert f'<img src="{office.page}/evidence/1/pages/1" alt="Certificate for “Ethics for peers”"' in queue
    assert "Certificate As a file" in read(queue)
    assert client.get(f"{office.page}/evidence/1/preview").mimetype == "image/jpeg"
    assert client.get(f"{office.page}/evidence/1/pages/1").status_code == 200
    assert list_events(office.world, "evidence")[1:] == [("evidence.viewed", [office.carol])] * 2


def test_ones_own_file_is_looked_at_without_an_event(carol: CheckingClient, office: Office, folder: Path) -> None:
    keep(office.world, folder, office.carol)
    carol.get(f"{office.page}/evidence/1/preview")
    assert len(list_events(office.world, "evidence")) == 1


def test_the_original_of_a_pdf_is_saved_and_never_shown(carol: CheckingClient, office: Office, folder: Path) -> None:
    data = pdf() + b"<script>alert(1)</script>"
    paper = keep(office.world, folder, office.carol, data, name='é".pdf')
    path = f"{office.page}/evidence/{paper}"

    page = carol.get(path).text
    assert (page.count("<img"), f'href="{path}/original"' in page) == (1, True)
    answer = carol.get(f"{path}/original")
    assert answer.data == data
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"] == "no-store"


def test_of_a_picture_there_is_no_original_and_of_a_file_no_more_pages_than_it_has(
    carol: CheckingClient, office: Office, folder: Path
) -> None:
    keep(office.world, folder, office.carol)
    for part in ("original", "pages/0", "pages/2", f"pages/{2**31}"):
        assert carol.get(f"{office.page}/evidence/1/{part}").status_code == 404


def test_whoever_may_not_see_a_file_gets_what_nobody_gets(
    client: CheckingClient, office: Office, folder: Path, world: World
) -> None:
    world.certify(erin := world.person("Erin"), world.today.replace(month=10, day=31))
    theirs = keep(world, folder, erin)
    office.log(3, files=(keep(world, folder, office.carol),))
    sign_up(client, world, world.account("carol", Role.SPECIALIST, person_id=office.carol))

    for part in ("", "/preview", "/pages/1", "/original"):
        assert client.get(f"/people/{erin}/evidence/{theirs}{part}").status_code == 404
        assert client.get(f"{office.page}/evidence/{theirs}{part}").status_code == 404
    assert list_events(world, "evidence") == [("evidence.kept", [erin]), ("evidence.kept", [office.carol])]


def test_files_are_told_in_spanish(carol: CheckingClient, office: Office) -> None:
    carol.get(f"{office.credits}?lang=es")
    page = read(send(carol, office.new, (EXE, "a.pdf")).text)
    assert "“a.pdf” no se aceptó: solo se aceptan imágenes JPEG, PNG y WebP y archivos PDF." in page
