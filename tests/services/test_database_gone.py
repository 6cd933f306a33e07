"""A database that is gone for a minute, amid planning and amid delivering: the next run goes on where it was lost."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from kit.databases import name_database, on_server
from kit.delivery import DUE, STAGE_DAY, Deliverer, Meddling
from kit.planning import Planner
from kit.world import World
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from certtrack.db.engine import Database, make_engine


@dataclass
class Outage:
    """A database that nobody can write to: on SQLite it is locked, PostgreSQL hangs up and lets nobody in."""

    database: Database
    lock: Connection | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return self.database.engine.url.render_as_string(hide_password=False)

    def begin(self) -> None:
        """It goes."""
        name = self.database.engine.url.database
        if self.database.engine.dialect.name == "sqlite":
            self.lock = make_engine(self.url).connect()
            self.lock.begin()
            return
        server = name_database(self.url, "postgres")
        on_server(server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        hang_up = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
        on_server(server, f"{hang_up} '{name}'")  # a test's own name

    def end(self) -> None:
        """It is there again."""
        if self.lock is not None:
            self.lock.close()
            self.lock.engine.dispose()
            self.lock = None
        elif self.database.engine.dialect.name != "sqlite":
            name = self.database.engine.url.database
            on_server(name_database(self.url, "postgres"), f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


@pytest.fixture
def outage(database: Database) -> Iterator[Outage]:
    """An outage that ends with the test at the latest. Whoever meets a locked file waits a twentieth of a second."""
    database.close()
    if database.engine.dialect.name == "sqlite":
        event.listen(database.engine, "connect", lambda line, _: line.execute("PRAGMA busy_timeout=50"))
    made = Outage(database)
    yield made
    made.end()


def test_amid_delivering_one_mail_goes_twice_with_its_message_id_and_the_others_once(
    deliverer: Deliverer, outage: Outage
) -> None:
    deliverer.ripen_many(4)

    def lose() -> None:
        if deliverer.smtp.count_taken() == 2:
            outage.begin()

    with pytest.raises(OperationalError):
        deliverer.deliver(over=Meddling(deliverer.transport, after=lose))
    with pytest.raises(OperationalError):
        deliverer.deliver()
    assert deliverer.smtp.count_taken() == 2, "nothing leaves that can't be put on record"
    outage.end()
    deliverer.end_leases()
    assert deliverer.deliver() == {"accepted": 3}
    assert len(deliverer.message_ids()) == 5
    assert len(set(deliverer.message_ids())) == len(set(deliverer.recipients())) == 4
    assert deliverer.states() == ["sent"] * 4


def test_amid_planning_nothing_is_lost_and_nothing_planned_twice(
    world: World, planner: Planner, outage: Outage
) -> None:
    cycles = [world.certify(world.person(), DUE)[1] for _ in range(3)]
    world.move_to(STAGE_DAY)
    planner.batch(limit=1)
    outage.begin()
    for _ in range(2):
        with pytest.raises(OperationalError):
            planner.batch(limit=1)
    outage.end()
    assert planner.look()["planned"] == 2
    assert [planner.says(cycle) for cycle in cycles] == [{"before_180": "planned"}] * 3
