"""Alarms as they are told from here: on the ways that the settings name, by whichever process looks first."""

from collections.abc import Iterable
from datetime import timedelta

from certtrack.cli.edge import Edge
from certtrack.db.models import Alarm
from certtrack.logs import get_log
from certtrack.mail.alarm import AlarmMessage, AlarmWay, Event, NotTold
from certtrack.mail.way_out import choose_alarm_ways
from certtrack.services.alarm_notices import settle_notice, take_notices


def tell_alarms(edge: Edge) -> None:
    """Tell all that is to be told now; what doesn't get through is tried again at the next look."""
    ways = {way.name: way for way in choose_alarm_ways(edge.settings)}
    if not ways:
        return
    every_s = timedelta(hours=edge.settings.alarm_every_h).total_seconds()
    with edge.writing() as session:
        notices = take_notices(session, list(ways), every_s)
    for notice in notices:
        trouble = _tell(ways[notice.way], make_message(edge, notice.alarm, notice.event))
        with edge.writing() as session:
            settle_notice(session, notice, trouble)


def try_ways(edge: Edge) -> Iterable[tuple[str, str | None]]:
    """Tell a test on each way: its name, and a code for why it didn't get through, None where it did."""
    at = edge.clock.now()
    message = AlarmMessage("test", "", at, None, None, edge.settings.base_url, at)
    for way in choose_alarm_ways(edge.settings):
        yield way.name, _tell(way, message)


def make_message(edge: Edge, alarm: Alarm, event: Event) -> AlarmMessage:
    """What is to be said of an alarm."""
    return AlarmMessage(
        event=event,
        kind=alarm.kind,
        since=alarm.raised_at,
        until=alarm.cleared_at,
        detail=alarm.detail,
        installation=edge.settings.base_url,
        sent_at=edge.clock.now(),
    )


def _tell(way: AlarmWay, message: AlarmMessage) -> str | None:
    """A code for why it didn't get through; None where it did."""
    try:
        way.tell(message)
    except NotTold as error:
        get_log(way=way.name).error("alarm_not_told", kind=message.kind, trouble=error.trouble)
        return error.trouble
    get_log(way=way.name).info("alarm_told", kind=message.kind, what=message.event)
    return None
