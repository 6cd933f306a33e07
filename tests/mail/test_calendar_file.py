"""The file for the calendar: the day to act by, one entry a subject, and not a word about what it is for."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from kit.every_mail import COMPUTED, MAILS, STATED
from kit.mails import AT, make_envelope, make_exam, make_item, remind
from kit.rules import CPPS, CPS

from certtrack.mail.calendar_file import make_calendar
from certtrack.mail.content import DayItem, ReminderItem

DAY = date(2026, 9, 1)
DUE = date(2026, 10, 31)


def entries_of(*items: ReminderItem | DayItem, today: date = DAY, **values: Any) -> list[Any]:
    """The entries that a mail about `items` brings on `today`, read again by the library."""
    mail = remind(*items, today=today, **values)
    return [] if mail.calendar is None else Calendar.from_ical(mail.calendar).walk("VEVENT")


def test_the_day_to_act_by_is_a_whole_day_in_the_calendar() -> None:
    (entry,) = entries_of(make_item(CPS))
    assert (entry.start, entry.end) == (DUE, DUE + timedelta(days=1))
    assert (entry["DTSTAMP"].dt, entry["CLASS"], entry["TRANSP"]) == (AT, "PRIVATE", "TRANSPARENT")
    assert str(entry["ORGANIZER"]) == "mailto:office@example.org"
    assert not entry.subcomponents  # no alarm: the mails are the reminders


def test_after_the_due_day_it_is_the_day_that_the_mail_names() -> None:
    (entry,) = entries_of(make_item(CPS, stage="grace"), today=date(2026, 11, 1))
    assert entry.start == date(2026, 11, 30)


def test_of_two_readings_it_is_the_earliest_and_the_entry_says_so() -> None:
    (entry,) = entries_of(make_item(CPPS, STATED, computed=COMPUTED), today=date(2027, 1, 5))
    assert entry.start == STATED
    assert "There are two readings of this day; this is the earlier one." in str(entry["DESCRIPTION"])
    (sure,) = entries_of(make_item(CPS))
    assert "readings" not in str(sure["DESCRIPTION"])


@pytest.mark.parametrize(
    ("item", "today"),
    [
        (make_item(CPS, stage="full_route"), date(2029, 5, 31)),
        (make_item(CPPS, STATED, computed=COMPUTED), COMPUTED),
        (make_item(CPS, subject=None), DAY),
    ],
    ids=["no last day", "the earliest reading has passed", "nothing that falls due"],
)
def test_where_there_is_no_day_to_put_down_nothing_is_attached_and_nothing_is_said_of_it(
    item: ReminderItem, today: date
) -> None:
    mail = remind(item, today=today)
    assert mail.calendar is None
    assert "attached" not in mail.flat


def test_a_later_mail_moves_the_entry_of_the_earlier_one() -> None:
    (first,) = entries_of(make_item(CPS))
    moved = make_item(CPS, date(2026, 12, 31), stage="day_moved")
    (second,) = entries_of(moved, sent_at=AT + timedelta(minutes=15))
    assert first["UID"] == second["UID"]
    assert second["SEQUENCE"] > first["SEQUENCE"]
    assert second.start == date(2026, 12, 31)


def test_two_certifications_are_two_entries_in_one_file() -> None:
    items = make_item(CPPS, subject="cycle:8"), make_item(CPS)
    first, second = entries_of(*items)
    assert first["UID"] != second["UID"]
    assert "The attached file puts the days into your calendar." in remind(*items, today=DAY).flat
    assert "The attached file puts the day into your calendar." in remind(items[0], today=DAY).flat


def test_the_same_mail_has_the_same_file_byte_by_byte() -> None:
    make = make_calendar(make_envelope(), [make_item(today=DAY)])
    assert make is not None
    assert make == make_calendar(make_envelope(), [make_item(today=DAY)])


@pytest.mark.parametrize("locale", ["en", "es"])
@pytest.mark.parametrize("name", MAILS)
def test_nothing_in_a_calendar_that_others_see_speaks_of_a_credential(name: str, locale: str) -> None:
    calendar = MAILS[name](locale).calendar or ""
    assert re.search(r"peer special|certified|\bcpp?s\b|4711|carol|recert|vence", calendar, re.IGNORECASE) is None


@given(name=st.text(max_size=200), at=st.datetimes(datetime(2020, 1, 1), datetime(2099, 1, 1)))  # noqa: DTZ001  # made aware below
def test_lines_are_folded_and_end_as_calendars_want_them_whatever_the_office_is_called(name: str, at: datetime) -> None:
    envelope = make_envelope(office_name=name, sent_at=at.replace(tzinfo=UTC))
    data = make_calendar(envelope, [make_item(today=DAY)])
    assert data is not None
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", b"".join(lines))
    assert [line for line in lines if line.startswith((b"METHOD", b"VERSION"))] == [b"VERSION:2.0", b"METHOD:PUBLISH"]
    (entry,) = Calendar.from_ical(data).walk("VEVENT")
    assert entry.decoded("DTSTART") == DUE


def test_what_is_called_off_takes_the_entry_of_its_earlier_mails_away() -> None:
    (there,) = entries_of(make_exam(), today=date(2026, 6, 5))
    mail = remind(make_exam(stage="called_off"), today=date(2026, 6, 8), sent_at=AT + timedelta(minutes=15))
    assert mail.calendar is not None
    calendar = Calendar.from_ical(mail.calendar)
    (gone,) = calendar.walk("VEVENT")
    assert (calendar["METHOD"], gone["STATUS"], gone["UID"]) == ("CANCEL", "CANCELLED", there["UID"])
    assert gone["SEQUENCE"] > there["SEQUENCE"]
    [part] = [one for one in mail.message.walk() if one.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "CANCEL"


def test_beside_another_entry_it_is_marked_as_cancelled_in_one_file_that_is_published() -> None:
    mail = remind(make_exam(stage="called_off"), make_item(CPS), today=date(2026, 6, 8))
    assert mail.calendar is not None
    calendar = Calendar.from_ical(mail.calendar)
    assert calendar["METHOD"] == "PUBLISH"
    assert [entry.get("STATUS") for entry in calendar.walk("VEVENT")] == ["CANCELLED", None]
