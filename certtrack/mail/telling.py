"""What a reminder says of one certification on one day: which sentences are true, each in the reader's words."""

from dataclasses import dataclass
from datetime import date

from certtrack.mail.by_post import tell_by_post
from certtrack.mail.content import DayItem, ReminderItem
from certtrack.mail.links import Answer
from certtrack.mail.telling_hours import say_first, speaks_first, tell_hours
from certtrack.mail.view import View, view
from certtrack.mail.words import Paragraph, format_things, paragraphs, words
from certtrack.rules.calendar import skip_weekend
from certtrack.rules.pack import Holds, Need, Phase, Sure, Value
from certtrack.rules.reminders import ALL_SET

_UNSURE: tuple[Sure, ...] = ("unverified", "conflicting", "inferred")
"""How sure something may be that isn't certain, the least sure first."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is said of one certification: its first sentence, which names the day, what follows, whom to tell and ask.

    `act_by` is the phase's last day by the earliest reading, `date.max` where there is none. `answers` are none where
    nothing can be answered.
    """

    first: str
    act_by: date
    paragraphs: tuple[Paragraph, ...]
    asking: tuple[Paragraph, ...]
    answers: tuple[Answer, ...] = ()


def tell(item: ReminderItem, *, today: date, office: str, locale: str) -> Part:
    """Everything that is said of `item` on `today`, by an office of that name."""
    seen = view(item, today=today, office=office, locale=locale)
    if item.stage == ALL_SET:
        return _tell_all_set(seen)
    if item.sent_on is not None:
        return _tell_sent(seen, item.sent_on)
    said = [
        *_about(seen),
        *tell_hours(seen),
        *_to_do(seen),
        *tell_by_post(seen),
        *_holding_now(seen),
        *_what_comes(seen),
    ]
    return Part(_first(seen), seen.now.act_by, (*said, *who_else(item, office, locale)), tuple(_whom_to_ask(seen)))


def _tell_all_set(seen: View) -> Part:
    """A new day is on record: that, and nothing to do. Only the programme can have renewed anything."""
    days, name = seen.item.days, seen.item.pack.name_at_first_use.of(seen.locale)
    readings = (days.due_on, days.due_on_latest)
    said = [
        seen.say("two_due_days", *readings) if days.due_on != days.due_on_latest else "",
        seen.say("credential", name, seen.item.number),
        seen.say("all_set_next"),
    ]
    first = seen.say("all_set_granted" if seen.item.is_granter else "all_set", days.due_on)
    check = paragraphs([seen.say("all_set_check")])
    return Part(first, seen.now.act_by, (*paragraphs(said), *check), tuple(_whom_to_ask(seen)))


def _tell_sent(seen: View, sent_on: date) -> Part:
    """An application was sent, and its answer can't be seen: nothing is asked for but the new certificate's day.

    Where the office itself grants, whether it arrived is what is asked for.
    What is left to do stands there all the same: what was sent may never have arrived.
    """
    first = seen.say("moved", seen.item.days.due_on) if seen.is_moved else seen.say("sent", sent_on)
    name = seen.item.pack.name_at_first_use.of(seen.locale)
    said = [
        seen.say("check_moved") if seen.is_moved else "",
        seen.say("sent", sent_on) if seen.is_moved else "",
        seen.say("not_noted" if seen.item.is_granter else "tell_certificate"),
        seen.say("credential", name, seen.item.number),
        when_due(seen),
    ]
    left = [_phase(seen), _other_reading_of_end(seen), _needs(seen)]
    paragraphs_ = [*paragraphs(said), *paragraphs(left, seen.say("if_not_arrived"))]
    return Part(
        first,
        seen.now.act_by,
        (*paragraphs_, *who_else(seen.item, seen.office, seen.locale)),
        tuple(_whom_to_ask(seen)),
    )


def who_else(item: ReminderItem | DayItem, office: str, locale: str) -> list[Paragraph]:
    """That others are told with a copy, and from when on: the holder is told first, and knows it."""
    if item.copy_on is None:
        return []
    return paragraphs([words(locale, "copies", item.copies, item.copy_on, office)], words(locale, "who_else"))


def _other_reading_of_end(seen: View) -> str:
    is_told = seen.is_endless or seen.is_between or seen.now.act_by == seen.now.until_on
    return "" if is_told else _other_reading(seen)


def _first(seen: View) -> str:
    if seen.item.so_far is not None and speaks_first(seen):
        return say_first(seen, seen.item.so_far)
    return seen.say("moved", seen.item.days.due_on) if seen.is_moved else _phase(seen)


def _phase(seen: View) -> str:
    now = seen.now
    if seen.is_endless:
        return seen.say("first_endless", seen.item.days.due_on)
    if seen.is_between:
        return seen.say("first_between", now.phase, now.act_by, now.until_on)
    return seen.say("first", now.phase, now.act_by)


def _about(seen: View) -> list[Paragraph]:
    """How far it is, what else can be read of the day, and for which credential."""
    name = seen.item.pack.name_at_first_use.of(seen.locale)
    is_said = not seen.is_moved or seen.is_endless or (seen.now.phase == "on_time" and not seen.is_between)
    return paragraphs(
        [
            seen.say("check_moved") if seen.is_moved else "",
            "" if is_said else _phase(seen),
            *list_readings(seen),
            seen.say("due_then") if speaks_first(seen) else "",
            seen.say("credential", name, seen.item.number),
            when_due(seen),
            seen.say("no_last_day", seen.now.phase, seen.needs()) if seen.is_endless else "",
        ]
    )


