"""With nothing due a run of the planner costs index probes, however many subjects are on record.

Plans a registry of 1,000,000 subjects, 700,000 cycles and 300,000 days beside them, each with a mail that was sent and
none with a stage due, on SQLite and on PostgreSQL. The limit is 5 ms of the database for looking for what is due, of
cycles and of days, in the median: of the processor, since what others take on the machine isn't its cost. Both have to
find it by an index. What a whole run of the job takes, which also notices changed policies, what has expired and a
database that was put back, is printed, and has no limit. Run it with
`PYTHONPATH=tests python benchmarks/planning_idle.py`; a number of subjects may follow.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from kit.databases import create_on_server, name_database
from registry import AT, NOWHERE, make_registry, run_servers
from running import report
from sqlalchemy import Connection, Table, event, insert, literal, select, text

from certtrack.clock import FixedClock
from certtrack.db.base import Base
from certtrack.db.engine import Database
from certtrack.db.models import OtherDay, Reminder
from certtrack.services.actors import command_actor
from certtrack.services.rulebook import load_rulebook
from certtrack.settings import load_settings
from jobs.plan_reminders import run
from jobs.workplace import Workplace

SUBJECTS, DAYS_SHARE = 1_000_000, 0.3
LIMIT_MS, RUNS, SPREAD = 5, 31, 50
DUE_BY = {"cycle": "ix_cycle_next_stage_on", "other_day": "ix_other_day_next_look_at"}
_SENT: dict[str, Any] = {"anchor_on": AT.date(), "stage": "before_30", "occurrence": 0, "state": "sent", "tries": 0}


@dataclass
class Watched:
    """What a database was asked, the processor's seconds that it took to answer, and those that somebody waited.

    `looked` are the processor's seconds of looking for what is due alone.
    """

    asked: list[tuple[str, Any]] = field(default_factory=list)
    worked: float = 0.0
    looked: float = 0.0
    waited: float = 0.0


def find_clock(database: Database) -> Callable[[], float]:
    """The processor's seconds that the database has taken: in this thread, or in PostgreSQL's own process."""
    if not database.has_many_writers:
        return time.thread_time
    with database.reading() as session:
        pid = session.scalar(text("SELECT pg_backend_pid()"))  # one after the other, all go by this connection
    return lambda: int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


@contextmanager
def watch(database: Database) -> Iterator[Watched]:
    """Listen to a database until the block ends."""
    found, clock, began = Watched(), find_clock(database), [0.0, 0.0]

    def begin(_connection: object, _cursor: object, statement: str, values: object, *_more: object) -> None:
        found.asked.append((statement, values))
        began[:] = clock(), time.perf_counter()

    def end(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        found.waited += time.perf_counter() - began[1]
        worked = clock() - began[0]
        found.worked += worked
        found.looked += worked if any(_looks_for_due(statement, table) for table in DUE_BY) else 0

    listeners = (("before_cursor_execute", begin), ("after_cursor_execute", end))
    for name, listener in listeners:
        event.listen(database.engine, name, listener)
    yield found
    for name, listener in listeners:
        event.remove(database.engine, name, listener)


def fill(url: str, kind: str, subjects: int) -> None:
    """Make so many subjects of one of each kind."""
    make_registry(url, kind, certifications=1, due=0)
    days = round(subjects * DAYS_SHARE)
    database, tables = Database(url), Base.metadata.tables
    with database.writing() as session:
        at, on = AT + timedelta(days=1), AT.date()
        session.execute(insert(Reminder), [_make_sent()])
        session.execute(
            insert(OtherDay),
            [{"kind": "background_check", "source_id": 1, "source_key": "", "person_id": 1, "organization_id": 1}
             | {"due_on": on + timedelta(days=90), "armed_on": on, "next_look_at": at}],
        )  # fmt: skip
    for place in range(SPREAD):
        soon = timedelta(days=1 + place)
        with database.writing() as session:
            connection = session.connection()
            cycles = _split(subjects - days, place)
            _copy(connection, tables["certification"], cycles, number=None)
            _copy(connection, tables["cycle"], cycles, certification_id=..., next_stage_on=AT.date() + soon)
            _copy(connection, tables["other_day"], _split(days, place), source_id=..., next_look_at=AT + soon)
            _copy(connection, tables["reminder"], cycles, subject_id=...)
    with database.writing() as session:
        session.execute(text("ANALYZE"))
    database.close()


def _make_sent() -> dict[str, Any]:
    at = {name: AT - timedelta(days=9) for name in ("send_after", "planned_at", "settled_at")}
    subject = {"subject_kind": "cycle", "subject_id": 1, "recipient_id": 1, "audience": "holder"}
    return _SENT | at | subject | {"stage_on": AT.date(), "valid_until": AT, "policy_ref": "us-wi@2"}


def _split(size: int, place: int) -> range:
    """The numbers of one of the parts, from 2 on."""
    return range(2 + place * size // SPREAD, 2 + (place + 1) * size // SPREAD)


def _copy(connection: Connection, table: Table, numbers: range, **changed: object) -> None:
    """Copy the first row of a table for each of these numbers; `...` stands for the number itself."""
    count = select(literal(numbers.start).label("number")).cte("count", recursive=True)
    count = count.union_all(select(count.c.number + 1).where(count.c.number < numbers.stop - 1))
    first = table.alias()
    values = {column.name: first.c[column.name] for column in table.columns} | {"id": count.c.number}
    for name, value in changed.items():
        values[name] = count.c.number if value is ... else literal(value, table.c[name].type)
    rows = select(*values.values()).select_from(count).join(first, first.c.id == 1)
    connection.execute(insert(table).from_select(list(values), rows))


def measure(url: str, folder: Path) -> tuple[list[Watched], list[str]]:
    """What some runs took, and the tables whose index they don't use."""
    database, watches = Database(url), []
    settings = load_settings(env="test", instance=folder, database_url=url)
    rulebook, actor = load_rulebook(NOWHERE), command_actor("benchmark")
    work = Workplace(settings, FixedClock(AT), database, rulebook, actor, lambda: False)
    run(work)  # notes which policies are in force
    for _ in range(RUNS):
        with watch(database) as watched:
            counts = run(work)
        watches.append(watched)
    if any(counts.values()):
        raise SystemExit(f"nothing was due, and yet {counts}")
    slow = [table for table, index in DUE_BY.items() if not _is_probed(database, watched, table, index)]
    database.close()
    return watches, slow


