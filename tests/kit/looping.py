"""A process that runs one job over and over, until somebody kills it."""

import os
import sys
import time
from pathlib import Path

import jobs.deliver_mail
from certtrack.mail import compose, smtp
from jobs.cli import main

PRELOADED = (jobs.deliver_mail, compose, smtp)
"""What the job needs, loaded once for all the processes that are forked from here."""

_PAUSE_S = 0.05
"""Between two runs: where nothing is to do they would keep a processor from those who have."""


def run_on(command: list[str], env: dict[str, str], log: Path) -> None:
    """`certtrack-jobs` with these words, again and again; what it writes is added to `log`."""
    os.environ.update(env)
    with log.open("ab") as written:
        os.dup2(written.fileno(), sys.stdout.fileno())
        os.dup2(written.fileno(), sys.stderr.fileno())
    while True:
        main(command, standalone_mode=False)
        time.sleep(_PAUSE_S)
