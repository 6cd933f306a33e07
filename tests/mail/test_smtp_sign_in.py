"""Signing in and encryption: a server that doesn't let us in gets no mail, and nobody's mail in the clear."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.smtp import Security, SmtpServer, run_smtp

from certtrack.mail.failures import RelayFault
from certtrack.mail.smtp import SmtpTransport

FROM, CAROL = "notes@example.org", "carol@example.org"
DATA = b"Message-ID: <1@example.org>\r\nSubject: x\r\n\r\nx\r\n"
RIGHT, WRONG = secrets.token_hex(8), secrets.token_hex(8)
ENCRYPTED: tuple[Security, ...] = ("starttls", "tls")


@pytest.fixture(params=ENCRYPTED)
def encrypted(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SmtpServer]:
    security: Security = request.param
    with run_smtp(tmp_path / "smtp", username="notes", password=RIGHT, security=security) as server:
        yield server


def reach(server: SmtpServer, *, security: Security | None = None, password: str = RIGHT) -> SmtpTransport:
    return SmtpTransport(
        server.host,
        server.port,
        security or server.config["security"],
        server.config["username"],
        password,
        deadline_s=5,
        tls=server.make_tls(),
    )


def fail(transport: SmtpTransport) -> RelayFault:
    with pytest.raises(RelayFault) as fault, transport.open():
        pytest.fail("there should be no conversation")
    return fault.value


def test_a_mail_goes_out_signed_in_and_encrypted(encrypted: SmtpServer) -> None:
    with reach(encrypted).open() as conversation:
        assert conversation.send(FROM, CAROL, DATA).code == 250
    assert [taken.data for taken in encrypted.list_taken()] == [DATA]


def test_a_wrong_password_is_the_servers_fault_and_nobodys(encrypted: SmtpServer) -> None:
    fault = fail(reach(encrypted, password=WRONG))
    assert (fault.reason, fault.code) == ("sign_in", 535)
    assert WRONG not in fault.answer


def test_a_certificate_of_an_unknown_authority_is_not_trusted(encrypted: SmtpServer, tmp_path: Path) -> None:
    stranger = SmtpTransport(encrypted.host, encrypted.port, encrypted.config["security"], "notes", RIGHT, 5)
    assert fail(stranger).reason == "tls"


@pytest.mark.parametrize("security", ENCRYPTED)
def test_a_certificate_of_another_name_is_not_trusted(security: Security, tmp_path: Path) -> None:
    with run_smtp(tmp_path / "smtp", security=security, certified_for="elsewhere.example.org") as server:
        assert fail(reach(server)).reason == "tls"


def test_a_server_without_encryption_gets_no_mail_where_encryption_is_set(smtp: SmtpServer) -> None:
    fault = fail(SmtpTransport(smtp.host, smtp.port, "starttls", "", "", 5))
    assert fault.reason == "tls"


def test_a_server_that_speaks_before_encrypting_gets_no_mail_where_encryption_is_set(smtp: SmtpServer) -> None:
    assert fail(SmtpTransport(smtp.host, smtp.port, "tls", "", "", 5)).reason == "tls"


def test_a_server_that_asks_for_encryption_takes_nothing_in_the_clear(tmp_path: Path) -> None:
    with run_smtp(tmp_path / "smtp", security="starttls") as server:
        with reach(server, security="none").open() as conversation, pytest.raises(RelayFault) as fault:
            conversation.send(FROM, CAROL, DATA)
        assert (fault.value.reason, server.count_taken()) == ("sender", 0)


def test_a_server_that_knows_no_sign_in_is_at_fault_where_one_is_set(smtp: SmtpServer) -> None:
    assert fail(SmtpTransport(smtp.host, smtp.port, "none", "notes", RIGHT, 5)).reason == "sign_in"


def test_a_server_that_asks_for_a_sign_in_takes_nothing_without(tmp_path: Path) -> None:
    with run_smtp(tmp_path / "smtp", username="notes", password=RIGHT) as server:
        transport = SmtpTransport(server.host, server.port, "none", "", "", 5)
        with transport.open() as conversation, pytest.raises(RelayFault) as fault:
            conversation.send(FROM, CAROL, DATA)
        assert (fault.value.reason, server.count_taken()) == ("sender", 0)


def test_a_connection_that_was_not_let_in_is_closed(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    with run_smtp(tmp_path / "smtp", username="notes", password=RIGHT) as server:
        for _ in range(3):
            fail(reach(server, password=WRONG))
    assert not recwarn.list
