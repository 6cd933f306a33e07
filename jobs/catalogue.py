"""The table of jobs: what runs, how often, and what it is for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import cast

from certtrack.errors import NotFound
from certtrack.services.schedule import HEARTBEAT
from certtrack.settings import Settings
from jobs.workplace import Workplace

Run = Callable[[Workplace], dict[str, int]]

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


@dataclass(frozen=True, slots=True)
class Job:
    """One job: `every` is the time from one start to the next, `says` what it does in a line."""

    name: str
    every: timedelta
    says: str

    @property
    def interval(self) -> str:
        """`every` in words, such as `15 minutes`, or `minute` where it is one."""
        seconds = self.every.total_seconds()
        size, word = next((size, word) for size, word in _UNITS if seconds % size == 0 or size == 1)
        return word if seconds == size else f"{seconds / size:g} {word}s"

    def load(self) -> Run:
        """Its function, from the module of its name; what it returns are counts for the log."""
        return cast("Run", import_module(f"jobs.{self.name}").run)


def list_jobs(settings: Settings) -> tuple[Job, ...]:
    """Every job of this installation."""
    return (
        Job("plan_reminders", timedelta(minutes=15), "Decide which stages were reached, and who is to be told."),
        Job("deliver_mail", timedelta(minutes=1), "Hand every mail that is ripe to the mail server."),
        Job(
            "deliver_now_mail", timedelta(seconds=5), "Hand over mails that somebody waits for, such as a new password."
        ),
        Job("read_bounces", timedelta(minutes=15), "Read the reports of mails that came back, where a mailbox is set."),
        Job("weekly_team_mail", timedelta(minutes=15), "Write on Mondays to supervisors how many are where."),
        Job("seal_audit", timedelta(minutes=1), "Seal the audit, so that a later change shows."),
        Job(
            "purge_bodies", timedelta(days=1), "Forget the text of mails that were settled long ago; the ledger stays."
        ),
        Job("finish_group_acts", timedelta(minutes=1), "Go on with what was given to a group and isn't written whole."),
        Job("run_imports", timedelta(seconds=10), "Look at files that were given to be brought in, and write them."),
        Job(
            "recount_rules",
            timedelta(seconds=10),
            "Make standings anew after a value of the rules was confirmed, or rules came in a new version.",
        ),
        Job(
            "purge_drafts",
            timedelta(days=1),
            "Forget drafts of credits after 60 days, and of applications after 365.",
        ),
        Job(
            "purge_files",
            timedelta(days=1),
            "Take away files that were sent two days ago and back nothing, and what was brought in 30 days ago.",
        ),
        Job(
            "purge_sessions",
            timedelta(days=1),
            "Forget sessions over for 30 days, and forms nobody went on with.",
        ),
        Job(HEARTBEAT, timedelta(seconds=settings.heartbeat_limit_s / 6), "Say that the scheduler is alive."),
    )


def get_job(settings: Settings, name: str) -> Job:
    """The job of that name. Raises NotFound, which lists those that there are."""
    jobs = list_jobs(settings)
    for job in jobs:
        if job.name == name:
            return job
    raise NotFound(f"There is no job {name!r}; there are: {', '.join(job.name for job in jobs)}.")
