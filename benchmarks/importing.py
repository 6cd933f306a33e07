"""Bringing in a log of 100,000 credits costs a small multiple of reading the file and of bare inserts.

Imports it on SQLite and on PostgreSQL, for one person for each twenty credits, as `certtrack import credits` does it.
Limits: ten times reading the file and a bare `executemany` of the same credits, 300 MB for the command, and on SQLite
0.1 s for the longest transaction, which keeps others from writing. On SQLite the processor's time is measured: the
clock's depends on what else the machine does. Run it with
`PYTHONPATH=tests python benchmarks/importing.py [--rows 5000]`.
"""

import argparse
import csv
import gc
import io
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from kit.databases import create_on_server, name_database
from registry import AT, NOWHERE, Registry, make_registry, run_servers
from running import report, run_measured
from sqlalchemy import func, insert, select

from certtrack.db.engine import Database
from certtrack.db.models import Credit
from certtrack.services.actors import command_actor
from certtrack.services.credit_log.plan import make_new
from certtrack.services.credit_log.rows import read_log
from certtrack.services.credit_log.runs import Import
from certtrack.services.credits.records import values_of
from certtrack.services.organizations import get_organization
from certtrack.services.rulebook import load_rulebook
from certtrack.services.sheets.mapping import Mapping

ROWS, EACH = 100_000, 20
Clock = Callable[[], float]
Measure = Callable[[Registry, Path, bytes, int], list[bool]]
RATIO, LONGEST_MS, MEMORY_MB = 10.0, 100, 300
LAST_ON = date(2025, 6, 1)
HEADS = ("Email", "Course", "Provider", "Date completed", "Hours", "Category", "Format", "Certificate on file")
COURSES = ("Ethics and Boundaries", "Crianza y niñez", "Harm Reduction 101", "Community of Practice (monthly)", "WRAP")
PROGRAMME = Path(sys.executable).parent / "certtrack"


def make_log(rows: int) -> bytes:
    """A log as offices keep it, in no order."""
    chance = random.Random(7)  # noqa: S311  # the same file each time
    lines = []
    for number in range(rows):
        day = LAST_ON - timedelta(days=number // max(1, rows // EACH) * 11 + chance.randrange(11))
        lines.append(
            (
                f"carol{1 + number % max(1, rows // EACH)}@example.org",
                chance.choice(COURSES),
                chance.choice(("Online", "Access Center")),
                day.strftime(chance.choice(("%Y-%m-%d", "%m/%d/%y", "%b %d, %Y"))),
                chance.choice(("1", "1,5", "3 hrs", "0.2 CEU", "90 min")),
                chance.choice(("skills", "ethics", "video")),
                chance.choice(("live", "webinar", "recorded", "")),
                chance.choice(("y", "Yes", "n", "")),
            )
        )
    chance.shuffle(lines)
    text = io.StringIO()
    csv.writer(text).writerows([HEADS, *lines])
    return text.getvalue().encode()


def read(database: Database, data: bytes) -> Import:
    """The file, read for the registry's one organization."""
    log = read_log("log.csv", data, Mapping(), AT.date())
    with database.reading() as session:
        owner = get_organization(session, None)
    return Import(log, owner, load_rulebook(NOWHERE), command_actor("benchmark"), AT)


def measure_bare(url: str, data: bytes, clock: Clock) -> tuple[float, float]:
    """Seconds for reading the file, and for a bare `executemany` of its credits."""
    database = Database(url)
    started = clock()
    work = read(database, data)
    reading = clock() - started
    with database.reading() as session:
        work.prepare(session)
    common = {"state": "logged", "no": 1, "recorded_at": AT, "recorded_by": "benchmark", "proof_seen_by": None}
    rows = [values_of(make_new(row)) | common | {"person_id": row.person_id} for row in work.rows]
    started = clock()
    with database.writing() as session:
        session.execute(insert(Credit), rows)
    inserting = clock() - started
    database.close()
    return reading, inserting


@dataclass
class Measured:
    """Seconds: for the whole import, and for its longest transaction by the processor and by the clock."""

    took_s: float = 0
    longest_worked_s: float = 0
    longest_took_s: float = 0


def measure_import(url: str, data: bytes, rows: int, clock: Clock) -> Measured:
    """Import the file as the command does it."""
    database, measured = Database(url), Measured()
    started = clock()
    work = read(database, data)
    with database.reading() as session:
        work.prepare(session)
    gc.freeze()
    with database.writing() as session:
        work.start(session)
    for batch in work.batches():
        began, worked = time.perf_counter(), time.process_time()
        with database.writing() as session:
            work.write(session, batch)
        took_s, worked_s = time.perf_counter() - began, time.process_time() - worked
        work.pace(took_s, worked_s)
        measured.longest_took_s = max(measured.longest_took_s, took_s)
        measured.longest_worked_s = max(measured.longest_worked_s, worked_s)
    with database.writing() as session:
        work.finish(session)
    measured.took_s = clock() - started
    with database.reading() as session:
        made = session.scalar(select(func.count()).select_from(Credit)) or 0
    database.close()
    if made < rows * 0.99:  # some few say the same again
        raise SystemExit(f"{made} credits are on record, where {rows} were brought in")
    return measured


def measure(registry: Registry, folder: Path, data: bytes, rows: int) -> list[bool]:
    """Whether the import goes over its limits on this database."""
    file = folder / "log.csv"
    file.write_bytes(data)
    # with SQLite all the work is this process's own, whatever else the machine does meanwhile
    clock = time.process_time if registry.kind == "sqlite" else time.perf_counter
    with registry.copy(folder) as url:
        reading, inserting = measure_bare(url, data, clock)
    with registry.copy(folder) as url:
        measured = measure_import(url, data, rows, clock)
    with registry.copy(folder) as url:
        env = {"CERTTRACK_INSTANCE": str(folder), "CERTTRACK_DATABASE_URL": url, "CERTTRACK_ENV": "test"}
        used = run_measured(PROGRAMME, "import", "credits", str(file), "--format", "json", env=env)
    print(f"  reading {reading:.1f} s, bare inserts {inserting:.1f} s, import {measured.took_s:.1f} s")
    print(f"  longest transaction by the clock {measured.longest_took_s * 1000:.0f} ms")
    return [
        report("import, beside reading and bare inserts", measured.took_s / (reading + inserting), RATIO, "times"),
        report("most resident", used, MEMORY_MB, "MB"),
        registry.kind == "sqlite"
        and report("longest transaction, on the processor", measured.longest_worked_s * 1000, LONGEST_MS, "ms"),
    ]


def main(about: str | None, most_rows: int, measure: Measure) -> int:
    """Measure on both databases what `about` says, with a log of so many rows; 1 where something is over its limit."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--rows", type=int, default=most_rows)
    rows = parser.parse_args().rows
    data, over = make_log(rows), []
    with tempfile.TemporaryDirectory() as name, run_servers(Path(name)) as servers:
        for kind, server in servers.items():
            print(kind)
            is_file = kind == "sqlite"
            url = f"{server}/registry.db" if is_file else name_database(server, create_on_server(server))
            registry = make_registry(url, kind, certifications=max(1, rows // EACH), due=0)
            over += measure(registry, Path(name), data, rows)
    return int(any(over))


if __name__ == "__main__":
    sys.exit(main(__doc__, ROWS, measure))
