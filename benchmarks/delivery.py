"""Delivery with everything on record, beside a loop that keeps nothing.

In each run one delivery process of ours and Flask-Mail's bulk loop, in turn, hand the same mails to one local mail
server, a process of its own. Ours asks each reminder again, composes, stores, leases, sends and settles mail by mail;
the loop composes the same mails without any database. The limit is 0.75 of the loop's throughput, on SQLite and on a
PostgreSQL with fsync. At a server that answers after 5 ms, four processes on PostgreSQL hand over at least twice as
many as one. Run it with `PYTHONPATH=tests python benchmarks/delivery.py`.
"""

import gc
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask_mail import Mail, Message
from kit.databases import create_on_server, name_database
from registry import AT, NOWHERE, Registry, make_registry, run_servers
from sqlalchemy import func, select

from certtrack.clock import FixedClock
from certtrack.db.engine import Database
from certtrack.db.models import Email
from certtrack.mail.compose import write_reminders
from certtrack.mail.content import Content
from certtrack.mail.smtp import SmtpTransport
from certtrack.services.delivery.leasing import Terms
from certtrack.services.delivery.posting import lease_ripe
from certtrack.services.delivery.sending import deliver
from certtrack.services.reminders.planning import plan_batch
from certtrack.services.rulebook import load_rulebook
from certtrack.signing import make_signer
from jobs.cli import SWITCH_S

MAILS, RUNS = 1200, 5
LEAST, LEAST_OF_FOUR = 0.75, 2.0
SLOW_S, PROCESSES = 0.005, 4
FROM, BASE = "notes@example.org", "https://certtrack.example.org"
_SERVER = Path(__file__).with_name("mail_server.py")


def deliver_all(url: str, port: int) -> None:
    """Hand over every ripe reminder at `url`, as the job does."""
    database, rulebook = Database(url), load_rulebook(NOWHERE)
    transport = SmtpTransport("127.0.0.1", port, "none", "", "", deadline_s=60)
    ready()
    counts = deliver(
        database, rulebook, transport, make_terms(), clock=FixedClock(AT), worker="benchmark", stop=lambda: False
    )
    print(counts.get("accepted", 0), flush=True)
    database.close()


def send_all(url: str, port: int) -> None:
    """The same mails by Flask-Mail's bulk loop, as its documentation shows it; nothing is written down."""
    app, contents = Flask("loop"), load_contents(url)
    app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=port)
    mail = Mail(app)
    ready()
    with app.app_context(), mail.connect() as connection:
        for content in contents:
            envelope = content.envelope
            written = write_reminders(envelope, called=content.called, items=content.items)
            message = Message(
                written.subject,
                recipients=[envelope.to_address],
                body=written.text,
                html=written.html,
                sender=(envelope.office_name, envelope.mail_from),
                reply_to=envelope.reply_to,
                extra_headers={"Auto-Submitted": "auto-generated", "Content-Language": envelope.locale},
            )
            message.attach("date.ics", "text/calendar", written.calendar)
            message.msgId = envelope.message_id
            connection.send(message)
    print(len(contents), flush=True)


def make_terms() -> Terms:
    """What the benchmark's mails go by."""
    key = "the benchmark's key"
    return Terms(300, 60, FROM, BASE, links=make_signer(key, "links"), bounces=make_signer(key, "bounces"))


def load_contents(url: str) -> list[Content]:
    """What each of the ripe mails at `url` is to say: the loop composes those and no others."""
    database, rulebook = Database(url), load_rulebook(NOWHERE)
    with database.writing() as session:
        mails, _ = lease_ripe(session, rulebook, make_terms(), AT, MAILS)
    database.close()
    return [mail.made.content for mail in mails if mail.made is not None]


def ready() -> None:
    """Say so, and wait for the word to go."""
    gc.freeze()  # as the job does it, and this, too
    sys.setswitchinterval(SWITCH_S)
    print("ready", flush=True)
    sys.stdin.readline()


