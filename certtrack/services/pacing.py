"""How much goes into one transaction: as much as keeps others from waiting long for the database."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

_AIM_S = 0.025


@dataclass
class Pace:
    """`size` is how many the next transaction takes; it follows from how long the last ones took."""

    size: int = 20
    largest: int = 150
    longest_s: float = field(default=0, init=False)
    """The longest of them so far."""

    def learn(self, count: int, took_s: float, worked_s: float) -> None:
        """A transaction that wrote `count` was held for `took_s`, of which the processor worked `worked_s`.

        What else the machine has to do makes the first longer, and no size small enough would make up for that.
        """
        self.longest_s = max(self.longest_s, took_s)
        wished = int(count * _AIM_S / max(worked_s, took_s / 2, 0.001))
        if count >= self.size or wished < self.size:
            self.size = max(1, min(wished, 2 * self.size, self.largest))


_SMALLEST, _LARGEST = 3, 60
# on SQLite nobody is to wait longer than 0.1 s for the write lock, and the next ones may be slower
_AIM_LOCKED_S = 0.05
_AIM_UNLOCKED_S = 0.4  # on PostgreSQL only those wait who change the same records


def work_in_batches(
    writing: Callable[[], AbstractContextManager[Session]],
    work: Callable[[Session, int], int],
    *,
    is_enough: Callable[[], bool],
    advance: Callable[[int], None] = lambda _count: None,
) -> None:
    """Call `work` with a session and a size until it answers 0 or `is_enough`, each time in a transaction of its own.

    `writing` opens that, and commits it when it ends; `advance` is told what each call answers.
    """
    size, looked_at = _SMALLEST, 1
    while looked_at and not is_enough():
        began, worked = time.perf_counter(), time.process_time()
        with writing() as session:
            aim = _AIM_UNLOCKED_S if session.get_bind().dialect.name == "postgresql" else _AIM_LOCKED_S
            looked_at = work(session, size)
        # what else the machine has to do makes it longer, and no batch small enough would make up for that
        seconds = max(time.process_time() - worked, (time.perf_counter() - began) / 2, 0.001)
        size = max(_SMALLEST, min(int(looked_at * aim / seconds), 2 * size, _LARGEST))
        advance(looked_at)
