"""Delivery in tests: to a real mail server, at the world's moment, with waits and leases that are over when told."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from kit.planning import Planner
from kit.smtp import SmtpServer
from kit.world import World
from sqlalchemy import select, update

from certtrack.db.models import Alarm, Attempt, Email, Finding, RelayState, Reminder
from certtrack.db.types import db_now
from certtrack.mail.smtp import SmtpTransport
from certtrack.mail.transport import Answer, Conversation, Transport
from certtrack.services.delivery.leasing import Terms
from certtrack.services.delivery.outbox import make_message_id, queue_now
from certtrack.services.delivery.sending import deliver, deliver_now
from certtrack.services.standing import projecting_once
from certtrack.signing import make_signer

DUE = date(2026, 10, 31)
STAGE_DAY = date(2026, 5, 4)
"""The first stage of everybody who is due on `DUE`: 180 days before."""

FROM = "notes@example.org"


def make_terms(bounce_address: str = "") -> Terms:
    """A lease of 30 s and a deadline of 5 s, with keys of its own."""
    links, bounces = (make_signer("the tests' key", purpose) for purpose in ("links", "bounces"))
    return Terms(30, 5, FROM, "https://certtrack.example.org", links, bounces, bounce_address)


@cache
def load_authorities() -> ssl.SSLContext:
    """Whom this machine trusts: read once, for it is longer than most deliveries."""
    return ssl.create_default_context()


def never() -> bool:
    """Nobody asked to stop."""
    return False


@dataclass
class Deliverer:
    """Delivers as the job does, at the world's moment, over the test's mail server."""

    world: World
    planner: Planner
    smtp: SmtpServer
    terms: Terms = field(default_factory=make_terms)

    @property
    def transport(self) -> SmtpTransport:
        deadline_s = self.terms.deadline_s
        return SmtpTransport(self.smtp.host, self.smtp.port, "none", "", "", deadline_s, load_authorities())

    def deliver(
        self, *, over: Transport | None = None, stop: Callable[[], bool] = never, worker: str = "here:1"
    ) -> dict[str, int]:
        """One run of `deliver_mail`; its counts."""
        world = self.world
        return deliver(
            world.database,
            world.rulebook,
            over or self.transport,
            self.terms,
            clock=world.clock,
            worker=worker,
            stop=stop,
        )

    def deliver_now(self, *, over: Transport | None = None, stop: Callable[[], bool] = never) -> dict[str, int]:
        """One run of `deliver_now_mail`; its counts."""
        world = self.world
        return deliver_now(
            world.database, over or self.transport, self.terms, clock=world.clock, worker="here:2", stop=stop
        )

    def ripen(self, *people: int, due_on: date = DUE) -> list[int]:
        """Have the first stage of a certification of each of these people reached and planned; the cycles."""
        cycles = [self.world.certify(person_id, due_on)[1] for person_id in people]
        self.planner.look(STAGE_DAY)
        return cycles

    def ripen_many(self, size: int) -> list[int]:
        """As many people, each with a ripe reminder; their numbers."""
        with self.world.database.writing() as session, projecting_once(session, self.world.rulebook, at=self.world.at):
            people = [self.world.add_person(session) for _ in range(size)]
            for person_id in people:
                self.world.add_certification(session, person_id, DUE)
        self.planner.look(STAGE_DAY)
        return people

    def queue(self, address: str = "alice@example.org", *, token: str = "x", **values: Any) -> int:  # noqa: S107
        """Queue a mail that somebody waits for, valid for an hour unless told otherwise; its number."""
        at = self.world.at
        message_id = make_message_id("account_link", address, token, number=1, mail_from=FROM)
        data = f"Message-ID: {message_id}\r\nSubject: x\r\n\r\n{token}\r\n".encode()
        given = {"valid_until": at + timedelta(hours=1)} | values
        with self.world.database.writing() as session:
            return queue_now(session, address=address, data=data, message_id=message_id, at=at, **given).id

    def emails(self) -> list[Email]:
        """Every mail, in the order of composing."""
        with self.world.database.reading() as session:
            return list(session.scalars(select(Email).order_by(Email.id)))

    def email(self) -> Email:
        """The only mail."""
        [email] = self.emails()
        return email

    def attempts(self) -> list[Attempt]:
        """Every attempt, in the order of trying."""
        with self.world.database.reading() as session:
            return list(session.scalars(select(Attempt).order_by(Attempt.id)))

    def outcomes(self) -> list[str]:
        """Their outcomes."""
        return [attempt.outcome for attempt in self.attempts()]

    def states(self) -> list[str]:
        """The states of all mails."""
        return [email.state for email in self.emails()]

    def findings(self, kind: str = "mail_refused") -> list[Finding]:
        """The open findings of that kind."""
        query = select(Finding).where(Finding.kind == kind, Finding.settled_at.is_(None))
        with self.world.database.reading() as session:
            return list(session.scalars(query.order_by(Finding.id)))

    def alarm(self) -> str | None:
        """What the open alarm about the mail server says; None where there is none."""
        query = select(Alarm.detail).where(Alarm.kind == "relay_stopped", Alarm.cleared_at.is_(None))
        with self.world.database.reading() as session:
            return session.scalar(query)

    def is_stopped(self) -> bool:
        """True while mail is stopped for everybody."""
        with self.world.database.reading() as session:
            state = session.get(RelayState, 1)
            return state is not None and state.stopped_since is not None

    def recipients(self) -> list[str]:
        """To whom mails came, in order."""
        return [taken.recipients[0] for taken in self.smtp.list_taken()]

    def message_ids(self) -> list[str]:
        """The Message-IDs of what came, in order."""
        return [taken.message_id for taken in self.smtp.list_taken()]

    def seconds_until(self, moment: Any) -> float:
        """From now on the database's clock until a column's moment, such as `Reminder.retry_at`."""
        with self.world.database.reading() as session:
            found: datetime = session.scalars(select(moment).where(moment.is_not(None))).one()
            now = session.scalars(select(db_now())).one()
        return (found - now).total_seconds()

    def seconds_until_probe(self) -> float:
        """From now on the database's clock until a mail server that takes nothing is asked again."""
        return self.seconds_until(RelayState.next_probe_at)

    def end_waits(self) -> None:
        """Every wait after an attempt is over."""
        with self.world.database.writing() as session:
            session.execute(update(Reminder).where(Reminder.retry_at.is_not(None)).values(retry_at=db_now(-1)))
            waiting = Email.state.in_(("ready", "unknown"))
            session.execute(update(Email).where(waiting).values(leased_until=db_now(-1)))

    def end_leases(self) -> None:
        """Every lease has run out."""
        with self.world.database.writing() as session:
            session.execute(update(Email).where(Email.state == "leased").values(leased_until=db_now(-1)))

    def end_minute(self) -> None:
        """The minute until the next probe is over."""
        with self.world.database.writing() as session:
            session.execute(update(RelayState).values(next_probe_at=db_now(-1)))


@dataclass(frozen=True)
class Meddling:
    """A way out over another one, on which something happens before each mail is handed on, or after it was."""

    over: Transport
    before: Callable[[], None] = lambda: None
    after: Callable[[], None] = lambda: None

    @contextmanager
    def open(self) -> Iterator["_Meddled"]:
        with self.over.open() as conversation:
            yield _Meddled(self, conversation)


@dataclass(frozen=True)
class _Meddled:
    way: Meddling
    conversation: Conversation

    def send(self, envelope_from: str, to_address: str, data: bytes) -> Answer:
        self.way.before()
        answer = self.conversation.send(envelope_from, to_address, data)
        self.way.after()
        return answer

    def check(self, envelope_from: str) -> None:
        self.conversation.check(envelope_from)

    def is_spent(self) -> bool:
        return self.conversation.is_spent()


@pytest.fixture
def deliverer(world: World, planner: Planner, smtp: SmtpServer) -> Deliverer:
    """A deliverer of the test's world; runs on both kinds of database."""
    return Deliverer(world, planner, smtp)
