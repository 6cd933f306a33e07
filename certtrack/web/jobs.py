"""Whether mail and jobs are well: alarms and what was told of them, what waits since when, last runs and next."""

from flask import Blueprint

from certtrack.mail.way_out import choose_alarm_ways
from certtrack.security import Task
from certtrack.services.alarm_notices import load_alarms
from certtrack.services.delivery.mail_age import load_mail_age
from certtrack.services.delivery.relay import find_stop
from certtrack.services.overview import find_zone
from certtrack.services.schedule import list_job_records
from certtrack.services.watching import find_troubles, make_limits
from certtrack.web.edge import actor, needs, parts, reading, render

jobs = Blueprint("jobs", __name__)

_PAST = 20


@jobs.get("/jobs")
@needs(Task.SEE_JOBS)
def index() -> str:
    """How mail and jobs are at this moment, and the last alarms that are over. Nobody's data is on it."""
    at = parts().clock.now()
    with reading() as session:
        zone = find_zone(session, actor())
        known = load_alarms(session, _PAST)
        raised = {alarm.kind for alarm in known.open}
        troubles = find_troubles(session, make_limits(parts().settings), at)
        values = {
            "jobs": list_job_records(session),
            "age": load_mail_age(session, at),
            "stop": find_stop(session),
        }
    return render(
        "jobs/index.html",
        alarms=known.open,
        past=known.past,
        notices=known.notices,
        unraised=[trouble for trouble in troubles if trouble.kind not in raised],
        ways=[way.name for way in choose_alarm_ways(parts().settings)],
        at=at,
        zone=zone,
        **values,
    )
