"""`certtrack watch`: are mail and jobs well? Asked from another process than those that may be silent."""

import sys
from collections.abc import Sequence

import click
from sqlalchemy.exc import DBAPIError

from certtrack.cli.alarms import make_message, tell_alarms, try_ways
from certtrack.cli.away import DatabaseAlarm, is_away
from certtrack.cli.edge import Edge, pass_edge
from certtrack.cli.output import write_message
from certtrack.db.models import Alarm
from certtrack.errors import Refused
from certtrack.language import LOCALES
from certtrack.logs import get_log
from certtrack.services.alarms import list_alarms
from certtrack.services.watching import Change, find_troubles, look_after, make_limits

_ENGLISH = LOCALES[0]


@click.command(
    short_help="Are mail and jobs well?",
    epilog="Example: certtrack watch  (from cron: */5 * * * * certtrack watch)",
)
@click.option(
    "--test-alarm", is_flag=True, help="Tell a test on each way that alarms are told on, and look at nothing."
)
@pass_edge
def watch(edge: Edge, test_alarm: bool) -> None:
    """Look once whether mail and jobs are well, for example from cron.

    An alarm is raised where the scheduler is silent for longer than CERTTRACK_HEARTBEAT_LIMIT_S says, where mail or a
    job is late by more than CERTTRACK_MAIL_LATE_LIMIT_S, and where a job doesn't get through. It stands on the pages
    and in the log, and is told on the ways that the settings CERTTRACK_ALARM_... name. While one is open the exit code
    is 1, and where the database doesn't answer, which is told too once it lasts.
    """
    if test_alarm:
        _test(edge)
        return
    alarms = _look_once(edge)
    for alarm in alarms:
        write_message(make_message(edge, alarm, "raised").say(_ENGLISH))
    if alarms:
        sys.exit(1)
    write_message("The scheduler is alive, and nothing is late.")


def _look_once(edge: Edge) -> list[Alarm]:
    """The alarms that are open after a look; a database that is away for long is an alarm, too."""
    away = DatabaseAlarm(edge)
    try:
        look(edge)
        with edge.reading() as session:
            alarms = list_alarms(session)
    except (DBAPIError, Refused) as error:
        if is_away(error):
            away.note_away()
        raise
    away.note_back()
    return alarms


def has_trouble(edge: Edge) -> bool:
    """True where something isn't well just now."""
    with edge.reading() as session:
        return bool(find_troubles(session, make_limits(edge.settings), edge.clock.now()))


def look(edge: Edge) -> Sequence[str]:
    """Raise alarms and clear them: in the database, in the log, on the other ways; what is to be said of it here."""
    with edge.writing() as session:
        changes = look_after(session, make_limits(edge.settings), edge.clock.now())
    for change in changes:
        log = get_log(kind=change.alarm.kind, detail=change.alarm.detail)
        if change.is_raised:
            log.error("alarm_raised")
        else:
            log.info("alarm_over")
    tell_alarms(edge)
    return [_say(edge, change) for change in changes]


def _say(edge: Edge, change: Change) -> str:
    return make_message(edge, change.alarm, "raised" if change.is_raised else "over").say(_ENGLISH)


def _test(edge: Edge) -> None:
    told = list(try_ways(edge))
    for way, trouble in told:
        write_message(f"{way}: told." if trouble is None else f"{way}: it didn't get through ({trouble}).")
    if not told:
        raise Refused(
            "No way is set: CERTTRACK_ALARM_WEBHOOK, or CERTTRACK_ALARM_SMTP_HOST and CERTTRACK_ALARM_SMTP_TO."
        )
    if any(trouble is not None for _, trouble in told):
        sys.exit(1)
