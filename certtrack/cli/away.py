"""The alarm about a database that doesn't answer: it can't be kept there, so a file of the instance keeps it."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError

from certtrack.cli.edge import Edge
from certtrack.logs import get_log
from certtrack.mail.alarm import AlarmMessage, AlarmWay, Event, NotTold
from certtrack.mail.way_out import choose_alarm_ways

_KIND = "database_away"


@dataclass
class Silence:
    """Since when the database hasn't answered, and when each way was told last; moments in ISO's form."""

    since: str
    told: dict[str, str] = field(default_factory=dict)


def is_away(error: BaseException) -> bool:
    """True for an error that says that the database doesn't answer."""
    return isinstance(error, DBAPIError) or isinstance(error.__cause__, DBAPIError)


class DatabaseAlarm:
    """Told once it has been away for as long as the scheduler may be silent, again every so many hours, and once over.

    Several processes on one machine tell it once: they take turns at the file `database-alarm.json`.
    """

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._file = edge.settings.instance / "database-alarm.json"

    def note_away(self) -> None:
        """The database has just not answered."""
        with self._locked():
            silence = self._read() or Silence(self._edge.clock.now().isoformat())
            for way in choose_alarm_ways(self._edge.settings):
                event = self._find_event(silence, way)
                if event is not None and self._tell(way, silence, event):
                    silence.told[way.name] = self._edge.clock.now().isoformat()
            self._file.write_text(json.dumps(asdict(silence)), encoding="utf-8")

    def note_back(self) -> None:
        """The database has just answered."""
        if not self._file.exists():
            return
        with self._locked():
            silence = self._read()
            for way in choose_alarm_ways(self._edge.settings) if silence is not None else ():
                if silence is not None and way.name in silence.told and not self._tell(way, silence, "over"):
                    return  # at the next look
            self._file.unlink(missing_ok=True)

    def _find_event(self, silence: Silence, way: AlarmWay) -> Event | None:
        now, settings = self._edge.clock.now(), self._edge.settings
        if now - datetime.fromisoformat(silence.since) < timedelta(seconds=settings.heartbeat_limit_s):
            return None
        told_at = silence.told.get(way.name)
        if told_at is None:
            return "raised"
        every = timedelta(hours=settings.alarm_every_h)
        return "open" if now - datetime.fromisoformat(told_at) >= every else None

    def _tell(self, way: AlarmWay, silence: Silence, event: Event) -> bool:
        now, since = self._edge.clock.now(), datetime.fromisoformat(silence.since)
        try:
            way.tell(AlarmMessage(event, _KIND, since, now, None, self._edge.settings.base_url, now))
        except NotTold as error:
            get_log(way=way.name).error("alarm_not_told", kind=_KIND, trouble=error.trouble)
            return False
        get_log(way=way.name).info("alarm_told", kind=_KIND, what=event)
        return True

    def _read(self) -> Silence | None:
        try:
            return Silence(**json.loads(self._file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError) as error:
            get_log().error("database_alarm_unreadable", kind=type(error).__name__)
            return None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._file.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
