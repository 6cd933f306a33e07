"""Starting the product as a person would, and reading what its processes use."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
_LONGEST_START_S = 60


@dataclass(frozen=True, slots=True)
class Running:
    """A product that answers: the process of `certtrack up`, and the seconds until its first page was there."""

    pid: int
    first_page_s: float


def install(folder: Path, *more: str) -> Path:
    """A fresh environment in `folder` with the product as people install it, and `more` packages; its programs.

    It asks the package registry.
    """
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([folder / "bin" / "pip", "install", "--quiet", CHECKOUT, *more], check=True)
    return folder / "bin"


@contextmanager
def run_up(folder: Path, *options: str, programs: Path = Path(sys.executable).parent) -> Iterator[Running]:
    """`certtrack up` in an empty folder, until the block ends."""
    port = find_port()
    env = os.environ | {"CERTTRACK_INSTANCE": str(folder), "CERTTRACK_PORT": str(port)}
    started = time.monotonic()
    with (folder.parent / "up.log").open("wb") as log:
        process = subprocess.Popen([programs / "certtrack", "up", *options], env=env, stdout=log, stderr=log)
    try:
        wait_for_page(f"http://127.0.0.1:{port}/", process)
        yield Running(process.pid, time.monotonic() - started)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def wait_for_page(address: str, process: subprocess.Popen[bytes]) -> None:
    """Return when the page answers, whatever it answers; ends the benchmark where it never does."""
    deadline = time.monotonic() + _LONGEST_START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.02)
    raise SystemExit(f"{address} never answered")


def run_measured(*command: str | Path, env: dict[str, str]) -> float:
    """Run a command to its end; the most memory that it had resident, in MB. Ends the benchmark where it doesn't.

    Of several processes that of the one which had most. It is asked again and again: what the system tells at the end
    is never less than this process itself had.
    """
    process = subprocess.Popen(command, env=os.environ | env, stdout=subprocess.DEVNULL)
    most = 0.0
    while process.poll() is None:
        most = max(most, *map(_find_peak_mb, (process.pid, *list_descendants(process.pid))))
        time.sleep(0.02)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return most


def _find_peak_mb(pid: int) -> float:
    """The most that a process has had resident so far, in MB; 0 where it is gone already."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0) / 1024


def list_descendants(pid: int) -> list[int]:
    """Every process below `pid`; none where it is gone."""
    try:
        children = [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return children + [below for child in children for below in list_descendants(child)]


def find_command(pid: int) -> str:
    """The command line of a process."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def find_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def read_private_mb(pid: int) -> float:
    """The memory that a process shares with no other, in MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def read_resident_mb(pid: int) -> float:
    """The memory that a process has resident, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def report(what: str, figure: float, limit: float, unit: str) -> bool:
    """Print a figure beside its limit; True where it is over it."""
    print(f"{what:<44} {figure:8.1f} {unit}   {figure / limit:5.2f} of the limit, {limit:g} {unit}")
    return figure > limit
