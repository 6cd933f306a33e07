"""A web server as a process of its own, and one over the demonstration, which many tests look at."""

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask_security import hash_password
from kit.databases import migrate
from kit.once import make_once
from kit.planning import Planner
from kit.ports import find_port
from kit.world import World
from sqlalchemy import select

from certtrack.app import create_app
from certtrack.clock import WallClock
from certtrack.db.engine import Database
from certtrack.db.models import Organization
from certtrack.services.demo.loading import LOGINS, load_demo
from certtrack.services.evidence.store import open_store
from certtrack.services.rulebook import load_rulebook
from certtrack.settings import load_settings
from certtrack.web.parts import EXTENSION

PASSWORDS = {login.sign_in_name.partition("@")[0]: login.password for login in LOGINS}
_HELD = 26
_TESTS = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Site:
    """A web server that answers at `url`; its records are in `instance`."""

    url: str
    instance: Path

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.instance / 'certtrack.db'}"


def start_gunicorn(port: int, *, workers: int = 1, app: str = "certtrack.wsgi:app") -> list[str]:
    """The command of a web server as `certtrack up` runs it."""
    options = ["--workers", str(workers), "--worker-class", "gthread", "--threads", "4", "--preload"]
    where = ["--bind", f"127.0.0.1:{port}", "--no-control-socket", "--log-level", "warning"]
    return [sys.executable, "-m", "gunicorn", app, *where, *options]


@contextmanager
def run_web(command: list[str], env: Mapping[str, str], url: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The command, once it answers and until the block ends; what it says on standard error is in `log`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CERTTRACK_")}
    with log.open("wb") as said:
        process = subprocess.Popen(command, env=clean | dict(env), stdout=said, stderr=said)
    try:
        wait_for(process, f"{url}/healthz", log)
        yield process
    finally:
        process.terminate()
        process.wait(30)


def wait_for(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310  # an address of this machine
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    pytest.fail(f"no page came: {log.read_text()}")


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance with the demonstration on record and an import whose mails wait for release, to be copied."""
    return make_once(tmp_path_factory, "demonstration", _fill) / "instance"


@contextmanager
def run_site(instance: Path) -> Iterator[Site]:
    """A server of what is on record in `instance`, until the block ends."""
    port = find_port()
    made = Site(f"http://127.0.0.1:{port}", instance)
    env = {"CERTTRACK_ENV": "demo", "CERTTRACK_INSTANCE": str(instance), "CERTTRACK_BASE_URL": made.url}
    env["PYTHONPATH"] = str(_TESTS)
    with run_web(start_gunicorn(port, app="kit.served:app"), env, made.url, instance / "web.log"):
        yield made


@pytest.fixture(scope="session")
def site(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demonstration, served for the whole session: look, and leave it as it is."""
    with run_site(shutil.copytree(demonstration, tmp_path_factory.mktemp("site") / "instance")) as made:
        yield made


def _fill(folder: Path) -> None:
    instance = folder / "instance"
    instance.mkdir()
    url = f"sqlite:///{instance / 'certtrack.db'}"
    migrate(url)
    settings = load_settings(env="demo", instance=instance, database_url=url)
    app, database, clock = create_app(settings), Database(url), WallClock()
    rulebook = load_rulebook(instance)
    with app.app_context(), database.writing() as session:
        load_demo(session, rulebook, clock=clock, hash_password=hash_password, store=open_store(settings))
    with database.reading() as session:
        office = session.scalars(select(Organization.id).where(Organization.key == "lakeside")).one()
    planner = Planner(World(database, rulebook, at=clock.now(), organization_id=office))
    today = planner.world.today
    # the stage of 30 days may have moved to an earlier working day
    planner.roster(_HELD, today + timedelta(days=30), armed_on=today - timedelta(days=7))
    planner.look()
    database.close()
    app.extensions[EXTENSION].close()
