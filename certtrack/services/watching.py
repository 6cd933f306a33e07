"""Whether mail and jobs are well: asked by another process than those that plan and mail, which may be silent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import get_args

from sqlalchemy.orm import Session

from certtrack.db.models import Alarm
from certtrack.services.alarms import AlarmKind, clear_alarm, find_alarm, raise_alarm
from certtrack.services.delivery.mail_age import find_late_since
from certtrack.services.delivery.relay import find_stop
from certtrack.services.schedule import is_silent, list_broken_jobs, list_late_jobs
from certtrack.settings import Settings

_LOOKED_FOR: tuple[AlarmKind, ...] = tuple(kind for kind in get_args(AlarmKind) if kind != "relay_stopped")
_JOB_KINDS = ("job_late", "job_broken")


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds of the scheduler's silence, and for which mail or a job may be late, before an alarm is raised."""

    silence_s: float
    late_s: float


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that isn't well. `detail` is a code or a short fact, None where there is nothing to add."""

    kind: AlarmKind
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """An alarm that was just raised, or cleared."""

    alarm: Alarm
    is_raised: bool


def make_limits(settings: Settings) -> Limits:
    """The limits of this installation."""
    return Limits(settings.heartbeat_limit_s, settings.mail_late_limit_s)


def find_troubles(session: Session, limits: Limits, at: datetime) -> list[Trouble]:
    """All that isn't well at `at`; while the scheduler is silent nothing is said of its jobs one by one."""
    silent = is_silent(session, limits.silence_s)
    stop, late_since = find_stop(session), find_late_since(session, limits.late_s, at)
    late = [] if silent else list_late_jobs(session, limits.late_s)
    broken = [] if silent else list_broken_jobs(session, limits.silence_s)
    found = [
        Trouble("scheduler_silent") if silent else None,
        Trouble("relay_stopped", stop.reason) if stop else None,
        Trouble("mail_late", late_since.astimezone(UTC).isoformat(timespec="minutes")) if late_since else None,
        Trouble("job_late", ", ".join(late)) if late else None,
        Trouble("job_broken", ", ".join(broken)) if broken else None,
    ]
    return [trouble for trouble in found if trouble is not None]


def look_after(session: Session, limits: Limits, at: datetime) -> list[Change]:
    """Raise an alarm for each trouble and clear those that are over; what that changed.

    Whether the mail server takes mail is for those who mail to say, and to take back.
    """
    troubles = {trouble.kind: trouble for trouble in find_troubles(session, limits, at)}
    return list(_list_changes(session, troubles, at))


def _list_changes(session: Session, troubles: dict[AlarmKind, Trouble], at: datetime) -> Iterable[Change]:
    is_silent_now = "scheduler_silent" in troubles
    for kind in _LOOKED_FOR:
        trouble = troubles.get(kind)
        if trouble is None and kind in _JOB_KINDS and is_silent_now:
            continue  # nobody knows
        was_open = find_alarm(session, kind)
        if trouble is not None:
            is_new = raise_alarm(session, kind, at=at, detail=trouble.detail)
            alarm = find_alarm(session, kind) if is_new else None
            if alarm is not None:
                yield Change(alarm, is_raised=True)
        elif was_open is not None and clear_alarm(session, kind, at=at):
            yield Change(was_open, is_raised=False)
    session.flush()
