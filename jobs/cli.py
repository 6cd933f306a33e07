"""The `certtrack-jobs` command: jobs by hand, or all of them on their schedule."""

import gc
import sys
import threading
from collections.abc import Mapping, Sequence
from datetime import date

import click

from certtrack.cli import WIDE, Plain
from certtrack.cli.edge import Edge, pass_edge
from certtrack.cli.output import write_message, write_table
from certtrack.cli.parsing import DAY
from certtrack.cli.stopped_mail import explain_rest, explain_stop
from certtrack.clock import Clock, FixedClock, noon_of
from certtrack.errors import Refused
from certtrack.services.actors import job_actor
from certtrack.services.delivery.relay import find_stop
from certtrack.services.rulebook import check_unchanged
from certtrack.services.schedule import HEARTBEAT
from jobs.catalogue import Job, get_job, list_jobs
from jobs.running import run_job
from jobs.workplace import Workplace

SWITCH_S = 0.0002
"""How long a thread that the database or the mail server has answered waits, at the most, for one that computes."""

_DELIVERING = ("deliver_mail", "deliver_now_mail")


@click.command("certtrack-jobs", cls=Plain, context_settings=WIDE, epilog="Example: certtrack-jobs run plan_reminders")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Run CertTrack's jobs: some by hand, or all of them on their schedule."""
    ctx.obj = edge = Edge()
    ctx.call_on_close(edge.close)


@main.command("list", short_help="List the jobs.", epilog="Example: certtrack-jobs list")
@pass_edge
def list_(edge: Edge) -> None:
    """List the jobs: their names, how often they run, and what they do."""
    rows = [{"job": job.name, "every": job.interval, "what": job.says} for job in list_jobs(edge.settings)]
    write_table(rows, ["job", "every", "what"])


@main.command(
    short_help="Run jobs by hand.",
    epilog="Example: certtrack-jobs run plan_reminders deliver_mail --as-of 2026-10-01",
)
@click.argument("jobs", metavar="JOB...", nargs=-1, required=True)
@click.option("--as-of", type=DAY, metavar="DAY", help="Act as at noon of that day; refused in production.")
@pass_edge
def run(edge: Edge, jobs: Sequence[str], as_of: date | None) -> None:
    """Run each JOB now, one after the other, until it finds nothing more to do.

    With --as-of it acts as at noon of that day in the zone of the rules; leases and attempts keep to the database's
    clock. What it did is written as counts.

    Exit codes: 0 done, 1 refused, 2 wrong usage, 3 done in part: the mail server takes no mail now, or not every mail.
    No mail is lost by that.
    """
    chosen = [get_job(edge.settings, name) for name in jobs]
    _check_rules(edge)
    workplace = make_workplace(edge, threading.Event(), _find_clock(edge, as_of))
    are_whole = [_run_one(edge, job, workplace) for job in chosen]
    if not all(are_whole):
        click.get_current_context().exit(3)


@main.command(short_help="Run all of them on their schedule.", epilog="Example: certtrack-jobs schedule")
@pass_edge
def schedule(edge: Edge) -> None:
    """Run every job on its schedule until SIGTERM or Ctrl-C.

    Several may run at once: each decision is made once all the same.
    """
    from jobs.scheduler import run_schedule  # noqa: PLC0415  # APScheduler is loaded where it runs

    _check_rules(edge)
    stopping = threading.Event()
    run_schedule(make_workplace(edge, stopping, edge.clock), stopping)


def make_workplace(edge: Edge, stopping: threading.Event, clock: Clock) -> Workplace:
    """What jobs of this process are given; `stopping` ends them early."""
    rulebook = edge.rulebook
    sys.setswitchinterval(SWITCH_S)
    gc.freeze()  # looking again and again at all that was loaded would take long, in the middle of a transaction
    return Workplace(
        settings=edge.settings,
        clock=clock,
        database=edge.database,
        rulebook=rulebook,
        actor=job_actor("schedule"),
        stop=stopping.is_set,
    )


def _run_one(edge: Edge, job: Job, workplace: Workplace) -> bool:
    """Run it and say so; False where a mail that was due is not with the mail server now."""
    counts = run_job(job, workplace)
    write_table([{"what": what, "count": count} for what, count in counts.items()], ["what", "count"])
    if job.name in _DELIVERING and (said := _explain(edge, counts)):
        write_message(f"certtrack-jobs: {said}")
        return False
    is_idle = job.name != HEARTBEAT and not any(counts.values())
    write_message(f"{job.name} is done.{' There was nothing to do.' if is_idle else ''}")
    return True


def _check_rules(edge: Edge) -> None:
    """With rules other than those that the records rest on, jobs would wait, or decide anew, without a word."""
    with edge.reading() as session:
        check_unchanged(session, edge.rulebook)


def _explain(edge: Edge, counts: Mapping[str, int]) -> str | None:
    """Why a mail that was due is not with the mail server now; nothing where each is."""
    with edge.reading() as session:
        stop = find_stop(session)
    return explain_stop(edge.settings, stop, was_tried=bool(counts)) if stop else explain_rest(counts)


def _find_clock(edge: Edge, as_of: date | None) -> Clock:
    if as_of is None:
        return edge.clock
    if edge.settings.is_production:
        raise Refused("--as-of acts as if it were another day, and is refused in production.")
    zones = [pack.zone for pack in edge.rulebook.packs.list()]
    return FixedClock(noon_of(as_of, zones[0] if zones else "UTC"))
