"""How soon the first page is there after `certtrack up --demo` in an empty folder.

Run it with `python benchmarks/start.py`.
"""

import statistics
import sys
import tempfile
from pathlib import Path

from running import report, run_up

LIMIT_S = 10
RUNS = 5


def main() -> int:
    """The median of five starts; 1 where it is over the limit."""
    took = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as name, run_up(Path(name) / "instance", "--demo") as running:
            took.append(running.first_page_s)
    return int(report("first page, median of five starts", statistics.median(took), LIMIT_S, "s"))


if __name__ == "__main__":
    sys.exit(main())
