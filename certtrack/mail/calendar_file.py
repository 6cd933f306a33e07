"""The day to act by as a calendar file (RFC 5545): neutral, and an update of what an earlier mail brought."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

from certtrack.mail.content import CALLED_OFF, DayItem, Envelope, ReminderItem
from certtrack.mail.names import clean_name
from certtrack.mail.words import words
from certtrack.rules.cycles import CycleDays, get_phase, phases_of

if TYPE_CHECKING:
    from icalendar import Calendar, Event

FEED_HOURS = 12
"""So often a calendar program is asked to read a feed again."""
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "tag:certtrack,2026:calendar-entry")
_PRODUCT = "-//CertTrack//NONSGML Dates//EN"


@dataclass(frozen=True, slots=True)
class EntryDay:
    """A day to put down: `subject` names what falls due, as in a mail; `is_in_doubt`: another reading has a later one.

    `is_called_off`: it is none any more. `in_team`: of how many dates in the reader's team it is; 0: it is their own.
    """

    subject: str
    day: date
    is_in_doubt: bool = False
    is_called_off: bool = False
    in_team: int = 0


@dataclass(frozen=True, slots=True)
class Writer:
    """Whose entries they are, and in which language. `at` is an aware moment; `reply_to` None: `mail_from` stands."""

    office_name: str
    reply_to: str | None
    mail_from: str
    base_url: str
    locale: str
    at: datetime


def make_calendar(envelope: Envelope, items: Sequence[ReminderItem | DayItem]) -> bytes | None:
    """The file for a mail about `items`, one all-day entry each; None where no day is to be put down.

    An entry has the same UID in every mail about its subject and a higher SEQUENCE in a later one, so that calendars
    move it. Where readings differ it stands on the earliest day, and says so. What is called off takes its entry away;
    beside other entries, where a file has but one method, it is marked as cancelled. Equal input gives equal bytes.
    """
    days = [found for item in items if (found := _find_day(item)) is not None]
    if not days:
        return None
    method = "CANCEL" if all(found.is_called_off for found in days) else "PUBLISH"
    calendar = _begin(method)
    writer = Writer(
        office_name=envelope.office_name,
        reply_to=envelope.reply_to,
        mail_from=envelope.mail_from,
        base_url=envelope.base_url,
        locale=envelope.locale,
        at=envelope.sent_at,
    )
    for found in days:
        calendar.add_component(_make_entry(writer, found))
    return bytes(calendar.to_ical())


def make_feed(writer: Writer, days: Sequence[EntryDay], *, is_team: bool = False) -> bytes:
    """A calendar that a program reads anew again and again: these days, and no others; without one it is empty.

    It says no more than a mail's file: no credential and nobody's name; of a team how many dates lie on a day.
    A program that keeps to it asks twice a day.
    """
    calendar = _begin("PUBLISH")
    name = words(writer.locale, "team_feed_name" if is_team else "feed_name")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)  # what most programs read in place of NAME
    calendar.add("refresh-interval", timedelta(hours=FEED_HOURS), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", f"PT{FEED_HOURS}H")
    for day in days:
        calendar.add_component(_make_entry(writer, day))
    return bytes(calendar.to_ical())


def count_entries(calendar: bytes) -> tuple[int, int]:
    """How many entries such a file puts into a calendar, and how many it takes away."""
    gone = calendar.count(b"\r\nSTATUS:CANCELLED\r\n")
    return calendar.count(b"\r\nBEGIN:VEVENT\r\n") - gone, gone


def find_entry_day(subject: str, days: CycleDays, today: date) -> EntryDay | None:
    """The day to act by of a cycle, in its phase of today; None where that is over, or never is."""
    now = get_phase(phases_of(days), today)
    if not today <= now.act_by < date.max:
        return None
    return EntryDay(subject, now.act_by, is_in_doubt=now.act_by != now.until_on)


def _find_day(item: ReminderItem | DayItem) -> EntryDay | None:
    if item.subject is None:
        return None
    if isinstance(item, ReminderItem):
        found = find_entry_day(item.subject, item.days, item.today)
        return found and replace(found, is_called_off=item.stage == CALLED_OFF)
    if item.due_on < item.today:
        return None
    return EntryDay(item.subject, item.due_on, is_called_off=item.stage == CALLED_OFF)


def _begin(method: str) -> "Calendar":
    from icalendar import Calendar  # noqa: PLC0415  # a tenth of a second that only a process that composes spends

    calendar = Calendar()
    for name, value in (("prodid", _PRODUCT), ("version", "2.0"), ("calscale", "GREGORIAN"), ("method", method)):
        calendar.add(name, value)
    return calendar


def _make_entry(writer: Writer, of: EntryDay) -> "Event":
    from icalendar import Event, vCalAddress  # noqa: PLC0415  # likewise

    office, locale = clean_name(writer.office_name), writer.locale
    said = [words(locale, "preview", office), words(locale, "entry_in_doubt") if of.is_in_doubt else ""]
    said += [words(locale, "entry_of_team", of.in_team)] if of.in_team else []
    organizer = vCalAddress(f"mailto:{writer.reply_to or parseaddr(writer.mail_from)[1]}")
    organizer.params["CN"] = office
    values: dict[str, Any] = {
        "uid": str(uuid.uuid5(_NAMESPACE, of.subject)),
        "dtstamp": writer.at,
        "sequence": int(writer.at.timestamp()) // 60,
        "dtstart": of.day,
        "dtend": of.day + timedelta(days=1),
        "summary": words(locale, "subject", "reminders"),
        "description": " ".join(sentence for sentence in said if sentence),
        "url": writer.base_url,
        "organizer": organizer,
        "class": "PRIVATE",
        "transp": "TRANSPARENT",
    }
    if of.is_called_off:
        values["status"] = "CANCELLED"
    entry = Event()
    for name, value in values.items():
        entry.add(name, value)
    return entry
