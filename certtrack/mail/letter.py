"""A reminder on paper: the sentences of its mail, for somebody whom no mail reaches."""

from dataclasses import dataclass, replace

from certtrack.language import format_day
from certtrack.mail.content import DayItem, ReminderItem
from certtrack.mail.names import clean_name
from certtrack.mail.telling import Part, tell
from certtrack.mail.telling_subjects import tell_day
from certtrack.mail.words import words


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter in words, in the language `locale` of the person to whom it goes.

    `day` is the day on which it is true, `name` the person's in full. `reach` says how to reach the office, `address`
    asks for an address and is "" where there is one.
    """

    locale: str
    office: str
    day: str
    name: str
    greeting: str
    part: Part
    why: str
    reach: str
    address: str
    closing: str


def write_letter(
    item: ReminderItem | DayItem,
    *,
    office: str,
    reply_to: str | None,
    name: str,
    called: str,
    locale: str,
    has_address: bool,
) -> Letter:
    """The letter about `item`, true on its `today`, by an office of that name to somebody greeted as `called`."""
    office = clean_name(office)
    return Letter(
        locale=locale,
        office=office,
        day=format_day(item.today, locale),
        name=clean_name(name),
        greeting=words(locale, "greeting", clean_name(called)),
        part=_tell(item, office, locale),
        why=words(locale, "why", office),
        reach=words(locale, "reach_by_letter", office, reply_to),
        address="" if has_address else words(locale, "give_address"),
        closing=words(locale, "closing"),
    )


def _tell(item: ReminderItem | DayItem, office: str, locale: str) -> Part:
    if isinstance(item, DayItem):
        return tell_day(replace(item, is_letter=True), office=office, locale=locale)
    return tell(replace(item, is_letter=True), today=item.today, office=office, locale=locale)
