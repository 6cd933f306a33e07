"""`certtrack-jobs run deliver_mail` by hand: what is due goes out once, and trouble is said with who must do what."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from kit.planning import Planner
from kit.ports import find_port
from kit.smtp import SmtpServer, run_smtp
from kit.typed import Typed
from kit.world import World
from sqlalchemy import select, update

from certtrack.clock import WallClock
from certtrack.db.models import Attempt, Email, RelayState, Reminder
from certtrack.db.types import db_now

DUE = date(2026, 10, 31)
STAGE_DAY = "2026-05-04"  # 180 days before

Deliver = Callable[[], Result]


@pytest.fixture(autouse=True)
def mailing(monkeypatch: pytest.MonkeyPatch, smtp: SmtpServer) -> None:
    monkeypatch.setenv("CERTTRACK_MAIL_DEADLINE_S", "3")
    monkeypatch.setenv("CERTTRACK_MAIL_LEASE_S", "30")
    monkeypatch.setenv("CERTTRACK_SMTP_SECURITY", "none")
    point_to(monkeypatch, smtp.port)


def point_to(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    monkeypatch.setenv("CERTTRACK_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("CERTTRACK_SMTP_PORT", str(port))


@pytest.fixture
def deliver(typed: Typed) -> Deliver:
    """`certtrack-jobs run deliver_mail`, at noon of the day of the first stage."""
    return lambda: typed("certtrack-jobs", "run", "deliver_mail", "--as-of", STAGE_DAY)


def ripen(typed: Typed, world: World, *names: str) -> None:
    """Have the first stage of a certification of each of these people planned."""
    for name in names:
        world.certify(world.person(name, address=f"{name.lower()}@example.org"), DUE)
    assert typed("certtrack-jobs", "run", "plan_reminders", "--as-of", STAGE_DAY).exit_code == 0


def states(world: World) -> list[str]:
    with world.database.reading() as session:
        return list(session.scalars(select(Reminder.state).order_by(Reminder.id)))


def end_wait(world: World) -> None:
    """The minute until the next probe is over."""
    with world.database.writing() as session:
        session.execute(update(RelayState).values(next_probe_at=db_now(-1)))


def recipients(smtp: SmtpServer) -> list[str]:
    return sorted(taken.recipients[0] for taken in smtp.list_taken())


def test_what_is_due_is_sent_once(typed: Typed, world: World, smtp: SmtpServer, deliver: Deliver) -> None:
    ripen(typed, world, "Carol", "Dave")
    done = deliver()
    assert (done.exit_code, done.stdout.split()) == (0, ["WHAT", "COUNT", "accepted", "2"])
    assert "deliver_mail is done." in done.stderr
    assert deliver().exit_code == 0
    assert recipients(smtp) == ["carol@example.org", "dave@example.org"]
    assert states(world) == ["sent", "sent"]


def test_where_nothing_is_due_it_says_so_and_asks_no_server(world: World, smtp: SmtpServer, deliver: Deliver) -> None:
    world.certify(world.person(), DUE)
    smtp.stop()
    done = deliver()
    assert (done.exit_code, done.stdout) == (0, "")
    assert "There was nothing to do." in done.stderr


def test_a_server_that_is_down_is_named_the_mails_stay_and_it_says_until_when_it_waits(
    typed: Typed, world: World, smtp: SmtpServer, deliver: Deliver
) -> None:
    ripen(typed, world, "Carol")
    smtp.stop()
    before = WallClock().now()
    done = deliver()
    assert done.exit_code == 3
    assert f"The mail server 127.0.0.1, port {smtp.port}, can't be reached" in done.stderr
    assert "No mail is lost: each stays, and is tried again from " in done.stderr
    assert "is done" not in done.stderr
    assert states(world) == ["planned"]
    check_moment(done.stderr, before)

    smtp.start()
    waits = deliver()
    assert (waits.exit_code, waits.stdout) == (3, "")
    assert "Nothing was tried: delivery waits until " in waits.stderr
    assert f"127.0.0.1, port {smtp.port}" in waits.stderr
    check_moment(waits.stderr, before)
    assert smtp.count_taken() == 0

    end_wait(world)
    assert deliver().exit_code == 0
    assert recipients(smtp) == ["carol@example.org"]


def check_moment(said: str, before: datetime) -> None:
    """The sentence names a moment about a minute after `before`, in the machine's own zone."""
    (word,) = re.findall(r"(?:until|again from) (\d\d:\d\d:\d\d) \S+?\b", said)
    near = {f"{(before + timedelta(seconds=55 + far)).astimezone():%H:%M:%S}" for far in range(90)}
    assert word in near


