"""Mails as files, where no mail server is set."""

import stat
from pathlib import Path

import pytest

from certtrack.mail.failures import RelayFault
from certtrack.mail.files import FileTransport, name_file
from certtrack.mail.smtp import SmtpTransport
from certtrack.mail.transport import Answer
from certtrack.mail.way_out import choose_transport
from certtrack.settings import load_settings

FROM, CAROL = "notes@example.org", "carol@example.org"
DATA = b"Message-ID: <1@example.org>\r\nDate: Fri, 15 May 2026 12:00:00 -0500\r\nSubject: x\r\n\r\nx\r\n"
NAME = "20260515T170000Z-1@example.org.eml"


def send(folder: Path, data: bytes = DATA) -> Answer:
    with FileTransport(folder).open() as conversation:
        return conversation.send(FROM, CAROL, data)


def test_a_mail_is_a_file_that_holds_its_very_bytes(tmp_path: Path) -> None:
    assert send(tmp_path / "mail") == Answer(None, "written to a file")
    assert {file.name: file.read_bytes() for file in (tmp_path / "mail").iterdir()} == {NAME: DATA}


def test_only_their_owner_reads_mails(tmp_path: Path) -> None:
    send(tmp_path / "mail")
    assert stat.S_IMODE((tmp_path / "mail" / NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "mail").stat().st_mode) == 0o700


def test_the_same_mail_again_is_the_same_file_again(tmp_path: Path) -> None:
    send(tmp_path)
    send(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == [NAME]


def test_two_mails_of_one_moment_are_two_files(tmp_path: Path) -> None:
    send(tmp_path)
    send(tmp_path, DATA.replace(b"<1@", b"<2@"))
    assert len(list(tmp_path.iterdir())) == 2


def test_a_mail_that_can_not_be_written_whole_is_not_there(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    with FileTransport(tmp_path).open() as conversation, pytest.raises(RelayFault) as fault:
        conversation.send(FROM, CAROL, DATA)
    assert fault.value.reason == "file"
    assert list(tmp_path.glob("*.eml")) == [tmp_path / NAME]


def test_a_folder_that_is_a_file_is_the_ways_fault(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("not a folder")
    with pytest.raises(RelayFault) as fault, FileTransport(tmp_path / "mail").open():
        pytest.fail("there should be no conversation")
    assert fault.value.reason == "file"


def test_a_folder_that_can_not_be_written_to_is_the_ways_fault() -> None:
    with pytest.raises(RelayFault) as fault:
        send(Path("/proc/self"))  # where not even root makes files
    assert fault.value.reason == "file"


def test_a_conversation_with_a_folder_is_never_spent(tmp_path: Path) -> None:
    with FileTransport(tmp_path).open() as conversation:
        conversation.check(FROM)
        conversation.send(FROM, CAROL, DATA)
        assert not conversation.is_spent()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (DATA, NAME),
        (b"Message-ID: <../../etc/x@example.org>\r\n\r\n", "19700101T000000Z-....etcx@example.org.eml"),
        (b"Subject: x\r\n\r\n", "19700101T000000Z-no-id.eml"),
        (b"Message-ID: <1@example.org>\r\nDate: some day\r\n\r\n", "19700101T000000Z-1@example.org.eml"),
    ],
)
def test_a_file_is_named_after_the_mails_own_moment_and_number(data: bytes, name: str) -> None:
    assert name_file(data) == name


def test_without_a_mail_server_mails_go_into_the_instance(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CERTTRACK_INSTANCE", str(tmp_path))
    assert choose_transport(load_settings()) == FileTransport(tmp_path / "mail")


def test_with_a_mail_server_mails_go_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CERTTRACK_SMTP_HOST", "mail.example.org")
    assert isinstance(choose_transport(load_settings()), SmtpTransport)
