"""Handing mails to a real mail server, and what each of its answers means."""

import pytest
from kit.smtp import SmtpServer

from certtrack.mail.failures import MailFailure, NotTaken, RecipientRefused, RelayFault, Unknown
from certtrack.mail.smtp import SmtpTransport, make_transport
from certtrack.mail.transport import Answer
from certtrack.settings import load_settings

FROM, CAROL, DAVE = "notes@example.org", "carol@example.org", "dave@example.org"
DATA = b"Message-ID: <1@example.org>\r\nSubject: A date\r\n\r\nGood day\r\n"


@pytest.fixture
def transport(smtp: SmtpServer) -> SmtpTransport:
    return SmtpTransport(smtp.host, smtp.port, "none", "", "", deadline_s=5)


def send(transport: SmtpTransport, to_address: str = CAROL, data: bytes = DATA) -> Answer:
    with transport.open() as conversation:
        return conversation.send(FROM, to_address, data)


def fail(transport: SmtpTransport, to_address: str = CAROL, data: bytes = DATA) -> MailFailure:
    with pytest.raises(MailFailure) as failed:
        send(transport, to_address, data)
    return failed.value


def test_a_mail_that_was_taken_gives_the_servers_answer(transport: SmtpTransport, smtp: SmtpServer) -> None:
    assert send(transport) == Answer(250, "OK")
    [taken] = smtp.list_taken()
    assert (taken.sender, taken.recipients, taken.data) == (FROM, (CAROL,), DATA)


@pytest.mark.parametrize("at", ["RCPT", "DATA"])
@pytest.mark.parametrize("code", ["421", "450", "451"])
def test_a_code_of_the_four_hundreds_means_not_taken(
    transport: SmtpTransport, smtp: SmtpServer, code: str, at: str
) -> None:
    smtp.set_behaviour(code, at="DATA" if at == "DATA" else "RCPT")
    failure = fail(transport)
    assert isinstance(failure, NotTaken)
    assert failure.code == int(code)
    assert smtp.count_taken() == 0


@pytest.mark.parametrize("code", ["550", "554"])
def test_a_recipient_who_is_refused_is_refused_for_the_address(
    transport: SmtpTransport, smtp: SmtpServer, code: str
) -> None:
    smtp.set_behaviour(code, at="RCPT", address=CAROL)
    failure = fail(transport)
    assert isinstance(failure, RecipientRefused)
    assert (failure.reason, failure.code) == ("address_refused", int(code))


@pytest.mark.parametrize("code", ["550", "554"])
def test_a_mail_that_is_refused_after_its_bytes_is_refused_as_a_mail(
    transport: SmtpTransport, smtp: SmtpServer, code: str
) -> None:
    smtp.set_behaviour(code, at="DATA", address=CAROL)
    failure = fail(transport)
    assert isinstance(failure, RecipientRefused)
    assert (failure.reason, failure.code) == ("mail_refused", int(code))
    assert smtp.count_taken() == 0


def test_an_answer_is_kept_without_the_address_in_it(transport: SmtpTransport, smtp: SmtpServer) -> None:
    smtp.set_behaviour("550")
    assert fail(transport).answer == "not now, and not for <address>"


@pytest.mark.parametrize("code", ["450", "550"])
def test_a_refused_sender_is_the_servers_fault_and_no_recipients(
    transport: SmtpTransport, smtp: SmtpServer, code: str
) -> None:
    smtp.set_behaviour(code, at="MAIL")
    failure = fail(transport)
    assert isinstance(failure, RelayFault)
    assert (failure.reason, failure.code) == ("sender", int(code))


@pytest.mark.parametrize("code", ["421", "554"])
def test_a_server_that_greets_with_a_refusal_is_at_fault(transport: SmtpTransport, smtp: SmtpServer, code: str) -> None:
    smtp.set_behaviour(code, at="connect")
    failure = fail(transport)
    assert isinstance(failure, RelayFault)
    assert (failure.reason, failure.code) == ("greeting", int(code))


def test_no_server_means_no_connection(transport: SmtpTransport, smtp: SmtpServer) -> None:
    smtp.stop()
    failure = fail(transport)
    assert isinstance(failure, RelayFault)
    assert (failure.reason, failure.code) == ("no_connection", None)


def test_a_server_that_hangs_up_instead_of_greeting_means_no_connection(
    transport: SmtpTransport, smtp: SmtpServer
) -> None:
    smtp.set_behaviour("close", at="connect")
    failure = fail(transport)
    assert isinstance(failure, RelayFault)
    assert failure.reason == "no_connection"


def test_a_line_lost_before_the_bytes_means_not_taken(transport: SmtpTransport, smtp: SmtpServer) -> None:
    smtp.set_behaviour("close", at="RCPT")
    assert isinstance(fail(transport), NotTaken)


def test_a_line_lost_at_the_sender_is_the_servers_fault(transport: SmtpTransport, smtp: SmtpServer) -> None:
    smtp.set_behaviour("close", at="MAIL")
    failure = fail(transport)
    assert isinstance(failure, RelayFault)
    assert failure.reason == "no_connection"