@pytest.mark.parametrize("step", ["connect", "DATA"])
def test_a_server_that_accepts_and_never_speaks_costs_the_deadline_and_no_mail(
    typed: Typed, world: World, smtp: SmtpServer, deliver: Deliver, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setenv("CERTTRACK_MAIL_DEADLINE_S", "1")
    ripen(typed, world, "Carol")
    smtp.set_behaviour("silent", at="connect" if step == "connect" else "DATA")
    began = WallClock().now()
    done = deliver()
    assert WallClock().now() - began < timedelta(seconds=20)
    if step == "connect":
        assert done.exit_code == 3
        assert "can't be reached, or doesn't answer within 1 seconds" in done.stderr
        assert states(world) == ["planned"]
    else:  # it may have taken the mail: only the same bytes go again
        assert done.exit_code == 3
        assert "perhaps taken, which are sent again with the same Message-ID: 1." in done.stderr
        assert done.stdout.split()[2:] == ["unknown", "1"]
        assert states(world) == ["in_mail"]
    smtp.behave()
    end_wait(world)
    with world.database.writing() as session:
        session.execute(update(Email).where(Email.state == "unknown").values(leased_until=db_now(-1)))
    assert deliver().exit_code == 0
    assert recipients(smtp) == ["carol@example.org"]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("450", "Not every mail was taken. Mails not taken now, which are tried again by themselves: 1."),
        ("550", "Not every mail was taken. Mails refused for good, see `certtrack findings`: 1."),
    ],
)
def test_where_the_server_takes_some_and_not_others_it_is_done_in_part(
    typed: Typed, world: World, smtp: SmtpServer, deliver: Deliver, code: str, says: str
) -> None:
    ripen(typed, world, "Carol", "Dave")
    smtp.set_behaviour(code, at="RCPT", address="carol@example.org")
    done = deliver()
    assert done.exit_code == 3
    assert says in done.stderr
    assert "accepted" in done.stdout
    assert recipients(smtp) == ["dave@example.org"]
    assert ("Mail isn't taken: Carol" in typed("findings").stdout) == (code == "550")


@contextmanager
def wanting_a_password(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmtpServer]:
    with run_smtp(folder, username="certtrack", password="right") as server:  # noqa: S106  # a test's own
        point_to(monkeypatch, server.port)
        monkeypatch.setenv("CERTTRACK_SMTP_USERNAME", "certtrack")
        yield server


