"""A web server as an installation runs it, and readers who sign in and open pages of it at the same time."""

import http.client
import re
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlencode, urlsplit

from running import wait_for_page

from certtrack.auth.links import make_link
from certtrack.cli.servers import find_address, make_children
from certtrack.clock import WallClock
from certtrack.db.engine import Database
from certtrack.services.accounts import get_account
from certtrack.settings import Settings

_PASSWORD = "four words in a row"  # noqa: S105  # of accounts that live as long as the benchmark
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@contextmanager
def run_web(settings: Settings, environment: dict[str, str]) -> Iterator[str]:
    """The web server alone, without the scheduler; its address, until the block ends."""
    command = make_children(settings)[0].command
    process = subprocess.Popen(command, env=environment)
    try:
        address = find_address(settings)
        wait_for_page(f"{address}/healthz", process)
        yield address
    finally:
        process.terminate()
        process.wait(30)


class Reader:
    """Somebody with a browser, which keeps cookies, and opens a connection for each page."""

    def __init__(self, address: str) -> None:
        host, _, port = urlsplit(address).netloc.partition(":")
        self._connection = http.client.HTTPConnection(host, int(port), timeout=120)
        self._cookies: dict[str, str] = {}

    def open(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, where it sends one on, and the page; with a form, what it is sent."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        headers |= {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
        body = urlencode(form) if form is not None else None
        self._connection.request("GET" if form is None else "POST", path, body, headers)
        answer = self._connection.getresponse()
        for said in answer.headers.get_all("Set-Cookie", []):
            name, _, value = said.partition(";")[0].partition("=")
            self._cookies[name] = value
        page = answer.read().decode()
        self._connection.close()
        return answer.status, answer.headers.get("Location", ""), page

    def sign_in(self, link: str) -> None:
        """Choose a password by a one-time link. Ends the benchmark where that doesn't sign in."""
        _, way_on, page = self.open(urlsplit(link).path)
        path = way_on or urlsplit(link).path
        page = page if not way_on else self.open(way_on)[2]
        found = _TOKEN.search(page)
        if found is None:
            raise SystemExit(f"{path} has no form")
        status, _, _ = self.open("/password", {"csrf_token": found[1], "password": _PASSWORD, "again": _PASSWORD})
        if status != 302:
            raise SystemExit(f"signing in answered {status}")

    def find_page(self, path: str) -> str:
        """Where that address leads in the end. Ends the benchmark where it leads to no page."""
        for _ in range(5):
            status, way_on, _ = self.open(path)
            if status == 200:
                return path
            path = urlsplit(way_on).path or path
        raise SystemExit(f"{path} answers {status}")


def let_in(settings: Settings, address: str, names: Sequence[str]) -> list[Reader]:
    """A reader for each of these accounts, signed in."""
    database, readers = Database(settings.database_url), []
    with database.reading() as session:
        at = WallClock().now()
        links = [make_link(settings, get_account(session, name), at=at) for name in names]
    database.close()
    for link in links:
        reader = Reader(address)
        reader.sign_in(link)
        readers.append(reader)
    return readers


def visit(readers: Sequence[Reader], paths: Sequence[str], times: int, status: int = 200) -> list[float]:
    """All open their own page again and again, at the same time: what each time took, in milliseconds."""
    took: list[list[float]] = [[] for _ in readers]
    wrong: list[int] = []
    begin = threading.Barrier(len(readers))

    def run(reader: Reader, path: str, mine: list[float]) -> None:
        begin.wait()
        for _ in range(times):
            began = time.perf_counter()
            got, _, _ = reader.open(path)
            mine.append((time.perf_counter() - began) * 1000)
            if got != status:
                wrong.append(got)

    threads = [threading.Thread(target=run, args=each) for each in zip(readers, paths, took, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise SystemExit(f"{paths[0]} answered {wrong[0]}")
    return [one for mine in took for one in mine]


def find_p95(took: Sequence[float]) -> float:
    """What 95 of a hundred took less than."""
    return statistics.quantiles(took, n=20)[-1]
