"""Making the spans of everybody anew costs a small multiple of reading the same rows.

100,000 certifications with twenty credits each, of which some fit two areas, under a pack with six areas whose minima
are known, on SQLite and on PostgreSQL. "Reading" is to send the very statements of the rebuilding to the driver and to
fetch their rows, and nothing is made of them; both are measured in turn in one run. Limits: six times that in one
process and three times in two, ten and seven where limits of a pack bind; 200 MB in any process; 0.1 s of the
processor for the longest transaction that writes. On SQLite one process is measured by the processor's time: the
clock's depends on what else the machine does. Run it with
`PYTHONPATH=tests python benchmarks/spans.py [--certifications 2000] [--kind sqlite] [--pack six-areas]`.
"""

import argparse
import gc
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import Any

from kit.databases import create_on_server, migrate, name_database
from packs import LIMITED, SIX_AREAS, write_packs
from registry import Learning, make_registry, run_servers
from running import report, run_measured
from sqlalchemy import Connection, delete, event, func, select, update

from certtrack.cli.rebuilding import Rebuilder, list_ranges
from certtrack.clock import WallClock
from certtrack.db.engine import Database
from certtrack.db.models import Certification, StandingSpan
from certtrack.services.rebuilding import plan_rebuilt
from certtrack.services.rulebook import Rulebook, load_rulebook