@pytest.mark.parametrize(("do", "taken"), [("close_within", 0), ("close", 0), ("close_after", 1)])
def test_a_line_lost_from_the_first_byte_to_the_answer_leaves_it_unknown(
    transport: SmtpTransport, smtp: SmtpServer, do: str, taken: int
) -> None:
    smtp.set_behaviour(do, at="DATA")
    failure = fail(transport)
    assert isinstance(failure, Unknown)
    assert failure.code is None
    assert smtp.count_taken() == taken


def test_several_mails_go_over_one_connection(transport: SmtpTransport, smtp: SmtpServer) -> None:
    with transport.open() as conversation:
        smtp.set_behaviour("421", at="connect")
        for _ in range(3):
            conversation.send(FROM, CAROL, DATA)
    assert smtp.count_taken() == 3


@pytest.mark.parametrize(("code", "at"), [("450", "RCPT"), ("550", "RCPT"), ("450", "DATA"), ("554", "DATA")])
def test_a_refused_mail_leaves_the_connection_to_the_next(
    transport: SmtpTransport, smtp: SmtpServer, code: str, at: str
) -> None:
    smtp.set_behaviour(code, at="DATA" if at == "DATA" else "RCPT", address=CAROL)
    with transport.open() as conversation:
        smtp.set_behaviour("421", at="connect")
        with pytest.raises(MailFailure):
            conversation.send(FROM, CAROL, DATA)
        assert not conversation.is_spent()
        conversation.send(FROM, DAVE, DATA)
    assert [taken.recipients for taken in smtp.list_taken()] == [(DAVE,)]


@pytest.mark.parametrize("do", ["421", "close"])
def test_a_conversation_is_spent_once_the_server_has_left_it(
    transport: SmtpTransport, smtp: SmtpServer, do: str
) -> None:
    smtp.set_behaviour(do, at="RCPT")
    with transport.open() as conversation:
        with pytest.raises(NotTaken):
            conversation.send(FROM, CAROL, DATA)
        assert conversation.is_spent()


def test_an_error_in_taking_leave_undoes_nothing(transport: SmtpTransport, smtp: SmtpServer) -> None:
    with transport.open() as conversation:
        assert conversation.send(FROM, CAROL, DATA).code == 250
        smtp.stop()
    assert smtp.count_taken() == 1


@pytest.mark.parametrize("address", ["cárol@example.org", "carol@example.org\r\nRCPT TO:<dave@example.org>"])
def test_an_address_that_no_command_can_hold_is_refused_and_the_next_mail_goes_out(
    transport: SmtpTransport, smtp: SmtpServer, address: str
) -> None:
    with transport.open() as conversation:
        with pytest.raises(RecipientRefused) as refused:
            conversation.send(FROM, address, DATA)
        assert refused.value.reason == "address_refused"
        assert not conversation.is_spent()
        conversation.send(FROM, CAROL, DATA)
    assert [taken.recipients for taken in smtp.list_taken()] == [(CAROL,)]


def test_asking_whether_a_sender_is_taken_sends_nothing(transport: SmtpTransport, smtp: SmtpServer) -> None:
    with transport.open() as conversation:
        conversation.check(FROM)
        assert smtp.count_taken() == 0
        conversation.send(FROM, CAROL, DATA)
    assert smtp.count_taken() == 1


@pytest.mark.parametrize(("do", "reason"), [("550", "sender"), ("close", "no_connection")])
def test_asking_about_a_sender_who_is_not_taken_says_why(
    transport: SmtpTransport, smtp: SmtpServer, do: str, reason: str
) -> None:
    smtp.set_behaviour(do, at="MAIL")
    with transport.open() as conversation, pytest.raises(RelayFault) as refused:
        conversation.check(FROM)
    assert refused.value.reason == reason


def test_a_sender_with_a_name_is_an_address_alone_on_the_envelope(transport: SmtpTransport, smtp: SmtpServer) -> None:
    with transport.open() as conversation:
        conversation.check("Lakeside Peers <notes@example.org>")
        conversation.send("Lakeside Peers <notes@example.org>", CAROL, DATA)
    assert smtp.list_taken()[0].sender == FROM


def test_the_transport_is_made_as_the_settings_say(monkeypatch: pytest.MonkeyPatch, smtp: SmtpServer) -> None:
    monkeypatch.setenv("CERTTRACK_SMTP_HOST", smtp.host)
    monkeypatch.setenv("CERTTRACK_SMTP_PORT", str(smtp.port))
    monkeypatch.setenv("CERTTRACK_SMTP_SECURITY", "none")
    monkeypatch.setenv("CERTTRACK_MAIL_DEADLINE_S", "7")
    made = make_transport(load_settings())
    assert made.deadline_s == 7
    assert send(made).code == 250


def test_a_transport_does_not_show_its_password() -> None:
    assert "open sesame" not in repr(SmtpTransport("mail.example.org", 25, "tls", "notes", "open sesame", 60))
