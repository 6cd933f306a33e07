"""`certtrack-jobs`."""

import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from kit.databases import on_both
from kit.planning import Planner
from kit.typed import Typed
from kit.world import World
from sqlalchemy import select, update

from certtrack.db.models import Job, PackVersion, Reminder
from certtrack.settings import load_settings
from jobs.catalogue import list_jobs

DUE = date(2026, 10, 31)


def test_every_job_is_listed_with_its_interval_in_words(typed: Typed) -> None:
    lines = typed("certtrack-jobs", "list").stdout.splitlines()[1:]
    assert [line.split()[0] for line in lines] == [job.name for job in list_jobs(load_settings())]
    assert "15 minutes" in lines[0]


@on_both
@pytest.mark.parametrize("name", [job.name for job in list_jobs(load_settings(env="test"))])
def test_every_job_runs_where_there_is_nothing_to_do_and_is_on_record(typed: Typed, world: World, name: str) -> None:
    done = typed("certtrack-jobs", "run", name)
    assert done.exit_code == 0, done.stderr
    assert f"{name} is done." in done.stderr
    with world.database.reading() as session:
        job = session.scalars(select(Job).where(Job.name == name)).one()
    assert job.last_outcome == "done"
    assert job.last_started_at
    assert job.last_ended_at
    assert job.last_started_at <= job.last_ended_at


def test_as_of_a_day_the_planner_acts_at_its_noon(typed: Typed, world: World) -> None:
    world.certify(world.person(), DUE)
    assert "planned" in typed("certtrack-jobs", "run", "plan_reminders", "--as-of", "2026-05-04").stdout
    with world.database.reading() as session:
        (row,) = session.scalars(select(Reminder).where(Reminder.state == "planned"))
    assert (row.stage, row.planned_at.isoformat()) == ("before_180", "2026-05-04T17:00:00+00:00")


def test_as_of_a_day_jobs_run_in_their_order_and_mails_are_files(typed: Typed, world: World, tmp_path: Path) -> None:
    world.certify(world.person("Carol"), DUE)
    done = typed("certtrack-jobs", "run", "plan_reminders", "deliver_mail", "--as-of", "2026-05-04")
    assert done.stdout.split()[-4:] == ["WHAT", "COUNT", "accepted", "1"]
    assert len(list((tmp_path / "instance" / "mail").glob("*.eml"))) == 1
    assert typed("certtrack-jobs", "run", "deliver_mail", "--as-of", "2026-05-04").stdout == ""


def test_as_of_is_refused_in_production(
    typed: Typed, world: World, planner: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.certify(world.person(), DUE)
    monkeypatch.setenv("CERTTRACK_ENV", "production")
    done = typed("certtrack-jobs", "run", "plan_reminders", "--as-of", "2026-05-04")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "refused in production" in done.stderr
    assert planner.rows() == []


def test_a_job_that_isnt_there_is_refused_with_those_that_are(typed: Typed, world: World) -> None:
    done = typed("certtrack-jobs", "run", "make_coffee")
    assert done.exit_code == 1
    assert "plan_reminders" in done.stderr


def test_the_schedule_runs_every_job_at_once_and_ends_by_a_signal(typed: Typed, world: World) -> None:
    command = (sys.executable, "-m", "jobs", "schedule")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        until = time.monotonic() + 60
        while len(list_done(world)) < len(list_jobs(load_settings())) and time.monotonic() < until:
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err.decode()
    assert out == b""
    assert set(list_done(world)) == {job.name for job in list_jobs(load_settings())}
    assert b"scheduler_stopped" in err


@pytest.mark.parametrize("words", [("run", "plan_reminders"), ("schedule",)])
def test_nothing_runs_with_rules_other_than_those_that_the_records_rest_on(
    typed: Typed, world: World, tmp_path: Path, words: tuple[str, ...]
) -> None:
    world.certify(world.person(), DUE)
    with world.database.writing() as session:
        session.execute(update(PackVersion).values(sha256="0" * 64))
    done = typed("certtrack-jobs", *words)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "us-wi-cps" in done.stderr


def list_done(world: World) -> list[str]:
    with world.database.reading() as session:
        return list(session.scalars(select(Job.name).where(Job.last_outcome == "done")))