def list_readings(seen: View) -> list[str]:
    """How far it is to the day to act by, and that there is a later reading of it."""
    now = seen.now
    if seen.is_endless:
        return []
    if seen.is_between:
        return [seen.say("act_now")]
    distance = seen.say("distance_of_letter" if seen.item.is_letter else "distance", (now.act_by - seen.today).days)
    return [distance] if now.act_by == now.until_on else [distance, _other_reading(seen)]


def _other_reading(seen: View) -> str:
    now = seen.now
    if seen.item.pack.weekend.value == "next_day" and skip_weekend(now.act_by) == now.until_on:
        return seen.say("moved_on", now.until_on)
    if now.phase == "on_time":
        return seen.say("two_due_days", now.act_by, now.until_on)
    return seen.say("rules_differ" if _do_rules_differ(seen) else "other_reading", now.until_on)


def _do_rules_differ(seen: View) -> bool:
    """The pack itself has two readings of the phase's end; else only the record has."""
    late, route = seen.item.pack.late, seen.item.pack.exam_route
    late_differs = late is not None and len(late.value or ()) > 1
    if seen.now.phase == "exam_route":
        return route is not None and (len(route.value.counts_from) > 1 or late_differs)
    return seen.now.phase == "late" and late_differs


def when_due(seen: View) -> str:
    """When it was due, where the first sentence doesn't say it."""
    days = seen.item.days
    if seen.now.phase == "on_time":
        return ""
    if days.due_on != days.due_on_latest:
        return seen.say("was_due_by_readings", days.due_on, days.due_on_latest)
    return "" if seen.is_endless or seen.is_moved else seen.say("was_due", days.due_on)


def _to_do(seen: View) -> list[Paragraph]:
    """What to send in or to ask for now, the pack's advice, what it costs, and how sure that is."""
    pack, phase = seen.item.pack, seen.now.phase
    advice = pack.advice[phase].of(seen.locale) if phase in pack.advice else ""
    said = [_needs(seen), advice, *_cost_of_route(seen), _how_sure(seen, phase)]
    return paragraphs(said, seen.say("to_do"))


def _needs(seen: View) -> str:
    sent_in, on_dates = _things(seen, seen.sent_in()), _things(seen, seen.on_dates())
    said = [
        seen.say("send_in", format_things(sent_in, seen.locale)) if sent_in else "",
        seen.say("next_dates", format_things(on_dates, seen.locale)) if on_dates else "",
    ]
    return " ".join(sentence for sentence in said if sentence)


def _how_sure(seen: View, phase: Phase) -> str:
    """How sure what is said of a phase is: as sure as the least sure of what is asked for and what it costs."""
    needs, fee = seen.item.pack.needs.get(phase), seen.item.pack.fees.get(phase)
    said = [value.sure for value in (needs, fee) if value is not None and value.value]
    unsure = [sure for sure in _UNSURE if sure in said]
    return seen.say("how_sure", unsure[0]) if unsure and seen.needs_in(phase) else ""


def _things(seen: View, needs: tuple[Need, ...]) -> list[str]:
    total, late = seen.total_of(seen.now.phase), seen.late_part_of(seen.now.phase)
    is_in_total = bool(total and late and "fee" in needs)
    return [seen.say("need", code, total, late) for code in needs if not (code == "late_fee" and is_in_total)]


def _cost_of_route(seen: View) -> list[str]:
    """The cost of what isn't sent in with a fee."""
    if not seen.needs() or "fee" in seen.needs():
        return []
    total = seen.total_of(seen.now.phase)
    return [seen.say("cost", total) if total else seen.say("cost_not_published")]


def _holding_now(seen: View) -> list[Paragraph]:
    if seen.now.phase == "on_time":
        return []
    value = seen.item.pack.holds.get(seen.now.phase)
    return paragraphs([seen.say("holding", *_holds(value), True)])


def _what_comes(seen: View) -> list[Paragraph]:
    """What happens after the day; nothing is promised that isn't published."""
    coming = seen.coming
    if coming is None or seen.is_between or coming.act_by < coming.from_on:
        return []
    last_on = None if coming.act_by == date.max else coming.act_by
    said = [seen.say("next_phase", coming.phase, last_on, seen.needs_in(coming.phase)), _next_fee(seen)]
    said.append(_how_sure(seen, coming.phase))
    if seen.now.phase == "on_time":
        said.append(seen.say("holding", *_holds(seen.item.pack.holds.get(coming.phase)), False))
    return paragraphs(said, seen.say("then", seen.now.act_by == seen.now.until_on))


def _next_fee(seen: View) -> str:
    now, then = seen.total_of(seen.now.phase), seen.total_of(seen.coming.phase) if seen.coming else ""
    if not then:
        return ""
    return seen.say("same_fee", then) if now == then else seen.say("next_fee", then)


def _holds(value: Value[Holds | None] | None) -> tuple[Holds | None, str]:
    return (value.value, value.sure) if value else (None, "unknown")


def _whom_to_ask(seen: View) -> list[Paragraph]:
    has_link = any(link.verb == "sent" for link in seen.item.links)
    asks = seen.is_on_paper() and seen.item.sent_on is None and seen.item.stage != ALL_SET and not has_link
    said = paragraphs([seen.say("sent_already")] if asks else [])
    said += paragraphs([seen.say("ask", seen.whom)], seen.say("to_ask"))
    if not seen.item.is_granter:
        program = seen.item.pack.authority.name.of(seen.locale)
        said.append(Paragraph(seen.say("keeper", seen.office, program)))
    return said
