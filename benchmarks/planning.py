"""Planning costs what is due, not what is on record.

Plans 1,000 reached stages among 10,000 certifications and among 100,000, in turn, on SQLite and on PostgreSQL. The
limit is a ratio of 1.5 between the two medians. Run it with `PYTHONPATH=tests python benchmarks/planning.py`.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from kit.databases import create_on_server, name_database
from registry import AT, NOWHERE, Registry, make_registry, run_servers

from certtrack.db.engine import Database
from certtrack.services.planning import plan_batch
from certtrack.services.rulebook import load_rulebook

SMALL, LARGE, DUE = 10_000, 100_000, 1_000
LIMIT = 1.5
RUNS = 7


def plan_all(url: str) -> float:
    """Seconds that it takes to plan everything that is due at `url`."""
    database, rulebook = Database(url), load_rulebook(NOWHERE)
    started = time.perf_counter()
    planned = 0
    while True:
        with database.writing() as session:
            counts = plan_batch(session, rulebook, at=AT)
        if not counts.looked_at:
            break
        planned += counts.planned
    took = time.perf_counter() - started
    database.close()
    if planned != DUE:
        raise SystemExit(f"planned {planned} stages, where {DUE} were due")
    return took


def compare(small: Registry, large: Registry, folder: Path) -> float:
    """The ratio of the medians, runs of both in turn after one that isn't counted."""
    took: dict[Registry, list[float]] = {small: [], large: []}
    for run in range(RUNS + 1):
        for registry in (small, large):
            with registry.copy(folder) as url:
                seconds = plan_all(url)
            if run:
                took[registry].append(seconds)
    medians = {registry: statistics.median(seconds) for registry, seconds in took.items()}
    print(f"  {SMALL:>7,}: {medians[small]:.3f} s   {LARGE:>7,}: {medians[large]:.3f} s")
    return medians[large] / medians[small]


def main() -> int:
    """Measure on both databases; 1 where a ratio is over the limit."""
    worst = 0.0
    with tempfile.TemporaryDirectory() as name, run_servers(Path(name)) as servers:
        for kind, server in servers.items():
            print(kind)
            made = [_make(server, kind, size) for size in (SMALL, LARGE)]
            ratio = compare(made[0], made[1], Path(name))
            print(f"  ratio {ratio:.2f} (limit {LIMIT})")
            worst = max(worst, ratio)
    return int(worst > LIMIT)


def _make(server: str, kind: str, size: int) -> Registry:
    is_file = kind == "sqlite"
    url = f"{server}/registry{size}.db" if is_file else name_database(server, create_on_server(server))
    return make_registry(url, kind, certifications=size, due=DUE)


if __name__ == "__main__":
    sys.exit(main())
