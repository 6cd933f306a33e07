"""How far long work is, on standard error."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from certtrack.cli.output import write_message


@contextmanager
def show_progress(total: int, what: str, of: str) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, else a line for each fifth of the way, such as `Importing: 20 of 100 rows`."""
    if sys.stderr.isatty():
        with click.progressbar(length=total, label=what, file=sys.stderr) as bar:
            yield bar.update
        return
    done = said = 0

    def advance(count: int) -> None:
        nonlocal done, said
        done += count
        if done > said and (done >= total or done - said >= total / 5):
            said = done
            write_message(f"{what}: {min(done, total)} of {total} {of}")

    yield advance
