"""One case is answered in less than a millisecond.

Asks `certtrack rules evaluate`, in process, for 2,000 cases with twenty credits each, of which every third fits two
areas: under a pack with six areas whose minima aren't published, under one whose minima are known, and under one whose
limits bind besides. The limit is one millisecond of the processor in the median of each. Run it with
`python benchmarks/cases.py`.
"""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from packs import LIMITED, SIX_AREAS, write_packs

from certtrack.services.evaluation import PackSource, evaluate

PUBLISHED = "us-wi-cps"
CASES, EACH = 2_000, 20
LIMIT_MS = 1.0
AREAS = ("cultural_humility", "trauma_informed_care", "ethics_boundaries", "area_4", "area_5", "area_6")
FORMS = ("in_person", "live_online", "recorded")


def make_case(pack: str, number: int) -> dict[str, Any]:
    """A case that no other is like: its day and its credits go by its number."""
    return {
        "pack": pack,
        "as_of": f"2027-0{1 + number % 9}-{1 + number % 28:02}",
        "exams": [{"taken_on": "2025-05-05", "score": 90}],
        "credits": [make_credit(number, at) for at in range(EACH)],
    }


def make_credit(number: int, at: int) -> dict[str, Any]:
    """One credit; every third fits two areas."""
    areas = [AREAS[(at + number) % len(AREAS)], AREAS[(at + number + 2) % len(AREAS)]]
    return {
        "id": f"{number}-{at}",
        "title": f"Course {at}",
        "provider": "Lakeside Peers",
        "last_on": f"2026-{1 + (at + number) % 12:02}-{1 + (at * 7 + number) % 28:02}",
        "minutes": 45 + 15 * ((at + number) % 5),
        "areas": areas if at % 3 == 0 else areas[:1],
        "format": FORMS[at % len(FORMS)],
    }


def measure(packs: PackSource, pack: str) -> float:
    """Milliseconds of the processor that one case takes, in the median."""
    taken: list[float] = []
    for case in [make_case(pack, number) for number in range(CASES)]:
        started = time.process_time()
        evaluate(case, packs)
        taken.append((time.process_time() - started) * 1000)
    return median(taken)


def main() -> None:
    """Measure each pack, and end with 1 where one takes longer than the limit."""
    with tempfile.TemporaryDirectory() as folder:
        write_packs(Path(folder) / "packs")
        packs = PackSource([Path(folder) / "packs"])
        found = {pack: measure(packs, pack) for pack in (PUBLISHED, SIX_AREAS, LIMITED)}
    for pack, milliseconds in found.items():
        print(f"{pack}: {milliseconds:.2f} ms a case (limit {LIMIT_MS:g} ms)")
    sys.exit(any(milliseconds > LIMIT_MS for milliseconds in found.values()))


if __name__ == "__main__":
    main()
