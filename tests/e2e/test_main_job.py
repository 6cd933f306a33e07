"""The main job as a person does it: the wheel in a fresh environment, a messy roster, a real mail server, years.

What is expected stands in three tables beside this file, worked out by hand from the published rules and the policy.
"""

import csv
import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from datetime import time as hour
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from kit.databases import on_sqlite
from kit.ports import find_port
from kit.roster import SHARED
from kit.smtp import SmtpServer
from kit.wheel import Installed

HERE = Path(__file__).parent
STEPS = list(csv.DictReader((HERE / "steps.csv").read_text(encoding="utf-8").splitlines()))
COPIES = list(csv.DictReader((HERE / "copies.csv").read_text(encoding="utf-8").splitlines()))
STANDINGS = list(csv.DictReader((HERE / "standings.csv").read_text(encoding="utf-8").splitlines()))
EXPECTED = HERE.parent / "services" / "roster" / "expected.csv"
PATIENCE_S = 30
BOB = "bob@example.org"
"""Who supervises them all, by the roster."""
ZONE = ZoneInfo("America/Chicago")
STAGES = [f"before_{days}" for days in (180, 90, 60, 30, 14, 7, 1)] + ["grace", "late", "exam_route", "full_route"]


@dataclass
class Office:
    """An office that runs the installed product; `now` is moved for all its processes together."""

    bin: Path
    folder: Path
    env: dict[str, str]
    smtp: SmtpServer
    seen: int = 0

    def move_to(self, day: date) -> None:
        target = datetime.combine(day, hour(12), ZONE)
        seconds = round((target - datetime.now(UTC)).total_seconds())
        (self.folder / "offset").write_text(str(seconds))

    def run(self, *command: str, code: int = 0) -> str:
        program = self.bin / ("certtrack-jobs" if command[0] == "jobs" else "certtrack")
        words = command[1:] if command[0] == "jobs" else command
        done = subprocess.run(
            [program, *words], cwd=self.folder, env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def read(self, *command: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.run(*command, "--format", "json"))
        return rows

    def plan_and_deliver(self, times: int = 1) -> None:
        self.run("jobs", "run", *("plan_reminders", "deliver_mail") * times)

    def list_new_recipients(self, wanted: int = 0) -> list[str]:
        """To whom mails came since the last question, one entry a mail.

        So many are waited for: what `certtrack up` has in hand comes a moment after a command found nothing to do.
        """
        until = time.monotonic() + PATIENCE_S
        while self.smtp.count_taken() < self.seen + wanted and time.monotonic() < until:
            time.sleep(0.1)
        taken = self.smtp.list_taken()
        new, self.seen = taken[self.seen :], len(taken)
        return [mail.recipients[0] for mail in new]


@contextmanager
def run_up(office: Office) -> Iterator[subprocess.Popen[bytes]]:
    """`certtrack up`, until the block ends by Ctrl-C."""
    command = (office.bin / "certtrack", "up")
    with (office.folder / "up.log").open("wb") as log, (office.folder / "up.out").open("wb") as out:
        process = subprocess.Popen(command, cwd=office.folder, env=office.env, stdout=out, stderr=log)
    try:
        wait_for_page(office, process)
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0, (office.folder / "up.log").read_text()


def wait_for_page(office: Office, process: subprocess.Popen[bytes]) -> None:
    address = f"http://127.0.0.1:{office.env['CERTTRACK_PORT']}/healthz"
    for _ in range(600):
        assert process.poll() is None, (office.folder / "up.log").read_text()
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except urllib.error.URLError:
            time.sleep(0.05)
    pytest.fail("no page came")


@pytest.fixture
def office(installed_wheel: Installed, empty_url: str, smtp: SmtpServer, tmp_path: Path) -> Office:
    env = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
    env |= {
        "CERTTRACK_ENV": "test",
        "CERTTRACK_INSTANCE": str(tmp_path / "instance"),
        "CERTTRACK_DATABASE_URL": empty_url,
        "CERTTRACK_PORT": str(find_port()),
        "CERTTRACK_CLOCK_FILE": str(tmp_path / "offset"),
        "CERTTRACK_SMTP_HOST": smtp.host,
        "CERTTRACK_SMTP_PORT": str(smtp.port),
        "CERTTRACK_SMTP_SECURITY": "none",
        "CERTTRACK_MAIL_FROM": "notes@example.org",
    }
    made = Office(installed_wheel.bin, tmp_path, env, smtp)
    made.move_to(date(2026, 5, 15))
    return made


@pytest.mark.long
@pytest.mark.timeout(600)
@on_sqlite
def test_a_roster_is_imported_and_each_due_person_is_mailed_once_at_each_step(office: Office) -> None:
    with run_up(office):
        assert "/password/" in (office.folder / "up.out").read_text(), "the first administrator's link"
        office.run("organization", "create", "lakeside", "--name", "Lakeside Peers", "--zone", "America/Chicago")
        office.run("import", "roster", str(SHARED), code=3)
        check_standings(office)
        check_nobody_is_mailed_by_the_import(office)
        for day in sorted({step["day"] for step in STEPS}):
            take_step(office, day)
        check_ledger(office)
        assert office.run("audit", "verify") is not None


def check_standings(office: Office) -> None:
    due_days = {row["number"]: row["due_on"] for row in expected()}
    by_due_day = {row["due_on"]: row for row in STANDINGS}
    for day in [name for name in STANDINGS[0] if name[:2] == "20"]:
        found = {row["number"]: row["validity"] for row in office.read("standing", "--as-of", day)}
        assert found == {number: by_due_day[due_on][day] for number, due_on in due_days.items()}, day


def check_nobody_is_mailed_by_the_import(office: Office) -> None:
    office.plan_and_deliver()
    assert office.list_new_recipients() == []


def take_step(office: Office, day: str) -> None:
    """Go to the day, release the mass the first time: each due person gets one mail, whoever looks a second time."""
    office.move_to(date.fromisoformat(day))
    office.plan_and_deliver(times=2)
    if day == STEPS[0]["day"]:
        assert office.list_new_recipients() == [], "more than 25 first mails of one import wait for a person"
        cause = next(row["cause"] for row in office.read("reminders", "held") if "--person" not in row["release"])
        office.run("reminders", "release", cause)
        office.plan_and_deliver()
    steps = {step["due_on"]: int(step["mails"]) for step in STEPS if step["day"] == day}
    copies = sum(int(row["mails"]) for row in COPIES if row["day"] == day)
    came = office.list_new_recipients(wanted=sum(steps.values()) + copies)
    assert came.count(BOB) == copies, day
    assert Counter(find_due_day(address) for address in came if address != BOB) == steps, day
    if day in (STEPS[0]["day"], STEPS[-1]["day"]):
        office.plan_and_deliver()
        assert office.list_new_recipients() == [], f"nobody is told twice on {day}"


def find_due_day(address: str) -> str:
    """The due day of whoever has this address: it carries the last digits of their number."""
    digits = re.findall(r"\d+", address)[0]
    return next(row["due_on"] for row in expected() if int(row["number"].partition("-")[2]) == 1000 + int(digits))


def expected() -> list[dict[str, str]]:
    with EXPECTED.open(encoding="utf-8") as table:
        return list(csv.DictReader(table))


def check_ledger(office: Office) -> None:
    """Every stage of the people due on October 31, 2026 is on record once: sent, or with what came instead."""
    sent = {step["stage"] for step in STEPS if step["due_on"] == "2026-10-31"}
    rows = [row for row in office.read("reminders", "ledger") if row["anchor_on"] == "2026-10-31"]
    rows = [row for row in rows if row["audience"] == "holder"]
    people = {row["person"] for row in rows}
    assert len(people) == 35
    for person in people:
        mine = {row["stage"]: row for row in rows if row["person"] == person}
        assert sorted(mine) == sorted(STAGES)
        has_address = mine["before_90"]["state"] == "sent"
        for stage, row in mine.items():
            if stage in sent:
                assert row["state"] == ("sent" if has_address else "suppressed"), row
            else:
                reason = "before_record" if stage == "before_180" else "overtaken"
                assert (row["state"], row["reason"]) == ("superseded", reason), row
