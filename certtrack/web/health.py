"""Is it alive? Open to all, so without anybody's data."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from certtrack.db.models import Email, Job
from certtrack.services.alarms import list_alarms
from certtrack.services.schedule import HEARTBEAT, is_silent
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
    """When the scheduler last gave a sign of life, open alarms, the oldest mail that waits; 503 where mail stands."""
    with reading() as session:
        alarms = [alarm.kind for alarm in list_alarms(session)]
        silent = is_silent(session, parts().settings.heartbeat_limit_s)
        beat = session.scalar(select(Job.heartbeat_at).where(Job.name == HEARTBEAT))
        waiting = select(func.min(Email.created_at)).where(Email.state.in_(("ready", "leased", "unknown")))
        oldest = session.scalar(waiting)
    answer = {
        "heartbeat_at": beat.isoformat() if beat else None,
        "is_silent": silent,
        "alarms": alarms,
        "oldest_open_mail_at": oldest.isoformat() if oldest else None,
    }
    return jsonify(answer), 503 if silent or alarms else 200
