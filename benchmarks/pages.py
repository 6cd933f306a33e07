"""Pages come soon with twenty people reading at the same time, in a registry of 20,000.

One's own page, a team of fifty, credits to check and the list of everybody, read by twenty accounts at once on the web
server of an installation, on SQLite and on PostgreSQL; beside each of them a page with nothing on it but the frame,
read by the same accounts through the same server. Limit: ten times that, for 95 of 100 (p95). Run it with
`PYTHONPATH=tests python benchmarks/pages.py [--people 2000] [--kind sqlite] [--times 10]`.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from kit.databases import create_on_server, name_database
from office import Office, make_office
from registry import run_servers
from running import find_port, report
from visiting import Reader, find_p95, let_in, run_web, visit

from certtrack.settings import Settings, load_settings

PEOPLE, READERS, TIMES, RATIO = 20_000, 20, 10, 10.0
NOWHERE = "/not-here"
"""The frame of a page with one sentence on it."""
PAGES = (
    ("one's own page", "specialists", "/"),
    ("a team of fifty", "supervisors", "/"),
    ("credits to check", "supervisors", "/credits"),
    ("the list of everybody", "administrators", "/people"),
)


def main() -> int:
    """Measure on both databases; 1 where a page takes longer than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--kind", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--times", type=int, default=TIMES)
    chosen, over = parser.parse_args(), list[bool]()
    with tempfile.TemporaryDirectory() as name, run_servers(Path(name)) as servers:
        for kind in chosen.kind or servers:
            url = (
                f"{servers[kind]}/pages.db"
                if kind == "sqlite"
                else name_database(servers[kind], create_on_server(servers[kind]))
            )
            settings = load_settings(
                env="test", instance=Path(name) / f"{kind}-instance", database_url=url, port=find_port()
            )
            settings.instance.mkdir()
            office = make_office(url, kind, settings, people=chosen.people, readers=READERS)
            print(f"{kind}, {chosen.people} people, {READERS} readers")
            over += measure(settings, office, chosen.times)
    return int(any(over))


def measure(settings: Settings, office: Office, times: int) -> list[bool]:
    """Whether each page takes longer than it may."""
    environment = os.environ | {
        "CERTTRACK_ENV": "test",
        "CERTTRACK_INSTANCE": str(settings.instance),
        "CERTTRACK_DATABASE_URL": settings.database_url,
        "CERTTRACK_PORT": str(settings.port),
    }
    over = []
    with run_web(settings, environment) as address:
        readers = {
            kind: let_in(settings, address, getattr(office, kind))
            for kind in dict.fromkeys(kind for _, kind, _ in PAGES)
        }
        for what, kind, path in PAGES:
            over.append(_compare(what, readers[kind], path, times))
    return over


def _compare(what: str, readers: list[Reader], path: str, times: int) -> bool:
    paths = [reader.find_page(path) for reader in readers]
    beside, took = list[float](), list[float]()
    for _ in range(2):  # in turn, so that what else the machine does weighs on both
        beside += visit(readers, [NOWHERE] * len(readers), times, status=404)
        took += visit(readers, paths, times)
    print(f"  {paths[0]}: {find_p95(took):.0f} ms for 95 of 100, the empty page {find_p95(beside):.0f} ms")
    return report(f"{what}, beside an empty page", find_p95(took) / find_p95(beside), RATIO, "times")


if __name__ == "__main__":
    sys.exit(main())
