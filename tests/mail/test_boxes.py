"""Where reports arrive: a real Maildir, and a folder on a server that speaks IMAP."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kit.imap import ImapServer, run_imap
from kit.ports import find_port
from kit.reports import holiday, postfix

from certtrack.mail.boxes import Box, BoxFault, ImapBox, MaildirBox, list_boxes, make_imap_box
from certtrack.mail.reports import MOST_BYTES
from certtrack.settings import load_settings


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    return tmp_path / "box"


@pytest.fixture(scope="module")
def server() -> Iterator[ImapServer]:
    with run_imap() as found:
        yield found


def box_of(server: ImapServer, **values: Any) -> ImapBox:
    fields: dict[str, Any] = {
        "host": "127.0.0.1", "port": server.port, "username": "office", "password": "secret", "folder": "Reports",
        "tls": server.make_tls(),
    }  # fmt: skip
    return ImapBox(**(fields | values))


def read(box: Box, *, is_understood: bool = True) -> list[bytes]:
    """What is new in the box, each marked."""
    found = []
    for letter in box.letters():
        letter.mark(is_understood)
        found.append(letter.data)
    return found


def test_what_was_understood_is_moved_to_cur_as_read_and_what_was_not_with_a_flag(maildir: Path) -> None:
    (maildir / "new" / "1.host").write_bytes(postfix())
    assert read(MaildirBox(maildir)) == [postfix()]
    (maildir / "new" / "2.host").write_bytes(holiday())
    assert read(MaildirBox(maildir), is_understood=False) == [holiday()]
    assert sorted(file.name for file in (maildir / "cur").iterdir()) == ["1.host:2,S", "2.host:2,F"]
    assert (maildir / "cur" / "1.host:2,S").read_bytes() == postfix()
    assert read(MaildirBox(maildir)) == []


def test_a_message_that_was_not_marked_is_there_the_next_time(maildir: Path) -> None:
    (maildir / "new" / "1.host").write_bytes(postfix())
    assert [letter.data for letter in MaildirBox(maildir).letters()] == [postfix()]
    assert read(MaildirBox(maildir)) == [postfix()]


def test_a_message_that_another_process_takes_meanwhile_is_passed_over(maildir: Path) -> None:
    for number in (1, 2):
        (maildir / "new" / f"{number}.host").write_bytes(postfix())
    letters = MaildirBox(maildir).letters()
    first = next(letters)
    for number in (1, 2):
        (maildir / "new" / f"{number}.host").rename(maildir / "cur" / f"{number}.host:2,S")
    first.mark(True)
    assert list(letters) == []
    assert len(list((maildir / "cur").iterdir())) == 2


def test_a_folder_that_is_no_maildir_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BoxFault, match="no Maildir"):
        read(MaildirBox(tmp_path))


def test_a_folder_of_a_server_is_read_and_marked_alike(server: ImapServer) -> None:
    first, second = server.put(postfix()), server.put(holiday() + b"x" * 2 * MOST_BYTES)
    data, cut = (letter.data for letter in box_of(server).letters())
    assert (data, len(cut)) == (postfix(), MOST_BYTES)
    for letter, is_understood in zip(box_of(server).letters(), (True, False), strict=True):
        letter.mark(is_understood)
    assert (server.flags[first], server.flags[second]) == ({r"\SEEN"}, {r"\FLAGGED"})
    assert read(box_of(server)) == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"password": "wrong"}, "doesn't let us read"),
        ({"folder": "Elsewhere"}, "doesn't let us read"),
        ({"tls": ssl.create_default_context()}, "can't be reached"),
        ({"port": find_port()}, "can't be reached"),
    ],
    ids=["password", "folder", "certificate", "nobody there"],
)
def test_a_server_that_cannot_be_read_is_told_in_a_sentence(
    server: ImapServer, values: dict[str, Any], words: str
) -> None:
    with pytest.raises(BoxFault, match=words) as refused:
        read(box_of(server, **values))
    assert "office" not in str(refused.value)


def test_the_settings_name_the_boxes(tmp_path: Path) -> None:
    assert list_boxes(load_settings()) == []
    settings = load_settings(bounce_maildir=tmp_path, bounce_imap_host="imap.example.org", bounce_imap_folder="Reports")
    maildir, imap = list_boxes(settings)
    assert maildir == MaildirBox(tmp_path)
    assert isinstance(imap, ImapBox)
    assert (imap.host, imap.port, imap.folder) == ("imap.example.org", 993, "Reports")
    with pytest.raises(BoxFault, match="CERTTRACK_BOUNCE_IMAP_HOST"):
        make_imap_box(load_settings())
