"""Yesterday's database put in the place of today's: the jobs notice by themselves, and mail no mass a second time."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

import pytest
from kit.databases import make_backup, on_both
from kit.planning import Planner
from kit.smtp import SmtpServer
from kit.world import World

from certtrack.db.engine import Database
from certtrack.services.reminders.causes import list_held, release_cause
from jobs import deliver_mail, plan_reminders
from jobs.workplace import Workplace

MakeWork = Callable[..., Workplace]

DUE = date(2026, 10, 31)
STAGE_DAY = date(2026, 5, 4)
"""180 days before `DUE`."""
LATER, LATER_STAGE_DAY = date(2026, 11, 30), date(2026, 6, 3)


class Installation:
    """One instance's folder with its mails, and whatever database is there."""

    def __init__(self, world: World, make_work: MakeWork, folder: Path, smtp: SmtpServer) -> None:
        self.world, self.make_work, self.folder, self.smtp = world, make_work, folder, smtp
        self.left = ExitStack()

    def run(self, *, deliver_first: bool = False) -> None:
        """Plan and deliver, until nothing is left to do."""
        jobs = [plan_reminders, deliver_mail]
        for job in [*reversed(jobs)] * deliver_first + jobs:
            job.run(self.make_work())

    def back_up(self) -> str:
        return self.left.enter_context(make_backup(self.world.database, self.folder))

    def restore(self, url: str) -> None:
        self.world.database.close()
        self.world.database = Database(url)
        self.left.callback(self.world.database.close)

    def list_mails(self) -> list[str]:
        """The Message-IDs of all that the mail server took, in order."""
        return sorted(taken.message_id for taken in self.smtp.list_taken())


@pytest.fixture
def here(
    world: World, make_work: MakeWork, tmp_path: Path, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    monkeypatch.setenv("CERTTRACK_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("CERTTRACK_SMTP_PORT", str(smtp.port))
    monkeypatch.setenv("CERTTRACK_SMTP_SECURITY", "none")
    installation = Installation(world, make_work, tmp_path, smtp)
    with installation.left:
        yield installation


def certify(world: World, size: int, due_on: date = DUE) -> list[int]:
    with world.database.writing() as session:
        people = [world.add_person(session) for _ in range(size)]
        return [world.add_certification(session, each, due_on, computed_due_on=None)[1] for each in people]


@pytest.mark.parametrize("deliver_first", [True, False])
def test_a_mass_that_was_mailed_since_the_backup_waits_and_a_release_mails_the_same_message_ids(
    here: Installation, world: World, planner: Planner, deliver_first: bool
) -> None:
    world.move_to(date(2026, 5, 1))
    cycles = certify(world, 26)
    [later] = certify(world, 1, LATER)
    here.run()
    backup = here.back_up()
    world.move_to(STAGE_DAY)
    here.run()
    mailed = here.list_mails()
    assert len(mailed) == 26

    here.restore(backup)
    world.move_to(date(2026, 5, 5))
    here.run(deliver_first=deliver_first)
    here.run()
    assert len(here.list_mails()) == 26, "nobody was mailed twice"
    assert [planner.says(cycle) for cycle in cycles] == [{"before_180": "held:cause"}] * 26
    with world.database.reading() as session:
        [held] = list_held(session)
    assert (held.kind, held.people_count) == ("restored", 26)

    world.move_to(LATER_STAGE_DAY)
    here.run()
    assert planner.says(later) == {"before_180": "sent"}, "what comes later goes out as ever"
    assert len(here.list_mails()) == 27
    with world.database.writing() as session:
        assert release_cause(session, held.key, actor=world.actor, at=world.at) == 26
    here.run()
    again = [number for number in here.list_mails() if number in mailed]
    assert again == sorted(mailed * 2), "a second copy shows as one"


@on_both
def test_a_few_are_mailed_again_with_the_same_message_ids(here: Installation, world: World) -> None:
    world.move_to(date(2026, 5, 1))
    certify(world, 3)
    here.run()
    backup = here.back_up()
    world.move_to(STAGE_DAY)
    here.run()
    mailed = here.list_mails()
    here.restore(backup)
    here.run(deliver_first=True)
    assert here.list_mails() == sorted(mailed * 2)
    here.run()
    assert len(here.list_mails()) == 6, "it is noticed once"


def test_what_was_planned_and_not_yet_mailed_in_the_copy_waits_though_delivery_is_first(
    here: Installation, world: World, planner: Planner
) -> None:
    world.move_to(STAGE_DAY)
    cycles = certify(world, 26)
    plan_reminders.run(here.make_work())
    backup = here.back_up()
    here.run()
    assert len(here.list_mails()) == 26
    here.restore(backup)
    assert planner.waiting(cycles[0]) == ["before_180"]
    here.run(deliver_first=True)
    assert len(here.list_mails()) == 26
    assert [planner.says(cycle) for cycle in cycles] == [{"before_180": "held:cause"}] * 26


def test_a_database_that_only_stood_still_is_none_that_was_put_back(
    here: Installation, world: World, planner: Planner
) -> None:
    world.move_to(STAGE_DAY)
    certify(world, 1)
    here.run()
    cycles = certify(world, 26, LATER)
    world.move_to(LATER_STAGE_DAY)
    here.run()
    assert [planner.says(cycle)["before_180"] for cycle in cycles] == ["sent"] * 26


def test_a_second_restore_is_noticed_as_the_first_was(here: Installation, world: World, planner: Planner) -> None:
    world.move_to(date(2026, 5, 1))
    certify(world, 26)
    backups = [here.back_up(), here.back_up()]
    for day, backup in zip((4, 5), backups, strict=True):
        world.move_to(date(2026, 5, day))
        here.run()
        with world.database.writing() as session:
            for cause in list_held(session):
                release_cause(session, cause.key, actor=world.actor, at=world.at)
        here.run()
        here.restore(backup)
    here.run()
    assert len(here.list_mails()) == 52
    assert {row.state for row in planner.rows()} == {"held"}


def test_a_new_database_in_an_old_folder_holds_nothing(here: Installation, world: World, planner: Planner) -> None:
    empty = here.back_up()
    world.move_to(STAGE_DAY)
    certify(world, 1)
    here.run()
    here.restore(empty)
    here.run()
    world.at += timedelta(minutes=1)
    certify(world, 26, LATER)
    world.move_to(LATER_STAGE_DAY)
    here.run()
    assert len(here.list_mails()) == 27
