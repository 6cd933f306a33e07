"""Work that several processes share: each asks for the next piece when it is done with the last one."""

import multiprocessing
import signal
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, TypeVar

from certtrack.errors import Refused

P = TypeVar("P")
R = TypeVar("R")
Work = Callable[[Iterator[P]], Iterator[R]]

_PATIENCE_S = 20
_PROCESSES = multiprocessing.get_context("spawn")  # a copy of this process would share its connections


def share(processes: int, work: Work[P, R], pieces: Iterator[P]) -> Generator[R, None, None]:
    """What `work` makes of each piece, in the order in which they are done. `work` is a function of a module.

    It is called once in each process with the pieces that this one asks for, and yields once for each of them. A
    process ends when none is left, when this generator is closed, or when its parent is gone; it never hears Ctrl-C.
    Raises Refused where one broke off: then no other begins a new piece.
    """
    pieces, running = iter(pieces), dict[Connection, SpawnProcess]()
    try:
        for _ in range(processes):
            ours, process = _start(work)
            running[ours] = process
        yield from _hand_out(running, pieces)
    finally:
        for ours in running:
            ours.close()
        for process in running.values():
            _end(process)


def _start(work: Work[P, R]) -> tuple[Connection, SpawnProcess]:
    ours, theirs = _PROCESSES.Pipe()
    process = _PROCESSES.Process(target=_work, args=(work, theirs), daemon=True)
    with _without_interrupts():
        process.start()
    theirs.close()
    return ours, process


def _hand_out(running: dict[Connection, SpawnProcess], pieces: Iterator[Any]) -> Iterator[Any]:
    waiting = set(running)
    while waiting:
        for ours in (one for one in wait(list(waiting)) if isinstance(one, Connection)):
            try:
                made = ours.recv()
                piece = next(pieces, None)
                ours.send(piece)
            except (EOFError, OSError) as error:
                raise Refused(
                    "A process that shared the work broke off. What is done stays done: give the same command again."
                ) from error
            if piece is None:
                waiting.discard(ours)
            if made is not None:
                yield made


def _work(work: Work[Any, Any], theirs: Connection) -> None:
    try:
        for made in work(_ask(theirs)):
            theirs.send(made)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # who has asked for it isn't there any more


def _ask(theirs: Connection) -> Iterator[Any]:
    theirs.send(None)  # the first piece is asked for; from then on each answer asks for the next one
    while (piece := theirs.recv()) is not None:
        yield piece


def _end(process: SpawnProcess) -> None:
    process.join(_PATIENCE_S)
    if process.is_alive():
        process.kill()
        process.join()


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """What is started meanwhile ignores Ctrl-C from its first moment on."""
    heeding = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, heeding)
