"""`certtrack up`, as real processes."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path

import psutil
import pytest
from kit.ports import find_port
from kit.webhook import Listener, listen
from sqlalchemy import make_url

from certtrack.db.engine import Database
from certtrack.services.alarms import find_alarm

PATIENCE_S = 90
Start = Callable[..., "Up"]


@dataclass
class Up:
    """One `certtrack up` and what it says."""

    process: subprocess.Popen[bytes]
    instance: Path
    port: int
    database_url: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def said(self, stream: str = "err") -> str:
        return (self.instance.parent / f"{self.instance.name}.{stream}").read_text()

    def wait(self, is_so: Callable[[], object], what: str) -> None:
        until = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < until, f"{what} never came:\n{self.said()}"
            time.sleep(0.1)

    def ready(self) -> "Up":
        self.wait(lambda: "Ready: " in self.said() or self.process.poll() is not None, "the first page")
        assert self.process.poll() is None, self.said()
        return self

    def mail_health(self) -> int:
        """The status of `/healthz/mail`."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz/mail", timeout=5) as answer:  # noqa: S310  # our own
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def answers(self) -> bool:
        try:
            return bool(fetch(f"{self.url}/healthz"))
        except OSError:
            return False

    def child(self, word: str) -> psutil.Process | None:
        """The child whose command has that word, if it runs."""
        for one in psutil.Process(self.process.pid).children():
            try:
                if word in " ".join(one.cmdline()):
                    return one
            except psutil.NoSuchProcess:
                continue
        return None

    def get_child(self, word: str) -> psutil.Process:
        self.wait(lambda: self.child(word), word)
        found = self.child(word)
        assert found
        return found

    def family(self) -> list[psutil.Process]:
        return list(psutil.Process(self.process.pid).children(recursive=True))

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def has_alarm(self) -> bool:
        database = Database(self.database_url)
        try:
            with database.reading() as session:
                return find_alarm(session, "scheduler_silent") is not None
        finally:
            database.close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start `certtrack up`: `start("--demo", port=81, CERTTRACK_WEB_WORKERS=1)`; all are gone when the test ends."""
    made: list[Up] = []

    def run(*arguments: str, port: int | None = None, **variables: str) -> Up:
        instance = tmp_path / f"instance{len(made)}"
        port = port or find_port()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("CERTTRACK_")}
        given = {"CERTTRACK_INSTANCE": str(instance), "CERTTRACK_PORT": str(port), "CERTTRACK_WEB_WORKERS": "1"}
        environment = clean | given | variables
        code = "import sys; from certtrack.__main__ import main; sys.argv[0] = 'certtrack'; main()"
        command = (sys.executable, "-c", code, "up", *arguments)
        out, err = (tmp_path / f"{instance.name}.{stream}" for stream in ("out", "err"))
        with out.open("wb") as said, err.open("wb") as messages:
            process = subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=said, stderr=messages)
        url = environment.get("CERTTRACK_DATABASE_URL") or f"sqlite:///{instance / 'certtrack.db'}"
        made.append(Up(process, instance, port, url))
        return made[-1]

    yield run
    for one in made:
        end(one)


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listen() as listener:
        yield listener


def end(one: Up) -> None:
    if one.process.poll() is not None:
        return
    family = one.family()
    one.process.send_signal(signal.SIGTERM)
    try:
        one.process.wait(30)
    except subprocess.TimeoutExpired:
        one.process.kill()
        for process in family:
            process.kill()
        pytest.fail("certtrack up didn't end by itself")


def fetch(url: str) -> str:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    with browser.open(url, timeout=30) as answer:
        return str(answer.read().decode())


def are_gone(family: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(family, timeout=0.1)[1]


def test_a_first_start_makes_the_database_and_hands_out_one_link_that_works(start: Start) -> None:
    one = start().ready()
    (link,) = one.said("out").split()
    assert link.startswith(f"{one.url}/password/")
    assert 'name="password"' in fetch(link)
    assert "each mail is a file in" in one.said()
    family = one.family()
    assert one.stop(signal.SIGINT) == 0
    assert are_gone(family)
    assert not one.answers()


@pytest.mark.long
def test_the_demonstration_prints_its_logins_and_writes_its_mails(start: Start) -> None:
    one = start("--demo").ready()
    found = re.search(r"go out within half a minute: (\d+)", one.said())
    assert found
    mail = one.instance / "mail"
    one.wait(lambda: len(list(mail.glob("*.eml"))) >= int(found[1]) > 0, "the mail")  # the week's, too, after Monday
    assert "lakeside-demo-alice" in one.said("out")
    assert one.stop() == 0


@pytest.mark.long
def test_each_child_that_is_killed_comes_back_and_ctrl_c_ends_all(start: Start) -> None:
    one = start().ready()
    for word in ("gunicorn", "jobs schedule"):
        first = one.get_child(word)
        first.kill()
        one.wait(lambda: (now := one.child(word)) and now.pid != first.pid, f"another {word}")  # noqa: B023  # run here
    one.wait(lambda: one.said().count("child_died") == 2, "two lines in the log")
    one.wait(one.answers, "a page")
    family = one.family()
    assert one.stop(signal.SIGINT) == 0
    assert are_gone(family)
    assert "All is stopped." in one.said()


def test_children_dont_outlive_a_parent_that_is_killed(start: Start) -> None:
    one = start().ready()
    one.get_child("jobs schedule")
    family = one.family()
    one.process.kill()
    one.process.wait()
    one.wait(lambda: are_gone(family), "the end of its children")


def suspend_between_transactions(process: psutil.Process, database_url: str) -> None:
    """Freeze a process that holds no write lock of SQLite: else nobody could write down that it is silent."""
    while True:
        process.suspend()
        database = sqlite3.connect(make_url(database_url).database or "", timeout=1)
        try:
            database.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            process.resume()
            time.sleep(0.2)
        else:
            return
        finally:
            database.close()


@pytest.mark.long
def test_a_silent_scheduler_raises_the_alarm_until_it_is_back(start: Start, listener: Listener) -> None:
    one = start(CERTTRACK_HEARTBEAT_LIMIT_S="4", CERTTRACK_ALARM_WEBHOOK=listener.address).ready()
    scheduler = one.get_child("jobs schedule")
    one.wait(lambda: one.mail_health() == 200, "the first sign of life")
    before = len(one.said())  # on a slow machine the start itself may have been a silence
    suspend_between_transactions(scheduler, one.database_url)
    one.wait(lambda: "Alarm: The scheduler is silent" in one.said()[before:], "the alarm")
    assert "scheduler_silent" in one.said()[before:]
    assert one.has_alarm()
    assert one.mail_health() == 503
    assert listener.events()[-1] == ("raised", "scheduler_silent")
    scheduler.resume()
    one.wait(lambda: "The alarm is over: The scheduler is silent" in one.said()[before:], "its end")
    one.wait(lambda: listener.events()[-1] == ("over", "scheduler_silent"), "its end on the other way")
    one.wait(lambda: one.mail_health() == 200, "mail that is well")
    assert one.child("jobs schedule") == scheduler
    assert one.stop() == 0


def test_a_scheduler_that_is_stopped_is_ended_all_the_same(start: Start) -> None:
    one = start().ready()
    one.get_child("jobs schedule").suspend()
    family = one.family()
    assert one.stop() == 0
    assert are_gone(family)


def test_a_port_that_is_taken_is_refused_with_advice(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        one = start(port=port)
        assert one.process.wait(PATIENCE_S) == 1
    assert f"CERTTRACK_PORT={port + 1}" in one.said()
    assert "Traceback" not in one.said()


@pytest.mark.long
def test_a_second_one_on_the_same_folder_is_refused_whatever_its_port(start: Start) -> None:
    first = start().ready()
    second = start(CERTTRACK_INSTANCE=str(first.instance))
    assert second.process.wait(PATIENCE_S) == 1
    assert f"runs on the data in {first.instance} already: {first.url} (process {first.process.pid})" in second.said()
    assert "Traceback" not in second.said()
    assert second.said("out") == ""
    first.process.kill()
    first.process.wait()
    third = start(CERTTRACK_INSTANCE=str(first.instance)).ready()  # nothing that a crash leaves is in its way
    assert third.stop() == 0


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"CERTTRACK_ENV": "production"}, "CERTTRACK_ENV says production"),
        ({"CERTTRACK_HOST": "0.0.0.0"}, "isn't opened to other machines"),  # noqa: S104  # that it is refused
    ],
)
def test_the_demonstration_is_refused_where_it_would_do_harm(
    start: Start, variables: dict[str, str], words: str
) -> None:
    one = start("--demo", **variables)
    assert one.process.wait(PATIENCE_S) == 1
    assert words in one.said()
    assert not one.instance.exists()


@pytest.mark.long
@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_it_runs_on_postgresql(start: Start, empty_url: str) -> None:
    one = start("--demo", CERTTRACK_DATABASE_URL=empty_url).ready()
    one.wait(lambda: list((one.instance / "mail").glob("*.eml")), "mail")
    assert not (one.instance / "certtrack.db").exists()
    assert one.stop() == 0