def _is_probed(database: Database, watched: Watched, table: str, index: str) -> bool:
    """True where what is due in the table is found by the index, as the database explains it."""
    explain = "EXPLAIN QUERY PLAN " if database.engine.dialect.name == "sqlite" else "EXPLAIN "
    due = [one for one in watched.asked if _looks_for_due(one[0], table)]
    with database.engine.connect() as connection:
        plans = [str(connection.exec_driver_sql(explain + statement, values).all()) for statement, values in due]
    return bool(plans) and all(index in plan and f"SCAN {table}" not in plan for plan in plans)


def _looks_for_due(statement: str, table: str) -> bool:
    return f"FROM {table}" in statement and DUE_BY[table][len(f"ix_{table}_") :] in statement


def main() -> int:
    """Measure on both databases; 1 where something is over its limit."""
    subjects = int(sys.argv[1]) if len(sys.argv) > 1 else SUBJECTS
    over = []
    with tempfile.TemporaryDirectory() as name, run_servers(Path(name)) as servers:
        for kind, server in servers.items():
            url = f"{server}/idle.db" if kind == "sqlite" else name_database(server, create_on_server(server))
            fill(url, kind, subjects)
            watches, slow = measure(url, Path(name) / kind)
            waited = sorted(one.waited * 1000 for one in watches)
            print(f"{kind}, {len(watches[0].asked)} statements; waited for {waited[0]:.1f} to {waited[-1]:.1f} ms")
            print(f"  a whole run, in the median {statistics.median(one.worked for one in watches) * 1000:.1f} ms")
            looked = statistics.median(one.looked for one in watches) * 1000
            over += [report("looking for what is due, in the median", looked, LIMIT_MS, "ms"), bool(slow)]
            for table in slow:
                print(f"  what is due in {table} isn't found by its index")
    return int(any(over))


if __name__ == "__main__":
    sys.exit(main())
