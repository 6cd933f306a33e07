"""`certtrack up`: the web server and the scheduler, started, kept running, and stopped together."""

import os
import signal
import time
from dataclasses import asdict
from ipaddress import ip_address
from types import FrameType

import click

from certtrack.auth.first import NAME, make_first_link
from certtrack.cli.away import DatabaseAlarm, is_away
from certtrack.cli.children import Child, end_all
from certtrack.cli.edge import Edge, pass_edge
from certtrack.cli.instance_lock import hold_instance
from certtrack.cli.output import write_message, write_table
from certtrack.cli.servers import check_port, find_address, is_answering, make_children
from certtrack.cli.watch import has_trouble, look
from certtrack.errors import Refused
from certtrack.logs import get_log
from certtrack.mail.way_out import choose_alarm_ways
from certtrack.services.demo import Login, check_demo_fits, count_mails, has_demo, load_demo, write_policies
from certtrack.services.evidence.store import open_store
from certtrack.services.installation import connect, upgrade_database
from certtrack.services.rulebook import check_unchanged
from certtrack.settings import Settings

_TURN_S = 0.2
_LOOKS = 6  # times that the heartbeat is looked at within its limit


@click.command(short_help="Run everything: pages, planning, mail.", epilog="Example: certtrack up --demo")
@click.option("--demo", is_flag=True, help="Load fictional people once, and print the names to sign in with.")
@pass_edge
def up(edge: Edge, demo: bool) -> None:
    """Run CertTrack: the web server and the scheduler, until Ctrl-C or SIGTERM.

    The database is made or brought up to date first. A server that dies is started again. While the scheduler is
    silent, or mail is late, an alarm stands on the pages, in the log, and on standard error, and is told on the ways
    that the settings CERTTRACK_ALARM_... name.
    """
    if demo:
        os.environ.setdefault("CERTTRACK_ENV", "demo")
    os.environ["CERTTRACK_BASE_URL"] = edge.settings.base_url  # the children's links name the same address
    _check_demo(edge.settings, demo=demo)
    with hold_instance(edge.settings, find_address(edge.settings)):
        check_port(edge.settings)
        _prepare(edge, demo=demo)
        logins = _load_demo(edge) if demo else ()
        _introduce(edge, logins)
        keep_running(edge, make_children(edge.settings))


def keep_running(edge: Edge, children: tuple[Child, ...]) -> None:
    """Start the children and watch over them until a signal; none of them is left when this ends."""
    stopping = _hear_signals()
    watch = _Watch(edge)
    is_ready = False
    try:
        while not stopping:
            for child in children:
                child.look()
            if not is_ready and (is_ready := is_answering(edge.settings)):
                write_message(f"Ready: {find_address(edge.settings)}  (Ctrl-C stops it)")
            watch.turn()
            time.sleep(_TURN_S)
    finally:
        write_message("Stopping the web server and the scheduler.")
        end_all(children)
    write_message("All is stopped.")


class _Watch:
    """Looks after mail and jobs from time to time; a scheduler that has just been started is given its time."""

    def __init__(self, edge: Edge) -> None:
        self._edge, self._away = edge, DatabaseAlarm(edge)
        self._patient_until = time.monotonic() + edge.settings.heartbeat_limit_s
        self._next = time.monotonic()

    def turn(self) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + self._edge.settings.heartbeat_limit_s / _LOOKS
        try:
            self._look(is_patient=now < self._patient_until)
            self._away.note_back()
        except Exception as error:  # noqa: BLE001  # a database that is away must not end the one who keeps the rest up
            get_log().error("heartbeat_unknown", kind=type(error).__name__)
            if is_away(error):
                self._away.note_away()

    def _look(self, *, is_patient: bool) -> None:
        if is_patient and has_trouble(self._edge):
            return
        for said in look(self._edge):
            write_message(said)


def _hear_signals() -> list[int]:
    # a plain list: an Event's lock could be held by the very thread that the signal interrupts
    heard: list[int] = []

    def hear(number: int, _frame: FrameType | None) -> None:
        heard.append(number)

    signal.signal(signal.SIGTERM, hear)
    signal.signal(signal.SIGINT, hear)
    return heard


def _check_demo(settings: Settings, *, demo: bool) -> None:
    if not demo:
        return
    if settings.is_production:
        raise Refused("--demo loads fictional people, and CERTTRACK_ENV says production. Take one of the two away.")
    if not _is_loopback(settings.host):
        raise Refused(
            "The passwords of --demo are known to everybody, so it isn't opened to other machines; "
            f"CERTTRACK_HOST is {settings.host}. Take that away."
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _prepare(edge: Edge, *, demo: bool) -> None:
    database = connect(edge.settings)
    try:
        upgrade_database(database.engine)
    finally:
        database.close()
    with edge.reading() as session:
        if demo:
            check_demo_fits(session)
            if not has_demo(session):
                write_policies(edge.settings.instance)  # before the rules are read
        check_unchanged(session, edge.rulebook)


def _load_demo(edge: Edge) -> tuple[Login, ...]:
    from flask_security import hash_password  # noqa: PLC0415  # only the demonstration needs the web's parts here

    from certtrack.app import create_app  # noqa: PLC0415  # likewise

    with create_app(edge.settings).app_context(), edge.writing() as session:
        return load_demo(
            session, edge.rulebook, clock=edge.clock, hash_password=hash_password, store=open_store(edge.settings)
        )


def _introduce(edge: Edge, logins: tuple[Login, ...]) -> None:
    settings = edge.settings
    write_message(f"CertTrack starts at {find_address(settings)}")
    write_message(f"Data: {settings.instance.resolve()}")
    if settings.is_mailing_to_files:
        folder = settings.instance.resolve() / "mail"
        write_message(f"Mail: no mail server is set, so nothing is sent; each mail is a file in {folder}/")
    else:
        write_message(f"Mail: handed to the mail server {settings.smtp_host}, port {settings.smtp_port}")
    ways = " and ".join(way.name for way in choose_alarm_ways(settings))
    write_message(f"Alarms: on the pages and in the log{f', and by {ways}' if ways else ' alone'}")
    if logins:
        _introduce_demo(edge, logins)
    else:
        _hand_out_first_link(edge)


def _introduce_demo(edge: Edge, logins: tuple[Login, ...]) -> None:
    with edge.reading() as session:
        mails = count_mails(session, clock=edge.clock)
    if mails:
        write_message(f"Mails that are due now, and go out within half a minute: {mails}")
    write_message("Everybody here is fictional. Sign in with:")
    write_table([asdict(login) for login in logins], ("sign_in_name", "password", "what"))


def _hand_out_first_link(edge: Edge) -> None:
    with edge.writing() as session:
        if has_demo(session) and edge.settings.is_production:
            raise Refused(
                "This folder holds the demonstration, whose passwords are known to everybody. Keep real records in a "
                "folder of their own (CERTTRACK_INSTANCE=DIR), or start with --demo."
            )
        link = make_first_link(session, edge.settings, at=edge.clock.now())
    if link is not None:
        write_message(f"The first administrator signs in as {NAME} and chooses a password here; the link works once:")
        click.echo(link)
