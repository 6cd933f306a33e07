"""The bytes and headers of a mail: the same each time, and no name can bend them."""

import re
import subprocess
import sys
from datetime import date
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.mails import BASE, Read, link_mail, make_envelope, make_item, read

from certtrack.mail.compose import compose_reminders
from certtrack.mail.names import clean_name

DAY = date(2026, 9, 1)
HEADERS = [
    "Message-ID", "Date", "From", "To", "Reply-To", "Subject", "Auto-Submitted", "Content-Language", "MIME-Version",
    "Content-Type",
]  # fmt: skip


def compose(locale: str = "en", **values: str | None) -> bytes:
    return compose_reminders(make_envelope(locale, **values), called="Carol", items=[make_item(today=DAY)])


def head_of(data: bytes) -> bytes:
    return data.partition(b"\r\n\r\n")[0]


def test_the_headers_are_these_and_no_other() -> None:
    message = read(compose()).message
    assert sorted(message.keys()) == sorted(HEADERS)
    assert message["Message-ID"] == "<7@example.org>"
    assert message["Date"] == "Fri, 15 May 2026 17:00:00 +0000"
    assert message["From"] == "Lakeside Peers <notes@example.org>"
    assert message["To"] == "Carol Example <carol@example.org>"
    assert message["Reply-To"] == "Lakeside Peers <office@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "en"
    assert message.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in message.iter_parts()] == ["multipart/alternative", "text/calendar"]


def test_without_a_day_for_the_calendar_there_are_only_the_two_texts() -> None:
    assert link_mail("account_link").message.get_content_type() == "multipart/alternative"


def test_one_click_is_offered_only_where_there_is_an_address_for_it() -> None:
    address = f"{BASE}/mail/12345678/stop/{'a' * 60}"
    offered = head_of(compose(unsubscribe=address)).split(b"\r\n")
    assert f"List-Unsubscribe: <{address}>".encode() in offered  # whole, on one line and not coded
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in offered
    assert b"List-Unsubscribe" not in head_of(compose())


@pytest.mark.parametrize(
    ("locale", "subject"), [("en", "A date to keep in mind"), ("es", "Una fecha para tener presente")]
)
def test_the_subject_speaks_of_a_date_alone(locale: str, subject: str) -> None:
    assert read(compose(locale)).message["Subject"] == subject


def test_without_an_address_of_the_office_there_is_no_reply_to() -> None:
    assert read(compose(reply_to=None)).message["Reply-To"] is None


def test_a_sender_with_a_name_of_its_own_still_shows_the_office() -> None:
    assert read(compose(mail_from="CertTrack <notes@example.org>")).message["From"] == (
        "Lakeside Peers <notes@example.org>"
    )


def test_equal_input_gives_equal_bytes_in_another_process_too() -> None:
    code = (
        f"import sys; sys.path[:0] = {[path for path in sys.path if path]!r};"
        "from datetime import date; from hashlib import sha256;"
        "from kit.mails import make_envelope, make_item; from certtrack.mail.compose import compose_reminders;"
        "data = compose_reminders(make_envelope(), called='Carol', items=[make_item(today=date(2026, 9, 1))]);"
        "print(sha256(data).hexdigest())"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert other.strip() == sha256(compose()).hexdigest()


def test_each_part_of_each_mail_has_a_boundary_of_its_own() -> None:
    mails = [read(compose()).message, read(compose(message_id="<8@example.org>")).message]
    wholes = [part for mail in mails for part in mail.walk() if part.is_multipart()]
    assert len({whole.get_boundary() for whole in wholes}) == len(wholes) == 4


@pytest.mark.parametrize("locale", ["en", "es"])
def test_every_line_ends_as_smtp_wants_it_and_is_short_ascii(locale: str) -> None:
    data = compose(locale, to_name="Zo\u00eb " + "\u00e9" * 300, office_name="Pares \U0001f499, S. A.")
    assert data.isascii()
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    assert max(map(len, data.split(b"\r\n"))) < 998


def test_a_long_message_id_stays_as_it_is() -> None:
    message_id = f"<{'0' * 36}@{'a' * 50}.{'b' * 50}.example.org>"
    data = compose(message_id=message_id)
    assert message_id.encode() in head_of(data).replace(b"\r\n ", b"")
    assert b"=?" not in head_of(data)


@pytest.mark.parametrize(
    "name",
    [
        "Carol\r\nBcc: dave@example.org",
        "Carol\nBcc: dave@example.org\n\nbody",
        "Carol\u2028Bcc: dave@example.org",
        "Carol\x0b\x0c\x85Bcc: dave@example.org",
        "dave@example.org>, <dave@example.org",
        'Carol" <dave@example.org>, "x',
        "Example, Carol; Dave: <dave@example.org>;",
        "\u202egro.elpmaxe@evad",
        "\U0001f499 Zo\u00eb, \u674e\u96f7 " * 12,
        "=?utf-8?q?=0D=0ABcc:_dave=40example.org?=",
        "",
    ],
    ids=[
        "crlf",
        "lf",
        "line separator",
        "other breaks",
        "brackets",
        "quotes",
        "group",
        "turned",
        "emoji",
        "coded",
        "none",
    ],
)
def test_no_name_bends_a_header(name: str) -> None:
    mail = read(compose(to_name=name, office_name=name or "Lakeside Peers"))
    assert_unbent(mail)


@given(st.text(max_size=120))
def test_any_text_at_all_is_only_a_name(name: str) -> None:
    data = compose(to_name=name, office_name=name)
    assert_unbent(read(data))
    assert re.search(rb"(?im)^bcc:", head_of(data)) is None


def test_marks_that_turn_a_line_round_are_taken_out() -> None:
    assert clean_name(" A\u202eB\u2066C\tD\r\n E ") == "ABC D E"


@pytest.mark.parametrize(
    "address", ["carol@example.org\r\nBcc: dave@example.org", "carol@example.org, dave@example.org"]
)
def test_an_address_that_is_more_than_one_is_refused(address: str) -> None:
    with pytest.raises(Exception, match=r"(?i)invalid|address"):
        compose(to_address=address)


def assert_unbent(mail: Read) -> None:
    assert sorted(mail.message.keys()) == sorted(HEADERS)
    for header, address in (
        ("To", "carol@example.org"),
        ("From", "notes@example.org"),
        ("Reply-To", "office@example.org"),
    ):
        assert [one.addr_spec for one in mail.message[header].addresses] == [address]
