"""What a reminder says of its holder's hours: how many are still to do, how many are counted, and what isn't known."""

from certtrack.language import say_by
from certtrack.mail.view import View
from certtrack.mail.words import Paragraph, paragraphs
from certtrack.rules.requirements import TOTAL, Requirement
from certtrack.rules.so_far import SoFar, find_only_area
from certtrack.rules.what_if import LeastLine

_HOURS = "hours.jinja"
_WORDS = "email/hours.txt"
_SURE = ("verified", "confirmed")


def speaks_first(seen: View) -> bool:
    """True where hours are still to do for sure, and the due day is ahead and the same by every reading of today."""
    so_far = seen.item.so_far
    if so_far is None or not (so_far.is_short and so_far.least.minutes):
        return False
    return seen.now.phase == "on_time" and not (seen.is_moved or seen.is_endless or seen.is_between)


def say_first(seen: View, so_far: SoFar) -> str:
    """How many hours are still to do by which day, those in the one area that asks for some among them."""
    return say_by(_HOURS, seen.locale, "still_to_do_by", *_list_amounts(seen, so_far), seen.now.act_by)


def tell_hours(seen: View) -> list[Paragraph]:
    """How far the hours are, with a bar, and what of them is still to do or isn't known; nothing where nothing is."""
    so_far = seen.item.so_far
    if so_far is None:
        return []
    counted = Paragraph(" ".join(_list_counted(seen, so_far)), percent=_fill(so_far))
    return [counted, *paragraphs([*_list_still_to_do(seen, so_far), *_list_doubts(seen, so_far)])]


def _list_counted(seen: View, so_far: SoFar) -> list[str]:
    total = so_far.total
    if total is None:
        return [_say(seen, "none_asked")]
    if total.is_waived:
        return [say_by(_HOURS, seen.locale, "hours_sentence", so_far.counted)]
    if _is_there(total):
        said = [say_by(_HOURS, seen.locale, "hours_sentence", so_far.counted)]
    elif total.needed is None:
        said = [_say(seen, "so_far_alone", total.counted)]
    else:
        said = [_say(seen, "so_far", total.counted, say_by(_HOURS, seen.locale, "needed_text", total))]
    rule = seen.item.pack.hours
    if rule is not None and total.needed and rule.total.sure not in _SURE:
        said.append(seen.say("how_sure", rule.total.sure))
    if so_far.waiting:
        said.append(_say(seen, "waiting", so_far.waiting, so_far.waiting == total.counted))
    if total.unsure:
        said.append(_say(seen, "unsure", total.unsure))
    return said


def _list_still_to_do(seen: View, so_far: SoFar) -> list[str]:
    """What the first sentence doesn't say of it; whether it may still be done where that isn't certain."""
    if not so_far.is_short:
        return []
    minutes, lines = so_far.least.minutes, "; ".join(_say_line(seen, line) for line in so_far.least.lines)
    if so_far.counts_now == "no":
        amount = say_by(_HOURS, seen.locale, "hours_text", minutes) if minutes else lines
        return [_say(seen, "was_to_do", amount)]
    is_said = speaks_first(seen)
    said = [say_by(_HOURS, seen.locale, "still_to_do", *_list_amounts(seen, so_far))] if minutes and not is_said else []
    if lines and not (minutes and find_only_area(seen.item.pack, so_far)):
        said.append(_say(seen, "of_these", lines, bool(minutes)))
    return said if so_far.counts_now == "yes" else [*said, _say(seen, "after_due")]


def _list_doubts(seen: View, so_far: SoFar) -> list[str]:
    """What nobody has published, or only in a way that leaves something open."""
    unknown = [key for key in so_far.least.unknown if key != TOTAL]
    said = [say_by(_HOURS, seen.locale, "may_be_less")] if so_far.may_be_less else []
    if unknown:
        said.append(say_by(_HOURS, seen.locale, "areas_not_published", len(unknown)))
    return said


def _list_amounts(seen: View, so_far: SoFar) -> tuple[int, bool, int, str]:
    """The minutes still to do, whether it may be more, and those of them in the one area that asks for some."""
    area = find_only_area(seen.item.pack, so_far)
    of_area = (area.amount, _name(seen, area.key)) if area is not None else (0, "")
    return so_far.least.minutes, so_far.may_be_more, *of_area


def _say_line(seen: View, line: LeastLine) -> str:
    amount = say_by(_HOURS, seen.locale, "amount_text", line.amount, line.unit)
    return _say(seen, "line", _name(seen, line.key), amount)


def _name(seen: View, key: str) -> str:
    return say_by(_HOURS, seen.locale, "requirement_name", key, seen.item.pack)


def _say(seen: View, macro: str, *values: object) -> str:
    return say_by(_WORDS, seen.locale, macro, *values)


def _is_there(total: Requirement) -> bool:
    return total.needed is not None and total.counted >= (total.needed_most or total.needed)


def _fill(so_far: SoFar) -> int | None:
    """How much of a bar is full in percent; none is drawn that is full while something may still be open."""
    total = so_far.total
    most = (total.needed_most or total.needed) if total is not None and not total.is_waived else None
    if total is None or not most:
        return None
    if total.counted >= most:
        return 100 if so_far.counted.hours == "complete" else None
    return max(1, 100 * total.counted // most) if total.counted else 0
