"""What each part of a person's record has in common: whose it is, where its parts are, which day is looked at."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import request
from sqlalchemy.orm import Session

from certtrack.rules.calendar import check_day
from certtrack.security import Fields, Task, can_do
from certtrack.services.overview import find_zone
from certtrack.services.record_head import RecordHead, load_head
from certtrack.web.days import read_day
from certtrack.web.edge import actor, parts
from certtrack.web.frame import gettext


@dataclass(frozen=True, slots=True)
class LookBack:
    """The day and the moment that are asked for, None where none is; `errors` name what is no such thing."""

    as_of: date | None
    known_at: datetime | None
    errors: dict[str, bool]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the record, and where it is."""

    label: str
    url: str
    is_current: bool


def read_look_back(session: Session) -> LookBack:
    """What the address asks for; a moment is one of the reader's zone."""
    errors: dict[str, bool] = {}
    as_of: date | None = None
    known_at: datetime | None = None
    try:
        as_of = read_day(request.args.get("as_of"))
    except ValueError:
        errors["as_of"] = True
    try:
        known_at = _read_moment(session, request.args.get("known_at"))
    except ValueError:
        errors["known_at"] = True
    return LookBack(as_of, known_at, errors)


def open_record(session: Session, person_id: int) -> tuple[RecordHead, LookBack]:
    """The head of this record as the address asks for it. Raises NotFound as `load_head` does."""
    asked = read_look_back(session)
    head = load_head(session, actor(), person_id, parts().clock, as_of=asked.as_of, known_at=asked.known_at)
    return head, asked


def frame_record(head: RecordHead, asked: LookBack) -> dict[str, Any]:
    """What the template of a part needs of its record, by name."""
    args = {name: request.args[name] for name in ("as_of", "known_at") if request.args.get(name)}
    look = f"?{urlencode(args)}" if args else ""
    return {
        "page": head,
        "at": f"/people/{head.person.id}",
        "look": look,
        "record_parts": list_parts(head, look),
        "today_on": head.today,
        "as_of": head.as_of,
        "known_at": head.known_at,
        "zone": head.zone,
        "here": request.path,
        "typed": request.args,
        "errors": asked.errors,
        "can_list": can_do(actor(), Task.LIST_PEOPLE),
    }


def list_parts(head: RecordHead, look: str = "") -> list[Part]:
    """The parts of the record that are the reader's, each on the day that is looked at."""
    at = f"/people/{head.person.id}"
    found = [
        (gettext("Standing"), at, Fields.STANDING),
        (gettext("Credits"), f"{at}/credits", Fields.CREDITS),
        (gettext("Training and exams"), f"{at}/path", Fields.TRAINING),
        (gettext("Supervision"), f"{at}/supervision", Fields.SUPERVISION),
        (gettext("Day by day"), f"{at}/history", Fields.STANDING),
        (gettext("Mail"), f"{at}/reminders", Fields.MAIL),
    ]
    return [Part(label, url + look, request.path == url) for label, url, fields in found if head.can_see(fields)]


def _read_moment(session: Session, text: str | None) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    check_day(moment.date())
    try:
        zone = ZoneInfo(find_zone(session, actor()))
        return (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text} lies beyond the last moment") from error
