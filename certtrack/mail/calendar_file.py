"""The day to act by as a calendar file (RFC 5545): neutral, and an update of what an earlier mail brought."""

import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

from certtrack.mail.content import CALLED_OFF, DayItem, Envelope, ReminderItem
from certtrack.mail.names import clean_name
from certtrack.mail.words import words
from certtrack.rules.cycles import get_phase, phases_of

if TYPE_CHECKING:
    from icalendar import Event

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "tag:certtrack,2026:calendar-entry")
_PRODUCT = "-//CertTrack//NONSGML Dates//EN"


def make_calendar(envelope: Envelope, items: Sequence[ReminderItem | DayItem]) -> bytes | None:
    """The file for a mail about `items`, one all-day entry each; None where no day is to be put down.

    An entry has the same UID in every mail about its subject and a higher SEQUENCE in a later one, so that calendars
    move it. Where readings differ it stands on the earliest day, and says so. What is called off takes its entry away;
    beside other entries, where a file has but one method, it is marked as cancelled. Equal input gives equal bytes.
    """
    entries = [_make_entry(envelope, item, *found) for item in items if (found := _find_day(item)) is not None]
    if not entries:
        return None
    from icalendar import Calendar  # noqa: PLC0415  # a tenth of a second that only a process that composes spends

    calendar = Calendar()
    method = "CANCEL" if all("status" in entry for entry in entries) else "PUBLISH"
    for name, value in (("prodid", _PRODUCT), ("version", "2.0"), ("calscale", "GREGORIAN"), ("method", method)):
        calendar.add(name, value)
    for entry in entries:
        calendar.add_component(entry)
    return bytes(calendar.to_ical())


def count_entries(calendar: bytes) -> tuple[int, int]:
    """How many entries such a file puts into a calendar, and how many it takes away."""
    gone = calendar.count(b"\r\nSTATUS:CANCELLED\r\n")
    return calendar.count(b"\r\nBEGIN:VEVENT\r\n") - gone, gone


def _find_day(item: ReminderItem | DayItem) -> tuple[date, bool] | None:
    """The day to act by, and whether another reading has a later one."""
    if item.subject is None:
        return None
    if isinstance(item, DayItem):
        return (item.due_on, False) if item.today <= item.due_on else None
    now = get_phase(phases_of(item.days), item.today)
    if not item.today <= now.act_by < date.max:
        return None
    return now.act_by, now.act_by != now.until_on


def _make_entry(envelope: Envelope, item: ReminderItem | DayItem, day: date, is_in_doubt: bool) -> "Event":
    from icalendar import Event, vCalAddress  # noqa: PLC0415  # likewise

    office, locale = clean_name(envelope.office_name), envelope.locale
    said = [words(locale, "preview", office), words(locale, "entry_in_doubt") if is_in_doubt else ""]
    organizer = vCalAddress(f"mailto:{envelope.reply_to or parseaddr(envelope.mail_from)[1]}")
    organizer.params["CN"] = office
    values: dict[str, Any] = {
        "uid": str(uuid.uuid5(_NAMESPACE, str(item.subject))),
        "dtstamp": envelope.sent_at,
        "sequence": int(envelope.sent_at.timestamp()) // 60,
        "dtstart": day,
        "dtend": day + timedelta(days=1),
        "summary": words(locale, "subject", "reminders"),
        "description": " ".join(sentence for sentence in said if sentence),
        "url": envelope.base_url,
        "organizer": organizer,
        "class": "PRIVATE",
        "transp": "TRANSPARENT",
    }
    if item.stage == CALLED_OFF:
        values["status"] = "CANCELLED"
    entry = Event()
    for name, value in values.items():
        entry.add(name, value)
    return entry
