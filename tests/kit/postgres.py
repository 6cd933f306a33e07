"""A PostgreSQL for the tests: the one that a variable names, else a throw-away cluster of our own, never as root."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_MEMORY = Path("/dev/shm")  # noqa: S108  # the folder inside is made with a name and rights of its own
_ROOM = 2_000_000_000
_PORT = "54329"  # names the socket's file; nothing listens on the network
_OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "120",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",  # tests' databases live for a second
    "shared_buffers": "32MB",  # each is looked through for a database that is dropped
    "listen_addresses": "",
    "timezone": "UTC",
}


class NoPostgres(Exception):
    """Why there is no PostgreSQL for the tests here."""


_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on"}


@contextmanager
def run_postgres(*, is_durable: bool = False) -> Iterator[str]:
    """The address of a server that tests may make databases on. Raises NoPostgres, which says what is missing.

    One that `is_durable` is on disk, and as sure of what it has said as an installation's.
    """
    if named := os.environ.get("CERTTRACK_TEST_POSTGRES_URL"):
        yield named
        return
    with run_cluster(is_durable=is_durable) as cluster:
        yield cluster.url


@contextmanager
def run_cluster(*, is_durable: bool = False) -> Iterator["Cluster"]:
    """A server of one's own, which may be stopped and started. Raises NoPostgres, which says what is missing."""
    programs, user = _find_programs(), _find_user()
    folder = Path(tempfile.mkdtemp(prefix="certtrack-postgres-", dir=None if is_durable else _find_memory()))
    if user:
        shutil.chown(folder, user)
    cluster = Cluster(folder, programs, user, _OPTIONS | (_DURABLE if is_durable else {}))
    try:
        cluster.make()
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Cluster:
    """A PostgreSQL in a folder."""

    def __init__(self, folder: Path, programs: Path, user: str | None, options: dict[str, str]) -> None:
        self._folder, self._programs, self._options = folder, programs, options
        self._as: dict[str, Any] = {"user": user, "group": _group_of(user), "extra_groups": []} if user else {}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where databases can be made."""
        return f"postgresql+psycopg://certtrack@/postgres?host={self._folder}&port={_PORT}"

    def make(self) -> None:
        """Make it, with nothing in it; it isn't started."""
        initdb = ("initdb", "-D", str(self._folder / "data"), "-U", "certtrack", "-A", "trust", "-E", "UTF8")
        self._run(*initdb, "--no-sync", "--locale=C.UTF-8")

    def start(self) -> None:
        """Let it run; comes back when it can be asked."""
        options = [part for name, value in self._options.items() for part in ("-c", f"{name}={value}")]
        data = ["-D", str(self._folder / "data"), "-k", str(self._folder), "-p", _PORT]
        with (self._folder / "log").open("ab") as log:
            command = [str(self._programs / "postgres"), *data, *options]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder, **self._as)
        self._wait()

    def stop(self) -> None:
        """End it, as `pg_ctl stop` does: it hangs up on everybody, and what they hadn't committed is lost."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # what PostgreSQL calls a fast shutdown
            self._process.wait(30)
            self._process = None

    def _wait(self) -> None:
        for _ in range(300):
            ready = [str(self._programs / "pg_isready"), "-q", "-h", str(self._folder), "-p", _PORT]
            if subprocess.run(ready, check=False).returncode == 0:
                return
            time.sleep(0.05)
        raise NoPostgres(f"it did not start: {(self._folder / 'log').read_text()}")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        done = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, check=False, **self._as)
        if done.returncode:
            raise NoPostgres(f"{program} ended with {done.returncode}: {done.stderr}")


def _find_memory() -> Path | None:
    """A folder in memory, where each test's copy of the template takes a tenth of the time; None: the usual folder."""
    has_room = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM
    return _MEMORY if has_room else None


def _find_programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    if initdb := shutil.which("initdb"):
        return Path(initdb).resolve().parent
    raise NoPostgres("there is no initdb here; install PostgreSQL, or set CERTTRACK_TEST_POSTGRES_URL")


def _find_user() -> str | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise NoPostgres("PostgreSQL never runs as root, and there is no other account here")


def _group_of(user: str) -> int:
    return pwd.getpwnam(user).pw_gid
