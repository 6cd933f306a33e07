"""What a mail says of a day beside those of cycles: which day it is, what is known of it, and whom to ask."""

from typing import Any

from certtrack.language import format_clock, say_by
from certtrack.mail.content import CALLED_OFF, DAY_MOVED, About, DayItem
from certtrack.mail.copied import say_told
from certtrack.mail.names import clean_name
from certtrack.mail.telling import Part, who_else
from certtrack.mail.words import Paragraph, paragraphs, words
from certtrack.rules.own_clocks import ClockDay
from certtrack.rules.pack import Pack, Value
from certtrack.rules.requirements import Line

_HOURS = "hours.jinja"


def tell_day(item: DayItem, *, office: str, locale: str) -> Part:
    """Everything that is said of the day on the item's `today`, by an office of that name."""
    return Part(
        first=words(locale, _first_of(item), item.kind, item.due_on),
        act_by=item.due_on,
        paragraphs=(
            *_about(item, locale),
            *_known(item, locale),
            *_to_do(item, office, locale),
            *who_else(item, office, locale),
        ),
        asking=tuple(_whom_to_ask(item, office, locale)),
    )


def tell_day_copy(item: DayItem, about: About, *, office: str, locale: str) -> Part:
    """The same about somebody else's day: no more than that it is near, and what a colleague can do."""
    is_over, is_told = item.today > item.due_on, about.told_on is not None
    said = [
        "" if is_over else words(locale, "distance", (item.due_on - item.today).days),
        words(locale, "copy_credential", item.credential.of(locale), None) if item.credential is not None else "",
    ]
    known = [say_told(about, locale), words(locale, "copy_open")]
    to_do = words(locale, "copy_day_to_do", item.kind, is_told)
    return Part(
        first=words(locale, "copy_day_first", item.kind, is_over, clean_name(about.name), item.due_on),
        act_by=item.due_on,
        paragraphs=(*paragraphs(said), *paragraphs(known), *paragraphs([to_do], words(locale, "copy_to_do"))),
        asking=tuple(_whom_to_ask(item, office, locale)),
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
    if item.kind == "exam_sitting":
        return _of_exam(item, locale) if item.stage != CALLED_OFF else []
    if item.pack is None:
        return []
    if item.kind == "requirement" and item.clock is not None:
        return _of_requirement(item.pack, item.clock, locale)
    return _of_term(item, item.pack, locale) if item.kind == "provisional_term" else []


def _of_exam(item: DayItem, locale: str) -> list[Paragraph]:
    """The hour, the place and what to bring, each only where somebody put it on record."""
    begins_at = item.begins_at
    hour = format_clock(begins_at.hour * 60 + begins_at.minute, locale) if begins_at is not None else None
    said = [words(locale, "day_hour", hour)]
    said.append(words(locale, "day_place", item.place) if item.place else words(locale, "day_online"))
    found = paragraphs(said)
    if item.to_bring:
        found += paragraphs([item.to_bring], words(locale, "day_bring"))
    return found


def _of_requirement(pack: Pack, clock: ClockDay, locale: str) -> list[Paragraph]:
    """What is asked for, how old hours may get, and that some may count of which it isn't sure."""
    years = clock.minimum.every_years
    asked = say_by(_HOURS, locale, "clock_rule", pack, clock)
    said = [f"{asked}.", _how_sure(clock.minimum.needed, locale)]
    said.append(words(locale, "clock_counts", years))
    if clock.latest_on > clock.until_on:
        said.append(words(locale, "clock_latest", clock.latest_on))
    return paragraphs(said, words(locale, "clock_lead"))


def _of_term(item: DayItem, pack: Pack, locale: str) -> list[Paragraph]:
    """That the full certification follows, what is asked for until then, and by how much the term may be extended."""
    said = [words(locale, "term_ends"), *(_ask(line, locale) for line in item.asked)]
    if pack.provisional is not None and item.may_be_longer:
        said.append(words(locale, "term_extends", pack.provisional.value))
    if pack.provisional is not None:
        said.append(_how_sure(pack.provisional, locale))
    return paragraphs(said)


def _ask(line: Line, locale: str) -> str:
    needed = say_by(_HOURS, locale, "hours_text", line.needed) if line.needed is not None else ""
    return words(locale, "term_asks", line.key, needed, say_by(_HOURS, locale, "hours_text", line.sure))


def _how_sure(value: Value[Any], locale: str) -> str:
    return words(locale, "how_sure", value.sure) if value.sure not in ("verified", "confirmed") else ""


def _to_do(item: DayItem, office: str, locale: str) -> list[Paragraph]:
    if item.stage == CALLED_OFF:
        return paragraphs([words(locale, "called_off_to_do", item.kind, office)], words(locale, "to_do"))
    is_over = item.today > item.due_on
    return paragraphs([words(locale, "day_to_do", item.kind, is_over, office)], words(locale, "to_do"))


def _whom_to_ask(item: DayItem, office: str, locale: str) -> list[Paragraph]:
    return paragraphs([words(locale, "ask", _whom(item, office, locale))], words(locale, "to_ask"))


def _whom(item: DayItem, office: str, locale: str) -> str:
    """Whom to ask: whoever makes the rules by which the day is one, else the office."""
    return item.pack.whom_to_ask.of(locale) if item.pack is not None else office
