"""Somebody with two addresses in tests, and a late reminder of theirs, which goes to both."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from kit.delivery import DUE, Deliverer
from kit.planning import Planner
from kit.world import World
from sqlalchemy import select, update

from certtrack.db.models import Email, ReminderEmail
from certtrack.db.types import db_now

LATE_DAY = date(2026, 10, 16)
"""The stage 14 days before `DUE`, moved from a Saturday: the first that goes to both addresses."""

PRIVATE, WORK = "carol@home.example", "carol@work.example"


@dataclass
class Late:
    """Carol's late reminder, and what becomes of it at her private address, which is the first, and at work."""

    world: World
    planner: Planner
    deliverer: Deliverer
    person_id: int = 0
    cycle_id: int = 0

    def ripen(self, on: date = LATE_DAY, **values: Any) -> None:
        """Have it planned; `values` are Carol's."""
        self.person_id = self.world.person("Carol", address=PRIVATE, **({"work_address": WORK} | values))
        self.cycle_id = self.world.certify(self.person_id, DUE)[1]
        self.planner.look(on)

    def ripen_anew(self) -> None:
        """Have another one planned, for a world in which there is no other Carol: her first may have had any fate."""
        if self.person_id:
            self.planner.close(self.cycle_id)
            self.planner.change(self.person_id, private_address=None, work_address=None)
            with self.world.database.writing() as session:
                session.execute(update(Email).values(address="gone@work.example"))
        self.ripen()

    def row_id(self) -> int:
        """The late reminder's number."""
        return self.planner.row(self.cycle_id, "before_14").id

    def behave_so(self, private: str = "accept", work: str = "accept", *, at: Any = "RCPT") -> None:
        """What the mail server does with each of the two from now on."""
        for address, do in ((PRIVATE, private), (WORK, work)):
            self.deliverer.smtp.set_behaviour(do, at=at, address=address)

    def go_on(self) -> dict[str, int]:
        """Deliver once every wait is over."""
        self.deliverer.end_waits()
        return self.deliverer.deliver()

    def says(self, stage: str = "before_14") -> str:
        """What the ledger says of it."""
        return self.planner.says(self.cycle_id)[stage]

    def carried_by(self, stage: str = "before_14") -> str:
        """The address of the mail that it is in."""
        number = self.planner.row(self.cycle_id, stage).email_id
        return next(email.address for email in self.deliverer.emails() if email.id == number)

    def came(self) -> list[str]:
        """To which addresses mails came, in order: `private` or `work`."""
        names = {PRIVATE: "private", WORK: "work"}
        return [names.get(address, address) for address in self.deliverer.recipients()]

    def wait_s(self) -> float:
        """How long the one mail that is to be tried again has to wait."""
        with self.world.database.reading() as session:
            until = session.scalars(select(Email.leased_until).where(Email.state == "ready")).one()
            assert until is not None
            return (until - session.scalars(select(db_now())).one()).total_seconds()

    def told_by(self, email: Email) -> set[int]:
        """The reminders that a mail carries."""
        query = select(ReminderEmail.reminder_id).where(ReminderEmail.email_id == email.id)
        with self.world.database.reading() as session:
            return set(session.scalars(query))

    def refused(self) -> list[str]:
        """The addresses of the mails that the office has an open finding about."""
        by_number = {str(email.id): email.address for email in self.deliverer.emails()}
        findings = [*self.deliverer.findings("mail_refused"), *self.deliverer.findings("mail_bounced")]
        return [by_number[finding.key.partition(":")[2]] for finding in findings]


@pytest.fixture
def late(world: World, planner: Planner, deliverer: Deliverer) -> Late:
    """Nothing is on record yet; runs on both kinds of database."""
    return Late(world, planner, deliverer)
