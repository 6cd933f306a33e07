"""The advice for the post and for weekends: in time by every reading, and without a promise about Mondays."""

from certtrack.mail.view import View
from certtrack.mail.words import Paragraph, paragraphs


def tell_by_post(seen: View) -> list[Paragraph]:
    """By which day to hand it in at a counter; where nothing is sent in, what to do before a weekend.

    Nothing in a phase without a last day.
    """
    if seen.is_endless:
        return []
    if not seen.is_on_paper():
        return _before_weekend(seen)
    if seen.item.pack.counts_by.value == "received_or_postmarked":
        return paragraphs(_counter(seen), seen.say("by_post"))
    if seen.friday < seen.today:
        return _before_weekend(seen)
    return paragraphs(_arriving(seen), seen.say("by_post"))


def _counter(seen: View) -> list[str]:
    if seen.is_between:
        return [seen.say("counter_now")]
    if seen.friday < seen.today:
        return [_weekend_day(seen), seen.say("counter_if_open"), _not_published(seen)]
    return [_weekend_day(seen), seen.say("counter_by", seen.friday)]


def _arriving(seen: View) -> list[str]:
    is_known = seen.item.pack.counts_by.value == "received"
    why = seen.say("counts_on_arrival" if is_known else "postmark_not_published")
    return [_weekend_day(seen), why, seen.say("arrive_by", seen.friday)]


def _before_weekend(seen: View) -> list[Paragraph]:
    if seen.is_between or seen.friday == seen.now.act_by:
        return []
    if seen.friday < seen.today:
        return paragraphs([_weekend_day(seen), _not_published(seen)])
    return paragraphs([_weekend_day(seen), seen.say("done_by", seen.friday)])


def _weekend_day(seen: View) -> str:
    return seen.say("is_weekend", seen.now.act_by) if seen.friday != seen.now.act_by else ""


def _not_published(seen: View) -> str:
    return seen.say("weekend_not_published") if seen.item.pack.weekend.value is None else ""
