"""One deadline for a whole conversation, whatever the server does, or doesn't."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from kit.smtp import Security, SmtpServer, Step

from certtrack.mail.failures import MailFailure, NotTaken, RelayFault, Unknown
from certtrack.mail.smtp import SmtpTransport

FROM, CAROL = "notes@example.org", "carol@example.org"
DATA = b"Message-ID: <1@example.org>\r\nSubject: x\r\n\r\nx\r\n"


@pytest.fixture
def transport(smtp: SmtpServer) -> SmtpTransport:
    return SmtpTransport(smtp.host, smtp.port, "none", "", "", deadline_s=1)


@contextmanager
def over_in_time() -> Iterator[None]:
    """The block takes as long as the deadline, and not half a second more."""
    started = time.monotonic()
    yield
    assert 0.9 < time.monotonic() - started < 1.5


@pytest.mark.parametrize("do", ["silent", "trickle"])
@pytest.mark.parametrize(
    ("at", "kind"), [("connect", RelayFault), ("MAIL", RelayFault), ("RCPT", NotTaken), ("DATA", Unknown)]
)
def test_a_server_that_stops_talking_or_trickles_holds_nobody_past_the_deadline(
    transport: SmtpTransport, smtp: SmtpServer, do: str, at: Step, kind: type[MailFailure]
) -> None:
    smtp.set_behaviour(do, at=at)
    with over_in_time(), pytest.raises(kind), transport.open() as conversation:
        conversation.send(FROM, CAROL, DATA)


def test_the_deadline_is_one_for_all_mails_of_a_conversation(transport: SmtpTransport, smtp: SmtpServer) -> None:
    smtp.set_behaviour("late", at="DATA", seconds=0.4)
    with over_in_time(), transport.open() as conversation:
        for _ in range(2):
            conversation.send(FROM, CAROL, DATA)
        with pytest.raises(Unknown):
            conversation.send(FROM, CAROL, DATA)
    assert smtp.count_taken() == 3, "two that were answered, and one that is in doubt"


def test_a_conversation_is_spent_when_half_of_its_time_is_gone(transport: SmtpTransport, smtp: SmtpServer) -> None:
    with transport.open() as conversation:
        assert not conversation.is_spent()
        smtp.set_behaviour("late", at="DATA", seconds=0.6)
        conversation.send(FROM, CAROL, DATA)
        assert conversation.is_spent()


def test_asking_about_a_sender_ends_by_the_deadline(transport: SmtpTransport, smtp: SmtpServer) -> None:
    smtp.set_behaviour("silent", at="MAIL")
    with over_in_time(), transport.open() as conversation, pytest.raises(RelayFault):
        conversation.check(FROM)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_encryption_that_never_comes_ends_by_the_deadline(smtp: SmtpServer, security: Security) -> None:
    smtp.set_behaviour("silent", at="connect")
    patient = SmtpTransport(smtp.host, smtp.port, security, "", "", deadline_s=1)
    with over_in_time(), pytest.raises(RelayFault), patient.open():
        pytest.fail("there should be no conversation")
