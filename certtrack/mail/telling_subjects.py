"""What a mail says of a day beside those of cycles: which day it is, what is known of it, and whom to ask."""

from certtrack.language import format_clock
from certtrack.mail.content import CALLED_OFF, DAY_MOVED, DayItem
from certtrack.mail.telling import Part
from certtrack.mail.words import Paragraph, paragraphs, words


def tell_day(item: DayItem, *, office: str, locale: str) -> Part:
    """Everything that is said of the day on the item's `today`, by an office of that name."""
    return Part(
        first=words(locale, _first_of(item), item.kind, item.due_on),
        act_by=item.due_on,
        paragraphs=tuple(_about(item, locale) + _known(item, locale) + _to_do(item, office, locale)),
        asking=tuple(paragraphs([words(locale, "ask", office)], words(locale, "to_ask"))),
    )


def _first_of(item: DayItem) -> str:
    if item.stage in (CALLED_OFF, DAY_MOVED):
        return f"{item.stage}_first"
    return "day_first" if item.today <= item.due_on else "day_over_first"


def _about(item: DayItem, locale: str) -> list[Paragraph]:
    far, distance = (item.due_on - item.today).days, "distance_of_letter" if item.is_letter else "distance"
    is_to_come = far >= 0 and item.stage != CALLED_OFF
    said = [words(locale, distance, far) if is_to_come else ""]
    if item.stage == DAY_MOVED:
        said.append(words(locale, "check_moved"))
    if item.credential is not None:
        said.append(words(locale, "day_for", item.credential.of(locale)))
    return paragraphs(said)


def _known(item: DayItem, locale: str) -> list[Paragraph]:
    """Of an exam the hour, the place and what to bring, each only where somebody put it on record."""
    if item.kind != "exam_sitting" or item.stage == CALLED_OFF:
        return []
    begins_at = item.begins_at
    hour = format_clock(begins_at.hour * 60 + begins_at.minute, locale) if begins_at is not None else None
    said = [words(locale, "day_hour", hour)]
    said.append(words(locale, "day_place", item.place) if item.place else words(locale, "day_online"))
    found = paragraphs(said)
    if item.to_bring:
        found += paragraphs([item.to_bring], words(locale, "day_bring"))
    return found


def _to_do(item: DayItem, office: str, locale: str) -> list[Paragraph]:
    if item.stage == CALLED_OFF:
        return paragraphs([words(locale, "called_off_to_do", item.kind, office)], words(locale, "to_do"))
    is_over = item.today > item.due_on
    return paragraphs([words(locale, "day_to_do", item.kind, is_over, office)], words(locale, "to_do"))
