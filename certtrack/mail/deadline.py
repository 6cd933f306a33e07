"""One deadline for a whole conversation: a time-out of reads alone lets a server trickle on for hours."""

import socket
import threading
import time
from contextlib import suppress

_LEAST_S = 0.01  # a time-out of 0 would mean something else


class Deadline:
    """Shuts the line after so many seconds, whatever is being waited for. `end` it when the conversation is over."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds
        self._seconds = seconds
        self._line: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True
        self._timer.start()

    def left_s(self) -> float:
        """Seconds that are left, always a few at least."""
        return max(self._ends_at - time.monotonic(), _LEAST_S)

    def is_half_gone(self) -> bool:
        """True where less than half of the time is left."""
        return self._ends_at - time.monotonic() < self._seconds / 2

    def connect(self, host: str, port: int) -> socket.socket:
        """A line to the first address of `host` that answers. Raises OSError where none does in time."""
        line = _connect(host, port, self)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a mail's last bytes wait for no answer
        self._line = line.dup()  # TLS takes the original one over
        return line

    def end(self) -> None:
        """The conversation is over: nothing is shut any more."""
        self._timer.cancel()
        self._timer.join()
        if self._line is not None:
            self._line.close()

    def _shut(self) -> None:
        if self._line is not None:
            with suppress(OSError):  # the other side was faster
                self._line.shutdown(socket.SHUT_RDWR)


def _connect(host: str, port: int, deadline: Deadline) -> socket.socket:
    lost = OSError(f"{host} has no address")
    for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        try:
            return socket.create_connection((str(address[0]), port), deadline.left_s())
        except OSError as error:
            lost = error
    raise lost
