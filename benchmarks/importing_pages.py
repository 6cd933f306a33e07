"""A log of 20,000 credits that is given on a page costs a small multiple of reading it and of bare inserts.

The job looks at it first and then writes it, on SQLite and on PostgreSQL, for one person for each twenty credits.
Limits: both of its turns together twenty times reading the file and a bare `executemany` of its credits, 300 MB for the
process, and on SQLite 0.1 s on the processor for the longest transaction, which keeps others from writing. Run it with
`PYTHONPATH=tests python benchmarks/importing_pages.py [--rows 2000]`.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from importing import LONGEST_MS, MEMORY_MB, Clock, main, measure_bare
from registry import AT, NOWHERE, Registry
from running import report, run_measured
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certtrack.db.engine import Database
from certtrack.db.models import Credit, ImportUpload, Organization
from certtrack.security import Role
from certtrack.services.accounts import create_account
from certtrack.services.actors import command_actor, find_actor
from certtrack.services.imports.running import work_at_upload
from certtrack.services.imports.uploads import ask_to_write, take_file
from certtrack.services.rulebook import load_rulebook

ROWS = 20_000
RATIO = 20.0
JOBS = Path(sys.executable).parent / "certtrack-jobs"


@dataclass
class Transactions:
    """The writing transactions of one database, and how long the longest took, in seconds."""

    database: Database
    longest_worked_s: float = 0
    longest_took_s: float = 0

    @contextmanager
    def _timed(self) -> Iterator[Session]:
        with self.database.writing() as session:
            began, worked = time.perf_counter(), time.process_time()
            yield session
        self.longest_took_s = max(self.longest_took_s, time.perf_counter() - began)
        self.longest_worked_s = max(self.longest_worked_s, time.process_time() - worked)

    def writing(self) -> AbstractContextManager[Session]:
        """One of them."""
        return self._timed()


def give(database: Database, data: bytes) -> int:
    """The file, as an administrator of the registry's one organization gives it: its number."""
    by = command_actor("benchmark")
    with database.writing() as session:
        office = session.scalars(select(Organization.id)).one()
        account = create_account(
            session, "alice@example.org", role=Role.AGENCY_ADMINISTRATOR, organization_id=office, actor=by, at=AT
        )
        actor = find_actor(session, account.id, AT.date())
        if actor is None:
            raise SystemExit("the account isn't there")
        return take_file(session, office, "credits", "log.csv", data, language="en", actor=actor, at=AT).id


def ask(database: Database, upload_id: int) -> None:
    """Somebody has seen what would come of it."""
    with database.writing() as session:
        upload = session.get_one(ImportUpload, upload_id)
        actor = find_actor(session, upload.account_id, AT.date())
        if upload.state != "looked" or actor is None:
            raise SystemExit(f"it is {upload.state}: {upload.told}")
        ask_to_write(session, upload, expected_no=upload.no, actor=actor, at=AT)


def work(database: Database, upload_id: int, transactions: Transactions) -> None:
    """One turn of the job."""
    opened = database.reading, transactions.writing, load_rulebook(NOWHERE)
    if not work_at_upload(*opened, upload_id, tell_former=lambda *_told: None, now=lambda: AT):
        raise SystemExit("the job broke off")


def measure_turns(url: str, data: bytes, rows: int, clock: Clock) -> tuple[float, float, Transactions]:
    """Seconds for the look and for the write, and their transactions."""
    database = Database(url)
    transactions = Transactions(database)
    upload_id = give(database, data)
    started = clock()
    work(database, upload_id, transactions)
    looked = clock() - started
    ask(database, upload_id)
    started = clock()
    work(database, upload_id, transactions)
    wrote = clock() - started
    with database.reading() as session:
        made = session.scalar(select(func.count()).select_from(Credit)) or 0
        held = session.get_one(ImportUpload, upload_id).told["held"]["total"]
    database.close()
    if made < rows * 0.99 or held:
        raise SystemExit(f"{made} credits are on record and {held} held back, where {rows} were brought in")
    return looked, wrote, transactions


def measure_memory(url: str, data: bytes, folder: Path) -> float:
    """The most that the job's process has resident, in MB: it looks, and in a second run it writes."""
    database = Database(url)
    upload_id = give(database, data)
    env = {"CERTTRACK_INSTANCE": str(folder), "CERTTRACK_DATABASE_URL": url, "CERTTRACK_ENV": "test"}
    looking = run_measured(JOBS, "run", "run_imports", env=env)
    ask(database, upload_id)
    writing = run_measured(JOBS, "run", "run_imports", env=env)
    with database.reading() as session:
        state = session.get_one(ImportUpload, upload_id).state
    database.close()
    if state != "done":
        raise SystemExit(f"it is {state}")
    return max(looking, writing)


def measure(registry: Registry, folder: Path, data: bytes, rows: int) -> list[bool]:
    """Whether the job goes over its limits on this database."""
    # with SQLite all the work is this process's own, whatever else the machine does meanwhile
    clock = time.process_time if registry.kind == "sqlite" else time.perf_counter
    with registry.copy(folder) as url:
        reading, inserting = measure_bare(url, data, clock)
    with registry.copy(folder) as url:
        looked, wrote, transactions = measure_turns(url, data, rows, clock)
    with registry.copy(folder) as url:
        used = measure_memory(url, data, folder)
    print(f"  reading {reading:.1f} s, bare inserts {inserting:.1f} s, look {looked:.1f} s, write {wrote:.1f} s")
    print(f"  longest transaction by the clock {transactions.longest_took_s * 1000:.0f} ms")
    longest_ms = transactions.longest_worked_s * 1000
    times = (looked + wrote) / (reading + inserting)
    return [
        report("look and write, beside reading and bare inserts", times, RATIO, "times"),
        report("most resident", used, MEMORY_MB, "MB"),
        registry.kind == "sqlite" and report("longest transaction, on the processor", longest_ms, LONGEST_MS, "ms"),
    ]


if __name__ == "__main__":
    sys.exit(main(__doc__, ROWS, measure))
