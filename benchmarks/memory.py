"""What the processes use: planner, delivery, an idle web worker, the scheduler.

Planner and delivery work on 1,000 reached stages among 100,000 certifications. The programs are those of a fresh
environment, since libraries import what tests need where they find it. It asks the package registry. Run it with
`PYTHONPATH=tests python benchmarks/memory.py`.
"""

import sys
import tempfile
import time
from pathlib import Path

from registry import AT, make_registry
from running import (
    find_command,
    install,
    list_descendants,
    read_private_mb,
    read_resident_mb,
    report,
    run_measured,
    run_up,
)

JOBS_MB, WORKER_MB, SCHEDULER_MB = 150, 130, 100
SETTLE_S = 15


def measure_jobs(folder: Path, programs: Path) -> list[bool]:
    """Whether planner and delivery go over their limit."""
    instance = folder / "registry"
    instance.mkdir()
    make_registry(f"sqlite:///{instance / 'certtrack.db'}", "sqlite", certifications=100_000, due=1_000)
    env = {"CERTTRACK_INSTANCE": str(instance), "CERTTRACK_ENV": "test"}
    day = AT.date().isoformat()
    over = []
    for job in ("plan_reminders", "deliver_mail"):
        used = run_measured(programs / "certtrack-jobs", "run", job, "--as-of", day, env=env)
        over.append(report(f"{job}, most resident", used, JOBS_MB, "MB"))
    mails = len(list((instance / "mail").glob("*.eml")))
    if mails != 1_000:
        raise SystemExit(f"{mails} mails were written, where 1,000 were due")
    return over


def measure_idle(folder: Path, programs: Path) -> list[bool]:
    """Whether the processes of `certtrack up` go over their limits while nothing is asked of them."""
    with run_up(folder / "instance", "--demo", programs=programs) as running:
        time.sleep(SETTLE_S)
        below = {pid: find_command(pid) for pid in list_descendants(running.pid)}
        web = [pid for pid, command in below.items() if "gunicorn" in command]
        scheduler = [pid for pid, command in below.items() if "jobs" in command]
        workers = [pid for pid in web if not list_descendants(pid)]
        largest = max(read_private_mb(pid) for pid in workers)
        return [
            report("web worker, idle, unique set", largest, WORKER_MB, "MB"),
            report("scheduler, resident", read_resident_mb(scheduler[0]), SCHEDULER_MB, "MB"),
        ]


def main() -> int:
    """Measure everything; 1 where something is over its limit."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        programs = install(folder / "venv")
        return int(any([*measure_jobs(folder, programs), *measure_idle(folder, programs)]))


if __name__ == "__main__":
    sys.exit(main())
