"""Alarms outside: JSON to a real web server, a mail by a real mail server; in time, without anybody's data."""

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from kit.ports import find_port
from kit.smtp import SmtpServer
from kit.webhook import Listener, listen

from certtrack.mail.alarm import AlarmMail, AlarmMessage, NotTold
from certtrack.mail.smtp import SmtpTransport
from certtrack.mail.webhook import Webhook

AT = datetime(2026, 5, 15, 17, 30, tzinfo=UTC)
MESSAGE = AlarmMessage("raised", "job_late", AT, None, "plan_reminders", "https://records.example.org", AT)


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listen() as listener:
        yield listener


def make_mail(smtp: SmtpServer, *, deadline_s: float = 5) -> AlarmMail:
    transport = SmtpTransport(smtp.host, smtp.port, "none", "", "", deadline_s)
    return AlarmMail(transport, "notes@example.org", "alarms@example.org")


def find_trouble(way: Webhook | AlarmMail) -> str:
    with pytest.raises(NotTold) as caught:
        way.tell(MESSAGE)
    return caught.value.trouble


def test_a_webhook_is_told_what_it_is_since_when_and_where_with_its_token(listener: Listener) -> None:
    Webhook(listener.address, "secret", 5).tell(MESSAGE)
    [told] = listener.told
    text = told.pop("text")
    assert told == {
        "product": "CertTrack",
        "installation": "https://records.example.org",
        "event": "raised",
        "kind": "job_late",
        "detail": "plan_reminders",
        "since": "2026-05-15T17:30:00+00:00",
        "until": None,
        "sent_at": "2026-05-15T17:30:00+00:00",
    }
    assert text.startswith("Alarm: A job is late. Seen on May 15, 2026, 5:30 PM UTC: ")
    assert listener.headers[0]["Authorization"] == "Bearer secret"
    assert listener.headers[0]["Content-Type"] == "application/json"
    assert listener.paths == ["/alarms?of=certtrack"]
    Webhook(listener.address, "", 5).tell(replace(MESSAGE, event="over", until=AT))
    assert "Authorization" not in listener.headers[1]
    assert listener.told[1]["text"].startswith("The alarm is over: A job is late.")


@pytest.mark.parametrize(("status", "trouble"), [(500, "http_500"), (403, "http_403"), (302, "http_302")])
def test_only_a_yes_counts_and_nobody_is_told_whom_the_settings_dont_name(
    listener: Listener, status: int, trouble: str
) -> None:
    listener.status, listener.location = status, f"http://127.0.0.1:{listener.port}/elsewhere"
    assert find_trouble(Webhook(listener.address, "", 5)) == trouble
    assert listener.paths == ["/alarms?of=certtrack"]


def test_a_webhook_that_is_down_or_silent_costs_the_deadline_at_most(listener: Listener) -> None:
    assert find_trouble(Webhook(f"http://127.0.0.1:{find_port()}", "", 5)) == "no_connection"
    listener.silent_s = 2
    began = time.monotonic()
    assert find_trouble(Webhook(listener.address, "", 0.3)) == "no_connection"
    assert time.monotonic() - began < 1.5


def test_what_answers_without_speaking_http_is_no_yes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert find_trouble(Webhook(f"http://127.0.0.1:{port}", "", 0.3)) == "no_connection"
        assert find_trouble(Webhook(f"https://127.0.0.1:{port}", "", 0.3)) == "no_connection"


def test_an_alarm_by_mail_says_it_in_both_languages_and_where_to_look(smtp: SmtpServer) -> None:
    make_mail(smtp).tell(MESSAGE)
    [taken] = smtp.list_taken()
    mail = message_from_bytes(taken.data, policy=policy.default)
    assert taken.recipients == ("alarms@example.org",)
    assert (mail["Subject"], mail["Auto-Submitted"]) == ("CertTrack: alarm: A job is late", "auto-generated")
    assert str(mail["From"]) == "CertTrack <notes@example.org>"
    text = " ".join(mail.get_content().split())
    assert "Alarm: A job is late. Seen on May 15, 2026, 5:30 PM UTC" in text
    assert "Alarma: Una tarea va con retraso." in text
    assert text.endswith("https://records.example.org/jobs")


@pytest.mark.parametrize(("at", "do", "trouble"), [("MAIL", "550", "sender"), ("RCPT", "550", "recipient")])
def test_a_mail_server_that_refuses_says_at_which_step(smtp: SmtpServer, at: str, do: str, trouble: str) -> None:
    smtp.set_behaviour(do, at=at)  # type: ignore[arg-type]  # one of the steps
    assert find_trouble(make_mail(smtp)) == trouble
    smtp.stop()
    assert find_trouble(make_mail(smtp)) == "no_connection"


@pytest.mark.parametrize("event", ["raised", "open", "over", "test"])
@pytest.mark.parametrize(
    "kind", ["scheduler_silent", "relay_stopped", "mail_late", "job_late", "job_broken", "database_away"]
)
def test_every_alarm_has_its_words_in_both_languages(event: str, kind: str) -> None:
    message = replace(MESSAGE, event=event, kind=kind, until=AT)  # type: ignore[arg-type]  # one of the events
    assert message.say("en") != message.say("es")
    assert message.say_head("en") != message.say_head("es")