def run_at_once(count: int, *arguments: str) -> float:
    """Run this file in `count` processes at once; mails a second, from the word to go until the last one ends."""
    command = [sys.executable, __file__, *arguments]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(count)
    ]
    pipes = [(process.stdin, process.stdout) for process in processes]
    for _, said in pipes:
        assert said is not None and said.readline() == "ready\n"  # noqa: S101, PT018  # ends the benchmark
    started = time.perf_counter()
    for told, _ in pipes:
        assert told is not None  # noqa: S101  # likewise
        told.write("go\n")
        told.flush()
    mails = sum(int(said.readline()) for _, said in pipes if said is not None)
    took = time.perf_counter() - started
    for process in processes:
        process.wait(30)
    if mails != MAILS:
        raise SystemExit(f"{mails} mails were taken, where {MAILS} were ripe")
    return mails / took


@contextmanager
def run_server(wait_s: float = 0) -> Iterator[str]:
    """The port of a mail server that answers after `wait_s`."""
    process = subprocess.Popen(
        [sys.executable, _SERVER, str(wait_s)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None  # noqa: S101  # it is a pipe
    yield process.stdout.readline().strip()
    process.terminate()
    process.wait(10)


def make_ripe(server: str, kind: str) -> Registry:
    """A database in which every reminder is planned and none is sent."""
    url = f"{server}/ripe.db" if kind == "sqlite" else name_database(server, create_on_server(server))
    registry = make_registry(url, kind, certifications=MAILS, due=MAILS)
    database, rulebook = Database(url), load_rulebook(NOWHERE)
    is_left = True
    while is_left:
        with database.writing() as session:
            is_left = plan_batch(session, rulebook, at=AT).looked_at > 0
    database.close()
    return registry


def compare(first: Callable[[], float], second: Callable[[], float]) -> float:
    """How much more the first hands over in a second: runs of both in turn, the first not counted; of the medians."""
    found: list[tuple[float, float]] = [(first(), second()) for _ in range(RUNS + 1)][1:]
    one, other = (float(statistics.median(speeds)) for speeds in zip(*found, strict=True))
    print(f"  {one:6.0f} beside {other:6.0f} mails a second")
    return one / other


def report_least(what: str, figure: float, least: float) -> bool:
    """Print a figure beside its limit; True where it is under it."""
    print(f"{what:<60} {figure:5.2f}   at least {least:g}")
    return figure < least


def measure(registry: Registry, folder: Path, port: str, count: int = 1) -> float:
    """Mails a second that so many delivery processes hand over, from a fresh copy of the database."""
    with registry.copy(folder) as url:
        speed = run_at_once(count, "deliver", url, port)
        database = Database(url)
        with database.reading() as session:
            sent = session.scalar(select(func.count()).where(Email.state == "sent"))
        database.close()
    if sent != MAILS:
        raise SystemExit(f"{sent} mails are on record as sent, where {MAILS} were taken")
    return speed


def measure_loop(registry: Registry, folder: Path, port: str) -> float:
    """Mails a second that Flask-Mail's loop hands over."""
    with registry.copy(folder) as url:
        return run_at_once(1, "loop", url, port)


def main() -> int:
    """Measure on both databases; 1 where something is under its limit."""
    under = []
    with tempfile.TemporaryDirectory() as name, run_servers(Path(name), is_durable=True) as servers:
        folder = Path(name)
        ripe = {kind: make_ripe(server, kind) for kind, server in servers.items()}
        with run_server() as port:
            for kind, registry in ripe.items():
                ratio = compare(
                    lambda its=registry: measure(its, folder, port),  # type: ignore[misc]  # bound at once
                    lambda: measure_loop(ripe["sqlite"], folder, port),
                )
                under.append(report_least(f"one process on {kind}, beside Flask-Mail's loop", ratio, LEAST))
        with run_server(SLOW_S) as port:
            ratio = compare(
                lambda: measure(ripe["postgresql"], folder, port, PROCESSES),
                lambda: measure(ripe["postgresql"], folder, port),
            )
            under.append(report_least(f"{PROCESSES} processes beside one, a server of 5 ms", ratio, LEAST_OF_FOUR))
    return int(any(under))


def run(arguments: Sequence[str]) -> int:
    """`deliver URL PORT` or `loop URL PORT` in a process of their own; without arguments the whole benchmark."""
    if not arguments:
        return main()
    work = deliver_all if arguments[0] == "deliver" else send_all
    work(arguments[1], int(arguments[2]))
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