CERTIFICATIONS, EACH = 100_000, 20
RATIOS = {SIX_AREAS: (6.0, 3.0), LIMITED: (10.0, 7.0)}
MEMORY_MB, LONGEST_MS = 200, 100
PROGRAMME = Path(sys.executable).parent / "certtrack"


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled database and an empty one of the same kind, and the instance whose packs they go by."""

    kind: str
    url: str
    empty_url: str
    instance: Path
    rulebook: Rulebook

    @property
    def clock(self) -> Callable[[], float]:
        """What one process is measured by; with PostgreSQL another process works for it."""
        return time.process_time if self.kind == "sqlite" else time.perf_counter

    def run(self, processes: int, url: str) -> tuple[float, float, float]:
        """Run the command: seconds by the clock and of the processor, and the most memory of one process in MB."""
        env = {
            "CERTTRACK_INSTANCE": str(self.instance),
            "CERTTRACK_DATABASE_URL": url,
            "CERTTRACK_ENV": "test",
        }
        began, worked = time.perf_counter(), _processor_s()
        used = run_measured(PROGRAMME, "rules", "rebuild", "--processes", str(processes), env=env)
        return time.perf_counter() - began, _processor_s() - worked, used


@dataclass
class Statements:
    """What the rebuilding asks the database, to be asked again with nothing made of the answers."""

    asked: list[tuple[str, Any]] = field(default_factory=list)

    def note(self, *given: Any) -> None:  # noqa: ANN401  # what SQLAlchemy tells of a statement
        """Hear of one, before it is sent."""
        _connection, _cursor, statement, parameters, *_ = given
        if statement.lstrip().startswith(("SELECT", "WITH")):
            self.asked.append((statement, parameters))

    def read(self, database: Database) -> int:
        """Ask all of it of the driver, and fetch the rows; how many they are."""
        rows = 0
        with database.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            for statement, parameters in self.asked:
                cursor = driver.cursor()
                rows += len(cursor.execute(statement, parameters).fetchall())
                cursor.close()
        return rows


def note_statements(database: Database, rulebook: Rulebook) -> Statements:
    """The statements of a rebuilding, while nothing is written yet."""
    statements = Statements()
    event.listen(database.engine, "before_cursor_execute", statements.note)
    for first, last in list_ranges(database):
        with database.reading() as session:
            plan_rebuilt(session, rulebook, first, last, at=WallClock().now())
    event.remove(database.engine, "before_cursor_execute", statements.note)
    return statements


@contextmanager
def timed_writing(database: Database) -> Iterator[list[tuple[float, float]]]:
    """The seconds for which each writing transaction is held, from when it has the lock, while the block lasts.

    By the clock and of the processor.
    """
    took: list[tuple[float, float]] = []
    began: list[tuple[float, float]] = []

    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("mode") == "writing":
            began.append((time.perf_counter(), time.process_time()))

    def commit(_connection: Connection) -> None:
        if began:
            at, worked = began.pop()
            took.append((time.perf_counter() - at, time.process_time() - worked))

    event.listen(database.engine, "begin", begin)
    event.listen(database.engine, "commit", commit)
    yield took
    event.remove(database.engine, "begin", begin)
    event.remove(database.engine, "commit", commit)


def clear(database: Database, pack_key: str) -> None:
    """Take all spans away, and have everybody go by that pack."""
    with database.writing() as session:
        session.execute(delete(StandingSpan))
        session.execute(update(Certification).values(pack_key=pack_key))


def rebuild_here(filled: Filled, database: Database) -> tuple[float, float]:
    """Rebuild in this process: seconds, and those of the processor in the longest transaction that writes."""
    gc.freeze()  # as the command does it
    rebuilder, began = Rebuilder(database, filled.rulebook, WallClock()), filled.clock()
    with timed_writing(database) as held:
        for first, last in list_ranges(database):
            rebuilder.rebuild(first, last)
    took = filled.clock() - began
    print(f"  longest transaction that writes, by the clock {max(clock for clock, _ in held) * 1000:.0f} ms")
    return took, max(worked for _, worked in held)


def measure(filled: Filled, pack_key: str, certifications: int) -> list[bool]:
    """Whether something goes over its limit on this database, by this pack."""
    database = Database(filled.url)
    clear(database, pack_key)
    statements = note_statements(database, filled.rulebook)
    read: list[tuple[float, float]] = []

    def read_again() -> None:
        began, worked = time.perf_counter(), filled.clock()
        rows = statements.read(database)
        read.append((time.perf_counter() - began, filled.clock() - worked))
        if rows < certifications * EACH:
            raise SystemExit(f"{rows} rows were read, where there are {EACH} credits each")

    read_again()
    alone, held = rebuild_here(filled, database)
    read_again()
    _check_all_written(database, certifications)
    again = filled.run(1, filled.url)
    clear(database, pack_key)
    idle = filled.run(2, filled.empty_url)
    shared = filled.run(2, filled.url)
    read_again()
    _check_all_written(database, certifications)
    database.close()
    took, worked = mean(clock for clock, _ in read), mean(own for _, own in read)
    print(f"  reading {took:.2f} s, on its own measure {worked:.2f} s; rebuilding {alone:.2f} s")
    print(f"  with nothing to write {again[0]:.1f} s, processor {again[1]:.1f} s")
    print(f"  in two {shared[0]:.1f} s, processor {shared[1]:.1f} s; to start and end them takes {idle[0]:.1f} s")
    one, two = RATIOS[pack_key]
    return [
        report("rebuilding, beside reading", alone / worked, one, "times"),
        report("rebuilding in two, beside reading", (shared[0] - idle[0]) / took, two, "times"),
        report("longest transaction, on the processor", held * 1000, LONGEST_MS, "ms"),
        report("most resident in one process", max(again[2], shared[2]), MEMORY_MB, "MB"),
    ]


def main() -> int:
    """Measure on both databases, by both packs; 1 where something is over its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--certifications", type=int, default=CERTIFICATIONS)
    parser.add_argument("--kind", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--pack", choices=list(RATIOS), action="append")
    chosen, over = parser.parse_args(), list[bool]()
    with tempfile.TemporaryDirectory() as name, run_servers(Path(name)) as servers:
        write_packs(Path(name) / "instance" / "packs")
        for kind in chosen.kind or servers:
            filled = _fill(kind, servers[kind], Path(name) / "instance", chosen.certifications)
            for pack_key in chosen.pack or RATIOS:
                print(f"{kind}, {pack_key}")
                over += measure(filled, pack_key, chosen.certifications)
    return int(any(over))


def _fill(kind: str, server: str, instance: Path, certifications: int) -> Filled:
    rulebook = load_rulebook(instance)
    hours = rulebook.packs.get(SIX_AREAS).hours
    if hours is None:
        raise SystemExit(f"{SIX_AREAS} asks for no hours")
    areas = [area.key for area in hours.areas]
    fits = [*((area,) for area in areas[:-1]), (areas[-1], areas[0])]
    urls = [
        f"{server}/{name}.db" if kind == "sqlite" else name_database(server, create_on_server(server))
        for name in ("filled", "empty")
    ]
    migrate(urls[1])
    make_registry(
        urls[0], kind, certifications=certifications, due=certifications // 2,
        learning=Learning(certifications, EACH, fits), rulebook=rulebook, pack_key=SIX_AREAS,
    )  # fmt: skip
    return Filled(kind, urls[0], urls[1], instance, rulebook)


def _check_all_written(database: Database, certifications: int) -> None:
    with database.reading() as session:
        found = session.scalar(select(func.count(StandingSpan.certification_id.distinct())))
    if found != certifications:
        raise SystemExit(f"{found} certifications have spans, where there are {certifications}")


def _processor_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
