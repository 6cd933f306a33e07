"""`certtrack mail bounces`: a message, a Maildir or an IMAP folder, and what became of it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from kit.databases import on_both
from kit.reports import holiday, postfix
from kit.world import World
from sqlalchemy import select

from certtrack.cli import main
from certtrack.db.models import Email, Job
from certtrack.services.delivery.leasing import make_terms
from certtrack.services.delivery.outbox import queue_now
from certtrack.settings import load_settings


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str) -> None:
    monkeypatch.setenv("CERTTRACK_ENV", "test")
    monkeypatch.setenv("CERTTRACK_INSTANCE", str(tmp_path))
    monkeypatch.setenv("CERTTRACK_DATABASE_URL", database_url)
    monkeypatch.setenv("CERTTRACK_BOUNCE_ADDRESS", "bounces@office.example")


@pytest.fixture
def report(world: World) -> bytes:
    """That a mail which was sent has come back."""
    with world.database.writing() as session:
        email = queue_now(
            session, address="carol@example.net", data=b"", message_id="<1@example.org>", at=world.at,
            valid_until=world.at + timedelta(hours=1),
        )  # fmt: skip
        email.state, number = "sent", email.id
    return postfix(make_terms(load_settings()).name_sender(number, "carol@example.net"))


def call(*arguments: str, given: bytes = b"") -> Result:
    return CliRunner().invoke(main, ["mail", "bounces", *arguments], input=given)


def state_of(world: World) -> str:
    with world.database.reading() as session:
        return session.get_one(Email, 1).state


def test_one_message_is_read_from_standard_input(world: World, report: bytes) -> None:
    done = call("-", given=report)
    assert (done.exit_code, done.stdout.split()) == (0, ["WHAT", "COUNT", "bounced", "1"])
    assert done.stderr == "One mail has come back. See `certtrack findings`.\n"
    assert state_of(world) == "bounced"
    again = call("-", "--format", "json", given=report)
    assert json.loads(again.stdout) == [{"what": "known", "count": 1}]
    assert again.stderr == "No mail has come back that wasn't on record.\n"


@on_both
def test_a_maildir_is_read_by_hand_and_by_the_job(
    world: World, report: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobs.cli import main as jobs  # noqa: PLC0415  # of this test alone

    box = tmp_path / "box"
    for name in ("new", "cur", "tmp"):
        (box / name).mkdir(parents=True)
    assert call("--maildir", str(box)).stderr == "Nothing new has arrived.\n"
    (box / "new" / "1.host").write_bytes(holiday("office@example.org"))
    assert call("--maildir", str(box)).stdout.split() == ["WHAT", "COUNT", "passed_over", "1"]
    (box / "new" / "2.host").write_bytes(report)
    monkeypatch.setenv("CERTTRACK_BOUNCE_MAILDIR", str(box))
    monkeypatch.setenv("CERTTRACK_BOUNCE_IMAP_HOST", "nobody.invalid")
    done = CliRunner().invoke(jobs, ["run", "read_bounces"])
    assert state_of(world) == "bounced", "a server that isn't there keeps nobody from reading the folder"
    assert done.exit_code != 0, "and shows as a job that broke off, which an alarm is raised about"
    with world.database.reading() as session:
        job = session.scalars(select(Job).where(Job.name == "read_bounces")).one()
    assert (job.last_outcome, job.last_error, job.bad_ends) == ("failed", "BoxFault", 1)


@pytest.mark.parametrize("arguments", [(), ("-", "--imap")], ids=["none", "two"])
def test_exactly_one_place_is_named(arguments: tuple[str, ...]) -> None:
    done = call(*arguments)
    assert done.exit_code == 2
    assert "Name one of these" in done.stderr


def test_a_box_that_cannot_be_read_is_refused_in_a_sentence(world: World, tmp_path: Path) -> None:
    assert world.database
    assert call("--imap").exit_code == 1
    done = call("--maildir", str(tmp_path))
    assert (done.exit_code, "is no Maildir" in done.stderr) == (1, True)
