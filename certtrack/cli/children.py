"""Child processes that are kept running: one that dies comes back, and none is left behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from certtrack.logs import get_log

_PAUSES_S = (1, 2, 4, 8, 16, 32, 60)
_STEADY_S = 60
_PATIENCE_S = 20
_PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One command in a group of processes of its own; `name` is what logs call it."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    pause_s: Sequence[float] = _PAUSES_S
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _deaths: int = field(default=0, init=False)
    _started: float = field(default=0, init=False)
    _not_before: float = field(default=0, init=False)

    @property
    def pid(self) -> int | None:
        """The number of its process, None while there is none."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the command. It dies with its parent, whatever kills that, where the system can do so."""
        self._process = subprocess.Popen(  # noqa: S603  # our own command, from no shell
            self.command,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            process_group=0,
            preexec_fn=_make_mortal(),  # noqa: PLW1509  # safe: the parent has one thread
        )
        self._started = time.monotonic()

    def look(self) -> None:
        """Start it again if it died, after a pause that grows while it keeps dying soon after its start."""
        if self._process is None:
            if time.monotonic() >= self._not_before:
                self.start()
        elif (code := self._process.poll()) is not None:
            self._bury(code)

    def ask_to_end(self) -> None:
        """Send SIGTERM to the process itself, which ends its own workers."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.send_signal(signal.SIGCONT)  # a stopped process hears nothing else

    def end_by(self, deadline: float) -> None:
        """Wait for its end until `deadline` (of `time.monotonic`), then kill whatever is left of its group."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            get_log(child=self.name).warning("child_killed")
        _kill_group(self._process.pid)
        self._process.wait()
        self._process = None

    def _bury(self, code: int) -> None:
        if self._process is not None:
            _kill_group(self._process.pid)  # workers of a dead master would keep the port
        is_steady = time.monotonic() - self._started >= _STEADY_S
        self._deaths = 1 if is_steady else self._deaths + 1
        pause_s = self.pause_s[min(self._deaths, len(self.pause_s)) - 1]
        get_log(child=self.name).error("child_died", code=code, again_in_s=pause_s)
        self._process, self._not_before = None, time.monotonic() + pause_s


def end_all(children: Sequence[Child]) -> None:
    """End every child: SIGTERM to all at once, then SIGKILL to what is left after 20 seconds."""
    for child in children:
        child.ask_to_end()
    deadline = time.monotonic() + _PATIENCE_S
    for child in children:
        child.end_by(deadline)


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def _make_mortal() -> Callable[[], object] | None:
    if sys.platform != "linux":
        return None
    # loaded before the fork: between fork and exec as little as possible may happen
    return partial(ctypes.CDLL(None).prctl, _PR_SET_PDEATHSIG, signal.SIGTERM)
