"""The format of what a pack says of days."""

from typing import get_args

from certtrack.packs.format.shapes import (
    Shape,
    day,
    either,
    left_open,
    month_day,
    one_key,
    one_of,
    or_unknown,
    real_day,
    some_of,
    table,
    value,
    whole,
    wholes,
)
from certtrack.rules.days_rule import AppliesBy, Beginning, DeadlineRule, End, FirstHours, Parity, Start

_MONTHS = whole(1, 120)
_DAYS = whole(1, 3660)
_YEARS = whole(1, 20)


def days() -> tuple[dict[str, Shape], dict[str, Shape]]:
    """The tables that say something of days: those that every pack has, and those that it may have."""
    required = {
        "applies_to": one_key(dict.fromkeys(get_args(AppliesBy), day()), says="The cycles that this version is for."),
        "deadline": _deadline(),
        "term": _term(),
        "window": _window(),
    }
    optional = {
        "parity": value({"rule": one_of(get_args(Parity))}, unknown="rule", says="Which years are due."),
        "first_cycle": _first_cycle(),
        "grace": _length("The time after the due day in which nothing is lost."),
        "late": _length("The time after the due day in which it costs more; counted from the due day."),
        "late_hours": value(
            {"months_before": _MONTHS}, says="After the due day the hours of so many months before count instead."
        ),
        "exam_route": value(
            {"years": _YEARS, "counts_from": some_of(get_args(Beginning)), "attempts": or_unknown(whole(1, 20))},
            says="The way back by exam, in years less a day.",
        ),
    }
    return required, optional


def provisional_months() -> tuple[dict[str, Shape], dict[str, Shape]]:
    """The keys of a provisional term, those that are needed first; extensions come with their length."""
    return {"months": _MONTHS}, {"extensions": whole(0, 10), "extension_months": _MONTHS}


def _deadline() -> Shape:
    rules = [rule for rule in get_args(DeadlineRule) if rule != "fixed_day"]
    fixed = real_day(value(month_day(), {"rule": {"const": "fixed_day"}}, says="The same day each time."))
    computed = value({"rule": one_of(rules)}, unknown="rule", says="A rule that finds the day, or none that is known.")
    return {"description": "The last day of a cycle."} | either(fixed, computed)


def _term() -> Shape:
    least = {"least_months": _MONTHS}
    known = value({"years": _YEARS}, least, says="Whole years, and the least months that a term may have.")
    return {"description": "How long a cycle is."} | either(known, left_open("years", optional=least))


def _first_cycle() -> Shape:
    optional = {
        "starts": one_of(get_args(Start)),
        "ends": one_of(get_args(End)),
        "years": _YEARS,
        "hours": or_unknown(one_of(get_args(FirstHours))),
        "within_months": _MONTHS,
    }
    return value({}, optional, says="How the first cycle differs from the others.")


def _window() -> Shape:
    asked = {"recommended_days_before": whole(1, 365)}
    opens = {"opens": real_day(table(month_day()))}
    return {"description": "From when a recertification may be sent."} | either(
        value({"days_before": whole(1, 365)}, asked, unknown="days_before", says="So many days before the due day."),
        value(opens, asked, says="The last such day of a year before it."),
    )


def _length(says: str) -> Shape:
    one_day = real_day(table(month_day()))
    return {"description": f"{says} Several readings are a list."} | either(
        value({"months": either(_MONTHS, wholes(1, 120))}, unknown="months", says="So many months."),
        value({"days": either(_DAYS, wholes(1, 3660))}, says="So many days."),
        value(
            {"until": either(one_day, {"type": "array", "items": one_day, "minItems": 1})},
            says="Until the next such day of the year.",
        ),
    )
