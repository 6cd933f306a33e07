"""The coming twelve months of 10,000 people with twenty credits each, all of them due on one day, foreseen at once.

The limits are 60 s of the processor and 200 MB for the command that writes them all as CSV, sorted by day, on SQLite.
Run it with `PYTHONPATH=tests python benchmarks/forecast.py`; a number of people may follow.
"""

import resource
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from registry import AT, Learning, make_registry
from running import report, run_measured

from certtrack.clock import WallClock

PEOPLE, EACH = 10_000, 20
LONGEST_S, MOST_MB = 60, 200


def main() -> int:
    """Measure; 1 where something is over its limit."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'certtrack.db'}"
        make_registry(url, "sqlite", certifications=people, due=people, learning=Learning(people, EACH))
        offset = folder / "offset"
        offset.write_text(str(int((AT - WallClock().now()).total_seconds())), encoding="ascii")
        env = {"CERTTRACK_INSTANCE": name, "CERTTRACK_ENV": "test", "CERTTRACK_CLOCK_FILE": str(offset)}
        until = (AT.date() + timedelta(days=365)).isoformat()
        words = ("reminders", "forecast", "--to", until, "--format", "csv")
        before = _read_worked()
        most = run_measured(Path(sys.executable).with_name("certtrack"), *words, env=env)
        took = _read_worked() - before
    return int(any([report("12 months", took, LONGEST_S, "s"), report("most resident", most, MOST_MB, "MB")]))


def _read_worked() -> float:
    """The processor's seconds that the processes have taken which this one started, and which have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
