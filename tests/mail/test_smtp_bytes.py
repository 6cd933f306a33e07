"""What is stored is what arrives, byte by byte, at each attempt."""

from datetime import UTC, datetime

import pytest
from kit.smtp import SmtpServer

from certtrack.mail.compose import compose_link
from certtrack.mail.content import Envelope
from certtrack.mail.failures import RecipientRefused, Unknown
from certtrack.mail.smtp import SmtpTransport

FROM, CAROL = "notes@example.org", "carol@example.org"
AT = datetime(2026, 5, 15, 17, tzinfo=UTC)
HEAD = b"Message-ID: <1@example.org>\r\nSubject: x\r\n\r\n"


@pytest.fixture
def transport(smtp: SmtpServer) -> SmtpTransport:
    return SmtpTransport(smtp.host, smtp.port, "none", "", "", deadline_s=5)


def compose(locale: str = "en") -> bytes:
    envelope = Envelope(
        message_id="<7@example.org>",
        sent_at=AT,
        mail_from=FROM,
        office_name="Lakeside Peers",
        reply_to=None,
        to_address=CAROL,
        to_name="Carol Example",
        locale=locale,
        base_url="https://certtrack.example.org",
    )
    link = "https://certtrack.example.org/password/x"
    return compose_link(envelope, "account_link", called="Carol", link=link, valid_until=AT, zone="America/Chicago")


@pytest.mark.parametrize("locale", ["en", "es"])
def test_two_attempts_with_one_mail_are_the_same_byte_by_byte(
    transport: SmtpTransport, smtp: SmtpServer, locale: str
) -> None:
    data = compose(locale)
    smtp.set_behaviour("close_after", at="DATA")
    with transport.open() as conversation, pytest.raises(Unknown):
        conversation.send(FROM, CAROL, data)
    smtp.behave()
    with transport.open() as conversation:
        conversation.send(FROM, CAROL, data)
    first, second = smtp.list_taken()
    assert first.data == second.data == data
    assert first.data.count(b"Message-ID:") == 1


@pytest.mark.parametrize(
    "body",
    [
        b".\r\n..\r\n.x\r\n",
        b"x" * 998 + b"\r\n",
        b"." + b"x" * 996 + b"\r\nlast\r\n",
        "Se\u00f1ora\r\n".encode(),
        b"\r\n\r\n\r\n",
        b"x\r\n" * 20_000,
    ],
    ids=["dots", "998", "dot and 997", "utf-8", "empty lines", "60 kB"],
)
def test_whatever_a_body_holds_arrives_as_it_is(transport: SmtpTransport, smtp: SmtpServer, body: bytes) -> None:
    with transport.open() as conversation:
        conversation.send(FROM, CAROL, HEAD + body)
    assert smtp.list_taken()[0].data == HEAD + body


def test_a_line_that_is_too_long_for_the_server_is_the_mails_fault(transport: SmtpTransport, smtp: SmtpServer) -> None:
    with transport.open() as conversation, pytest.raises(RecipientRefused) as refused:
        conversation.send(FROM, CAROL, HEAD + b"x" * 5_000 + b"\r\n")
    assert (refused.value.reason, refused.value.code) == ("mail_refused", 500)
    assert smtp.count_taken() == 0
