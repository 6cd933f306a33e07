"""Is it alive? Open to all, so without anybody's data."""

from datetime import datetime

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from certtrack.services.alarms import list_alarms
from certtrack.services.delivery.mail_age import load_mail_age
from certtrack.services.schedule import HEARTBEAT, list_job_records
from certtrack.services.watching import find_troubles, make_limits
from certtrack.web.edge import for_everybody, parts, reading

health = Blueprint("health", __name__)


@health.get("/healthz")
@for_everybody
def web() -> ResponseReturnValue:
    """This web process answers; nothing else is asked."""
    return "ok", 200, {"Content-Type": "text/plain; charset=utf-8"}


@health.get("/healthz/mail")
@for_everybody
def mail() -> ResponseReturnValue:
    """When the scheduler last gave a sign of life, how its jobs are, what waits since when; 503 with the reasons.

    `reasons` are asked for just now, and alarms are those that a process that looks has raised and not cleared yet.
    """
    at = parts().clock.now()
    with reading() as session:
        troubles = find_troubles(session, make_limits(parts().settings), at)
        alarms = [alarm.kind for alarm in list_alarms(session)]
        jobs = list_job_records(session)
        age = load_mail_age(session, at)
    reasons = sorted({trouble.kind for trouble in troubles} | set(alarms))
    beat = next((job.heartbeat_at for job in jobs if job.name == HEARTBEAT), None)
    answer = {
        "reasons": reasons,
        "heartbeat_at": _say(beat),
        "is_silent": "scheduler_silent" in {trouble.kind for trouble in troubles},
        "alarms": alarms,
        "oldest_open_mail_at": _say(age.open_since),
        "oldest_ripe_reminder_at": _say(age.ripe_since),
        "jobs": {
            job.name: {
                "last_started_at": _say(job.last_started_at),
                "last_ended_at": _say(job.last_ended_at),
                "last_outcome": job.last_outcome,
                "next_run_at": _say(job.next_run_at),
            }
            for job in jobs
        },
    }
    return jsonify(answer), 503 if reasons else 200


def _say(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
