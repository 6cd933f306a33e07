"""Work shared by several processes: each piece is done once, and none of them outlives who has started it."""

import os
import time
from collections.abc import Iterator

import pytest

from certtrack.cli.sharing import share
from certtrack.errors import Refused


def double(pieces: Iterator[int]) -> Iterator[tuple[int, int]]:
    for piece in pieces:
        time.sleep(0.02)
        yield 2 * piece, os.getpid()


def break_off(pieces: Iterator[int]) -> Iterator[int]:
    yield next(pieces)
    os._exit(next(pieces))


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_each_piece_is_done_once_by_one_of_them() -> None:
    done = list(share(2, double, iter(range(60))))
    assert sorted(made for made, _ in done) == [2 * piece for piece in range(60)]
    processes = {pid for _, pid in done}
    assert len(processes) == 2
    assert os.getpid() not in processes


def test_when_nobody_asks_any_more_every_process_ends() -> None:
    shared = share(2, double, iter(range(1_000_000)))
    processes = {next(shared)[1] for _ in range(20)}
    shared.close()
    assert not any(is_running(pid) for pid in processes)


def test_a_process_that_breaks_off_is_told() -> None:
    with pytest.raises(Refused, match="give the same command again"):
        list(share(2, break_off, iter([7, 7, 7])))
