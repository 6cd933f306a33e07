"""Planning costs what is due, not what is on record.

Plans 1,000 reached stages of people with twenty credits each, among 10,000 certifications and among 100,000, in turn,
on SQLite and on PostgreSQL. The limit is a ratio of 1.5 between the two medians; on SQLite also 0.1 s of the processor
for any transaction, which keeps others from writing. Run it with `PYTHONPATH=tests python benchmarks/planning.py`.
"""

import gc
import statistics
import sys
import tempfile
import time
from pathlib import Path

from kit.databases import create_on_server, name_database
from registry import AT, NOWHERE, Learning, Registry, make_registry, run_servers
from running import report

from certtrack.db.engine import Database
from certtrack.services.reminders.planning import plan_batch
from certtrack.services.rulebook import load_rulebook

SMALL, LARGE, DUE, EACH = 10_000, 100_000, 1_000, 20
LIMIT, LONGEST_MS = 1.5, 100
RUNS = 7


def plan_all(url: str) -> tuple[float, float]:
    """Seconds that it takes to plan everything that is due at `url`, and the processor's in the longest transaction."""
    database, rulebook = Database(url), load_rulebook(NOWHERE)
    gc.freeze()  # as the job does it
    started = time.perf_counter()
    planned, longest = 0, 0.0
    while True:
        worked = time.process_time()
        with database.writing() as session:
            counts = plan_batch(session, rulebook, at=AT)
        longest = max(longest, time.process_time() - worked)
        if not counts.looked_at:
            break
        planned += counts.planned
    took = time.perf_counter() - started
    database.close()
    if planned != DUE:
        raise SystemExit(f"planned {planned} stages, where {DUE} were due")
    return took, longest


def compare(small: Registry, large: Registry, folder: Path) -> tuple[float, float]:
    """The ratio of the medians, and the longest transaction's seconds: runs of both in turn, the first not counted."""
    took: dict[Registry, list[float]] = {small: [], large: []}
    longest = 0.0
    for run in range(RUNS + 1):
        for registry in (small, large):
            with registry.copy(folder) as url:
                seconds, worked = plan_all(url)
            if run:
                took[registry].append(seconds)
                longest = max(longest, worked)
    medians = {registry: statistics.median(seconds) for registry, seconds in took.items()}
    print(f"  {SMALL:>7,}: {medians[small]:.3f} s   {LARGE:>7,}: {medians[large]:.3f} s")
    return medians[large] / medians[small], longest


def main() -> int:
    """Measure on both databases; 1 where something is over its limit."""
    over = []
    with tempfile.TemporaryDirectory() as name, run_servers(Path(name)) as servers:
        for kind, server in servers.items():
            print(kind)
            made = [_make(server, kind, size) for size in (SMALL, LARGE)]
            ratio, longest = compare(made[0], made[1], Path(name))
            over.append(report("large beside small", ratio, LIMIT, "times"))
            if kind == "sqlite":
                over.append(report("longest transaction, on the processor", longest * 1000, LONGEST_MS, "ms"))
    return int(any(over))


def _make(server: str, kind: str, size: int) -> Registry:
    is_file = kind == "sqlite"
    url = f"{server}/registry{size}.db" if is_file else name_database(server, create_on_server(server))
    return make_registry(url, kind, certifications=size, due=DUE, learning=Learning(DUE, EACH))


if __name__ == "__main__":
    sys.exit(main())
