"""A process that dies between any two of its steps: everybody is told, and twice only what was taken unrecorded."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count

from kit.delivery import DUE, STAGE_DAY, Deliverer, Meddling
from kit.planning import Planner
from kit.world import World
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from certtrack.db.engine import Database
from certtrack.services.delivery.posting import lease_ripe
from certtrack.services.standing import projecting_once


class Died(BaseException):
    """The process is no more: nothing that it has begun is tidied up."""


class Mortal(Database):
    """A database as a process sees it that dies when no steps are left, and does nothing at all afterwards.

    Each end of a transaction is two steps, right before it and right after. Where a mail is settled by one statement
    that stands when it returns, they are before and after that.
    """

    left = 0

    def step(self) -> None:
        """One step more. Raises Died at the last, and from then on."""
        self.left -= 1
        if self.left <= 0:
            raise Died

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A writing session; none for the dead."""
        if self.left <= 0:
            raise Died
        with super().writing() as session:
            yield session
            self.step()
        self.step()

    @contextmanager
    def settling(self) -> Iterator[Connection]:
        """A connection to settle by; none for the dead."""
        if self.left <= 0:
            raise Died
        with super().settling() as connection:
            if connection.dialect.name == "postgresql":
                self.step()
                yield connection
            else:
                yield connection
                self.step()
        self.step()


def plan_and_deliver(deliverer: Deliverer, mortal: Mortal) -> None:
    world = replace(deliverer.world, database=mortal)
    Planner(world).batch()
    way = Meddling(deliverer.transport, before=mortal.step, after=mortal.step)
    replace(deliverer, world=world).deliver(over=way)


def test_whatever_the_step_everybody_is_told_and_twice_only_what_was_taken_and_not_yet_on_record(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    world.move_to(STAGE_DAY)
    mortal = Mortal(world.database.engine.url.render_as_string(hide_password=False))
    told, in_doubt = 0, 0
    for dies_at in count(1):
        with world.database.writing() as session, projecting_once(session, world.rulebook, at=world.at):
            for _ in range(2):
                world.add_certification(session, world.add_person(session), DUE)
        told += 2
        mortal.left = dies_at
        with suppress(Died):
            plan_and_deliver(deliverer, mortal)
        in_doubt = deliverer.smtp.count_taken() - deliverer.outcomes().count("accepted")
        deliverer.end_leases()
        planner.batch()
        deliverer.deliver()
        assert {row.state for row in planner.rows()} == {"sent"}, dies_at
        assert len(set(deliverer.recipients())) == told
        assert deliverer.smtp.count_taken() == told + in_doubt, dies_at
        if mortal.left > 0:
            break
    mortal.close()
    assert len(set(deliverer.message_ids())) == told, "a second copy has the Message-ID of the first"
    assert in_doubt == 4, "of each of two mails, before its transaction and within it"
    assert dies_at > 12, "each step was somebody's last"


def test_a_mail_that_was_never_written_was_never_sent_and_is_made_anew(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    [cycle] = deliverer.ripen(world.person())
    with world.database.writing() as session:
        mails, _ = lease_ripe(session, world.rulebook, deliverer.terms, world.clock.now(), 5)
    assert [(mail.data, deliverer.email().data) for mail in mails] == [(b"", None)]
    assert deliverer.deliver() == {}, "somebody may still be writing it"
    deliverer.end_leases()
    assert deliverer.deliver() == {"accepted": 1}
    assert (deliverer.states(), deliverer.outcomes()) == (["given_back", "sent"], ["accepted"])
    row = planner.row(cycle, "before_180")
    assert (row.state, row.tries) == ("sent", 0)
