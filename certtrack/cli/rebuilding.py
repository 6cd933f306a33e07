"""`certtrack rules rebuild`: the spans of all certifications made anew, in one process or in several."""

import gc
import sys
import time
from collections.abc import Generator, Iterator

import click

from certtrack.cli.edge import Edge, acting_as, pass_edge
from certtrack.cli.output import write_message
from certtrack.cli.sharing import share
from certtrack.clock import Clock
from certtrack.db.engine import Database
from certtrack.security import Actor
from certtrack.services.pacing import Pace
from certtrack.services.rebuilding import (
    Planned,
    Rebuilt,
    count_certifications,
    find_range,
    plan_rebuilt,
    rebuild_at_once,
    record_rebuilt,
    write_rebuilt,
)
from certtrack.services.rulebook import Rulebook

_RANGE = 500  # read together: twenty credits each take some ten megabytes
_PIECES = 8  # for each process at least, so that none is left with nothing to do
_FEW = 10  # that were changed meanwhile are read, computed and written in one transaction
_SAID_EACH_S = 5.0

Range = tuple[int, int]
Done = tuple[int, int]
"""How many certifications were looked at, and of how many the spans were written."""


@click.command(
    "rebuild",
    short_help="Make the standing of all anew.",
    epilog="Example: certtrack rules rebuild --processes 2",
)
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="How many share the work, each on another range of numbers.",
)
@acting_as
@pass_edge
def rebuild(edge: Edge, processes: int, actor: Actor) -> None:
    """Compute the standing of every certification anew, for all days, and write what differs from what lists show.

    For after a new version of a rule pack or of the program. Pages, mail and imports go on meanwhile. It can be
    stopped at any moment, and the same command given again: what is done already isn't written a second time.
    """
    with edge.reading() as session:
        progress = _Progress(count_certifications(session))
    ranges = list_ranges(edge.database, min(_RANGE, max(1, progress.total // (processes * _PIECES))))
    done = share(processes, _rebuild_ranges, ranges) if processes > 1 else _rebuild_here(edge, ranges)
    is_whole = False
    try:
        progress.say()
        for looked_at, written in done:
            progress.add(looked_at, written)
        is_whole = True
    except KeyboardInterrupt:
        done.close()
    if progress.written:
        with edge.writing() as session:
            rebuilt = Rebuilt(progress.looked_at, progress.written, is_whole=is_whole)
            record_rebuilt(session, rebuilt, actor=actor, at=edge.clock.now())
    progress.end()
    if not is_whole:
        write_message("Stopped. What is done stays done; the same command again does the rest.")
        sys.exit(3)


def list_ranges(database: Database, size: int = _RANGE) -> Iterator[Range]:
    """First and last numbers, both included, of ranges of so many certifications; each is asked for when it is due."""
    last = 0
    while True:
        with database.reading() as session:
            found = find_range(session, last, size)
        if found is None:
            return
        yield found
        last = found[1]


def _rebuild_ranges(ranges: Iterator[Range]) -> Iterator[Done]:
    """In a process of its own, which reads the settings for itself and opens a database of its own."""
    edge = Edge()
    try:
        yield from _rebuild_here(edge, ranges)
    finally:
        edge.close()


def _rebuild_here(edge: Edge, ranges: Iterator[Range]) -> Generator[Done, None, None]:
    rebuilder = Rebuilder(edge.database, edge.rulebook, edge.clock)
    gc.freeze()
    for first, last in ranges:
        yield rebuilder.rebuild(first, last)


class Rebuilder:
    """Makes ranges of certifications anew, and learns how many can be written in one transaction."""

    def __init__(self, database: Database, rulebook: Rulebook, clock: Clock) -> None:
        self._database, self._rulebook, self._clock, self._pace = database, rulebook, clock, Pace()

    def rebuild(self, first: int, last: int) -> Done:
        """Make this range anew, both numbers included."""
        with self._database.reading() as session:
            looked_at, planned = plan_rebuilt(session, self._rulebook, first, last, at=self._clock.now())
        overtaken = self._write(planned)
        written = len(planned) - len(overtaken)
        for start in range(0, len(overtaken), _FEW):
            with self._database.writing() as session:
                few = overtaken[start : start + _FEW]
                written += rebuild_at_once(session, self._rulebook, few, at=self._clock.now())
        return looked_at, written

    def _write(self, planned: list[Planned]) -> list[int]:
        overtaken, start = list[int](), 0
        while start < len(planned):
            batch = planned[start : start + self._pace.size]
            began, worked = time.perf_counter(), time.process_time()
            with self._database.writing() as session:
                overtaken += write_rebuilt(session, batch, at=self._clock.now())
            self._pace.learn(len(batch), time.perf_counter() - began, time.process_time() - worked)
            start += len(batch)
        return overtaken


class _Progress:
    """How many of how many are done, and how many in a second: on standard error, on one line of a terminal."""

    def __init__(self, total: int) -> None:
        self.looked_at = self.written = 0
        self.total = total
        self._began = self._said = time.monotonic()
        self._is_terminal = sys.stderr.isatty()

    def add(self, looked_at: int, written: int) -> None:
        self.looked_at += looked_at
        self.written += written
        if self._is_terminal or time.monotonic() - self._said >= _SAID_EACH_S:
            self.say()

    def end(self) -> None:
        self.say()
        if self._is_terminal:
            click.echo(err=True)
        counts = f"{self.looked_at} looked at, {self.written} with another standing than was written"
        click.echo(f"Certifications: {counts}.")

    def say(self) -> None:
        self._said = time.monotonic()
        rate = self.looked_at / max(self._said - self._began, 0.001)
        line = f"Rebuilding: {self.looked_at} of {self.total} certifications, {rate:.0f} a second"
        click.echo(f"\r{line}" if self._is_terminal else line, err=True, nl=not self._is_terminal)
