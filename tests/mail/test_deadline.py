"""One deadline over a line, whatever is being waited for on it."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from kit.ports import find_port

from certtrack.mail.deadline import Deadline


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Listens on a port of its own, and never speaks."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def port_of(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port


def test_a_line_is_shut_when_the_time_is_over(listener: socket.socket) -> None:
    deadline, started = Deadline(0.3), time.monotonic()
    with deadline.connect("127.0.0.1", port_of(listener)) as line:
        line.settimeout(5)
        assert line.recv(1) == b""
        assert 0.25 < time.monotonic() - started < 0.8
    deadline.end()


def test_a_line_stays_open_once_the_deadline_has_ended(listener: socket.socket) -> None:
    deadline = Deadline(0.2)
    with deadline.connect("127.0.0.1", port_of(listener)) as line:
        other, _ = listener.accept()
        deadline.end()
        time.sleep(0.3)
        other.sendall(b"x")
        assert line.recv(1) == b"x"
        other.close()


def test_nothing_is_left_of_a_deadline_that_has_ended(listener: socket.socket) -> None:
    before = threading.active_count()
    deadline = Deadline(60)
    deadline.connect("127.0.0.1", port_of(listener)).close()
    deadline.end()
    assert threading.active_count() == before


def test_a_deadline_that_passes_without_a_line_harms_nobody() -> None:
    deadline = Deadline(0.01)
    time.sleep(0.1)
    deadline.end()


def test_what_is_left_runs_down_and_is_never_nothing() -> None:
    deadline = Deadline(0.2)
    assert 0.1 < deadline.left_s() <= 0.2
    assert not deadline.is_half_gone()
    time.sleep(0.25)
    assert 0 < deadline.left_s() <= 0.01
    assert deadline.is_half_gone()
    deadline.end()


def test_where_nobody_listens_there_is_no_line() -> None:
    deadline = Deadline(5)
    with pytest.raises(OSError, match="refused"):
        deadline.connect("127.0.0.1", find_port())
    deadline.end()


def test_a_host_is_tried_at_each_of_its_addresses(listener: socket.socket) -> None:
    deadline = Deadline(5)
    with deadline.connect("localhost", port_of(listener)) as line:
        assert line.getpeername()[0] == "127.0.0.1"
    deadline.end()
