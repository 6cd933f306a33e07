"""The coming months in tests: as they are foreseen, and as the planner and the delivery then make them, day by day."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kit.planning import Planner
from kit.world import World
from sqlalchemy import func, select

from certtrack.db.models import Cycle, Email, OtherDay, Person, Reminder, TeamMail
from certtrack.mail.transport import Answer
from certtrack.services.delivery.leasing import make_terms
from certtrack.services.delivery.sending import deliver
from certtrack.services.forecast.at_once import foresee_at_once
from certtrack.services.forecast.coming import ComingMail, foresee
from certtrack.services.forecast.scope import Scope
from certtrack.services.team_mail import list_recipients, write_team_mail
from certtrack.settings import load_settings

Told = tuple[int, str, int, int, date]
"""A mail: its cycle, or of a week's its reader; stage, occurrence, recipient, and the day in the recipient's zone."""

_LOOK = time(5, 5)  # just past midnight of the packs' summer, as the job would
_ROUNDS = (time(5, 10), time(14, 30), time(16, 30), time(20, 30))


@dataclass
class Taking:
    """A mail server that takes everything at once."""

    count: int = 0

    @contextmanager
    def open(self) -> Iterator["Taking"]:
        yield self

    def send(self, envelope_from: str, to_address: str, data: bytes) -> Answer:  # noqa: ARG002  # it takes all
        self.count += 1
        return Answer(250, "taken")

    def check(self, envelope_from: str) -> None:
        """All is taken."""

    def is_spent(self) -> bool:
        return False


@dataclass
class Days:
    """Goes through the days as the jobs do, on an installation that nobody touches."""

    world: World
    planner: Planner
    transport: Taking = field(default_factory=Taking)

    def run(self, to_on: date) -> None:
        """Every day until that one: a look of the planner, then the delivery at its hours."""
        self._day(self.world.at)
        day = self.world.today + timedelta(days=1)
        while day <= to_on:
            self._day(datetime.combine(day, _LOOK, UTC))
            day += timedelta(days=1)

    def list_told(self, from_on: date, to_on: date) -> set[Told]:
        """What was mailed on those days."""
        with self.world.database.reading() as session:
            query = select(Reminder, Person.zone).join(Person, Person.id == Reminder.recipient_id)
            rows = [(row, zone) for row, zone in session.execute(query.where(Reminder.state == "sent"))]
        told = {
            (
                row.subject_id,
                row.stage,
                row.occurrence,
                row.recipient_id,
                row.settled_at.astimezone(ZoneInfo(zone)).date(),
            )
            for row, zone in rows
            if row.settled_at
        }
        return {one for one in told | self._list_weeks() if from_on <= one[-1] <= to_on}

    def _list_weeks(self) -> set[Told]:
        """The weeks' mails about teams that were written."""
        query = select(TeamMail.recipient_id, Email.created_at, Person.zone).join(Email, Email.id == TeamMail.email_id)
        with self.world.database.reading() as session:
            rows = session.execute(query.join(Person, Person.id == TeamMail.recipient_id)).all()
        return {
            (number, "weekly", 0, number, written_at.astimezone(ZoneInfo(zone)).date())
            for number, written_at, zone in rows
        }

    def _day(self, at: datetime) -> None:
        self.world.at = at
        if self._is_due() or self._has_ripe() or self.planner.notice_policies():
            self.planner.look()
        for hour in _ROUNDS:
            moment = datetime.combine(at.date(), hour, UTC)
            if moment >= at:
                self.world.at = moment
                self.write_weeks()
                if self._has_ripe():
                    self._deliver()

    def write_weeks(self) -> None:
        """What the job writes about teams at the world's moment."""
        world = self.world
        with world.database.reading() as session:
            readers = list_recipients(session, world.at)
        for one in readers:
            with world.database.writing() as session:
                write_team_mail(session, world.rulebook, make_terms(load_settings(env="test")), one, world.at)

    def _deliver(self) -> None:
        world = self.world
        terms = make_terms(load_settings(env="test"))
        deliver(
            world.database, world.rulebook, self.transport, terms,
            clock=world.clock, worker="here:1", stop=lambda: False,
        )  # fmt: skip

    def _is_due(self) -> bool:
        with self.world.database.reading() as session:
            first = session.scalar(select(func.min(Cycle.next_stage_on)).where(Cycle.closed_on.is_(None)))
            other = session.scalar(select(func.min(OtherDay.next_look_at)).where(OtherDay.closed_on.is_(None)))
        return (first is not None and first <= self.world.today) or (other is not None and other <= self.world.at)

    def _has_ripe(self) -> bool:
        with self.world.database.reading() as session:
            return bool(session.scalar(select(func.count()).where(Reminder.state == "planned")))


def foretell(world: World, to_on: date, **scope: Any) -> list[ComingMail]:
    """Everything that comes from today on, by day: the same for a command, and for a reader who waits."""
    asked: dict[str, Any] = {"at": world.at, "from_on": world.today, "to_on": to_on}
    with world.database.reading() as session:
        at_once = foresee_at_once(session, world.rulebook, Scope(**scope), **asked)
    with world.database.reading() as session:
        found = sorted(foresee(session, world.rulebook, Scope(**scope), **asked), key=_in_order)
    assert sorted(at_once, key=_in_order) == found
    return found


def _in_order(mail: ComingMail) -> tuple[Any, ...]:
    return mail.at, mail.key, mail.kept_back or ""


def list_foretold(mails: list[ComingMail]) -> set[Told]:
    """Those that go."""
    return {
        (mail.subject_id, mail.stage, mail.occurrence, mail.recipient_id, mail.on)
        for mail in mails
        if mail.kept_back is None
    }
