"""Everything twice and more at once: two schedulers, four deliverers, four web workers, the debug reloader."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from kit.ports import find_port
from kit.smtp import SmtpServer
from kit.world import World

BIN = Path(sys.executable).parent
PEOPLE = 60
DAY = datetime(2026, 8, 4, 17, tzinfo=UTC)  # noon; the stage of 90 days before October 31 was reached on July 31
PATIENCE_S = 120
AFTERWARDS_S = 3
_DELIVER = """
import sys
from pathlib import Path
from kit.looping import run_on
run_on(["run", "deliver_mail"], {}, Path(sys.argv[1]))
"""


@contextmanager
def running(*command: str | Path, env: dict[str, str], folder: Path) -> Iterator[None]:
    """A process, with all that it starts, until the block ends."""
    with (folder / "processes.log").open("ab") as log:
        process = subprocess.Popen(command, env=env, cwd=folder, stdout=log, stderr=log, process_group=0)
    try:
        yield
        assert process.poll() is None, f"{command} ended by itself"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def make_environment(world: World, smtp: SmtpServer, folder: Path) -> dict[str, str]:
    offset = round((DAY - datetime.now(UTC)).total_seconds())
    (folder / "offset").write_text(str(offset))
    return os.environ | {
        "CERTTRACK_ENV": "test",
        "CERTTRACK_INSTANCE": str(folder / "instance"),
        "CERTTRACK_DATABASE_URL": world.database.engine.url.render_as_string(hide_password=False),
        "CERTTRACK_CLOCK_FILE": str(folder / "offset"),
        "CERTTRACK_PORT": str(find_port()),
        "CERTTRACK_WEB_WORKERS": "4",
        "CERTTRACK_SMTP_HOST": smtp.host,
        "CERTTRACK_SMTP_PORT": str(smtp.port),
        "CERTTRACK_SMTP_SECURITY": "none",
        "PYTHONPATH": str(Path(__file__).parent.parent),
    }


@pytest.mark.long
@pytest.mark.timeout(300)
def test_each_stage_is_mailed_once_however_many_processes_do_everything(
    world: World, smtp: SmtpServer, tmp_path: Path
) -> None:
    for _ in range(PEOPLE):
        world.certify(world.person("Carol"), date(2026, 10, 31))
    env = make_environment(world, smtp, tmp_path)
    deliver = (sys.executable, "-c", _DELIVER, str(tmp_path / "processes.log"))
    flask = (BIN / "flask", "--app", "certtrack.wsgi", "run", "--debug", "--port", str(find_port()))
    with ExitStack() as processes:
        processes.enter_context(running(BIN / "certtrack", "up", env=env, folder=tmp_path))
        processes.enter_context(running(BIN / "certtrack-jobs", "schedule", env=env, folder=tmp_path))
        processes.enter_context(running(*flask, env=env, folder=tmp_path))
        for _ in range(4):
            processes.enter_context(running(*deliver, env=env, folder=tmp_path))
        wait_for_mails(smtp, tmp_path)
        time.sleep(AFTERWARDS_S)
    got = Counter(mail.recipients for mail in smtp.list_taken())
    assert len(got) == PEOPLE
    assert set(got.values()) == {1}


def wait_for_mails(smtp: SmtpServer, folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if len({mail.recipients for mail in smtp.list_taken()}) == PEOPLE:
            return
        time.sleep(0.5)
    pytest.fail(f"{len(smtp.list_taken())} of {PEOPLE} mails came:\n{(folder / 'processes.log').read_text()[-4000:]}")