def test_with_a_wrong_password_it_says_who_must_do_what_and_nobody_is_charged(
    typed: Typed, world: World, deliver: Deliver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ripen(typed, world, "Carol", "Dave")
    with wanting_a_password(tmp_path / "other", monkeypatch) as server:
        monkeypatch.setenv("CERTTRACK_SMTP_PASSWORD", "wrong-one")
        done = deliver()
        assert done.exit_code == 3
        assert f"The mail server 127.0.0.1, port {server.port}, doesn't take the name and the password." in done.stderr
        assert "has to set the right CERTTRACK_SMTP_USERNAME and CERTTRACK_SMTP_PASSWORD" in done.stderr
        assert "wrong-one" not in done.output
        assert states(world) == ["planned", "planned"]
        monkeypatch.setenv("CERTTRACK_SMTP_PASSWORD", "right")
        end_wait(world)
        assert deliver().exit_code == 0
        assert recipients(server) == ["carol@example.org", "dave@example.org"]


def test_a_folder_that_cant_be_written_to_is_named(
    typed: Typed, world: World, deliver: Deliver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ripen(typed, world, "Carol")
    monkeypatch.setenv("CERTTRACK_SMTP_HOST", "")
    folder = tmp_path / "instance" / "mail"
    folder.parent.mkdir()
    folder.write_text("not a folder")
    done = deliver()
    assert done.exit_code == 3
    assert f"No mail can be written to {folder}." in done.stderr


def test_mail_that_somebody_waits_for_says_the_same(
    typed: Typed, world: World, monkeypatch: pytest.MonkeyPatch, deliver: Deliver
) -> None:
    ripen(typed, world, "Carol")
    port = find_port()
    point_to(monkeypatch, port)
    deliver()
    done = typed("certtrack-jobs", "run", "deliver_now_mail")
    assert done.exit_code == 3
    assert f"127.0.0.1, port {port}" in done.stderr
    monkeypatch.setenv("CERTTRACK_SMTP_HOST", "")
    assert "The mail server that was set before can't be reached" in deliver().stderr


def test_a_mass_that_is_held_isnt_sent_before_its_release(
    typed: Typed, world: World, planner: Planner, smtp: SmtpServer, deliver: Deliver, clock_file: Path
) -> None:
    clock_file.write_text(str(int((datetime(2026, 5, 4, 17, tzinfo=UTC) - WallClock().now()).total_seconds())))
    planner.roster(26, DUE, armed_on=date(2026, 5, 4))
    typed("certtrack-jobs", "run", "plan_reminders")
    done = deliver()
    assert (done.exit_code, done.stdout) == (0, "")
    assert set(states(world)) == {"held"}
    assert smtp.list_taken() == []
    assert typed("reminders", "release", "import:1").stdout == "26\n"
    assert typed("certtrack-jobs", "run", "deliver_mail").stdout.split()[2:] == ["accepted", "26"]
    assert len(set(recipients(smtp))) == 26


@pytest.fixture
def clock_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("CERTTRACK_CLOCK_FILE", str(tmp_path / "offset"))
    return tmp_path / "offset"


def test_as_of_a_day_it_acts_at_its_noon_and_the_attempt_keeps_the_true_time(
    typed: Typed, world: World, smtp: SmtpServer, deliver: Deliver
) -> None:
    ripen(typed, world, "Carol")
    before = WallClock().now() - timedelta(seconds=2)
    early = typed("certtrack-jobs", "run", "deliver_mail", "--as-of", "2026-05-03")
    assert (early.exit_code, early.stdout) == (0, "")
    assert deliver().exit_code == 0
    with world.database.reading() as session:
        email, attempt = session.scalars(select(Email)).one(), session.scalars(select(Attempt)).one()
    assert email.settled_at == datetime(2026, 5, 4, 17, tzinfo=UTC)
    assert "Mon, 04 May 2026 " in smtp.list_taken()[0].header("Date")
    assert before <= attempt.started_at <= attempt.ended_at <= WallClock().now() + timedelta(seconds=2)


def test_a_lease_keeps_the_true_time_too(typed: Typed, world: World, smtp: SmtpServer, deliver: Deliver) -> None:
    ripen(typed, world, "Carol")
    smtp.set_behaviour("silent", at="DATA")
    now = WallClock().now()
    deliver()
    with world.database.reading() as session:
        again_at = session.scalars(select(Email.leased_until)).one()
    assert again_at is not None
    assert timedelta(0) < again_at - now < timedelta(hours=1)


def test_as_of_is_refused_in_production_and_nothing_is_sent(
    typed: Typed, world: World, smtp: SmtpServer, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    ripen(typed, world, "Carol")
    monkeypatch.setenv("CERTTRACK_ENV", "production")
    done = deliver()
    assert (done.exit_code, done.stdout) == (1, "")
    assert "refused in production" in done.stderr
    assert smtp.list_taken() == []
    assert states(world) == ["planned"]
