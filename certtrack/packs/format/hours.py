"""The format of a pack's hours."""

from typing import get_args

from certtrack.packs.format.shapes import (
    Shape,
    by,
    by_name,
    either,
    flag,
    left_open,
    name,
    one_of,
    or_unknown,
    some_of,
    table,
    text,
    texts,
    value,
    whole,
    words,
)
from certtrack.rules.facts import Activity, CreditRole, Form
from certtrack.rules.hours_rule import CountedOver, ProofNeeded, SameBy, SameCourse
from certtrack.rules.values import Holds

_MINUTES = whole(1, 60_000)
_CREDITS = whole(1, 1000)
_NAMES = name() | {"not": {"const": "total"}}
_COUNTS = one_of(get_args(Holds))
_KINDS = {
    "areas": texts(),
    "forms": some_of(get_args(Form)),
    "activities": some_of(get_args(Activity)),
    "roles": some_of(get_args(CreditRole)),
    "sponsors": texts(),
}


def hours() -> Shape:
    """The table [hours]."""
    required = {
        "total": value({"minutes": _MINUTES}, unknown="minutes", says="Minutes asked for in one cycle."),
        "proof": value({"needed": one_of(get_args(ProofNeeded))}, says="What a credit must be backed by."),
        "ceu": value({"minutes": _MINUTES}, unknown="minutes", says="Minutes of one CEU, which means many things."),
    }
    return table(required, _parts() | _conversions(), says="The hours of continuing education, in minutes.")


def _parts() -> dict[str, Shape]:
    return {
        "counted_over": one_of(get_args(CountedOver)),
        "areas": by_name(
            _area(), names=_NAMES, says="Subjects that hours are counted in, by a key of this pack's own."
        ),
        "elective": value({"minutes": _MINUTES}, says='Printed as "any other"; only held against the total.'),
        "minima": by_name(_minimum(), names=_NAMES, says="What else is asked for, each in a dimension of its own."),
        "limits": by_name(
            _limit(), names=name(), says="At most so many minutes of what is meant; caps nest, or share nothing."
        ),
        "excluded": value({"activities": some_of(get_args(Activity))}, says="Activities that don't count."),
        "forms": by(get_args(Form), _counting("Whether hours of that form count."), says="By form."),
        "presenting": _counting("Whether hours count for whoever presents."),
        "same_course": value(
            {"counts": one_of(get_args(SameCourse))},
            unknown="counts",
            says="Whether one title by one provider counts once in a cycle, or each time.",
        ),
        "duplicates": value(
            {"same_by": some_of(get_args(SameBy))}, says="What two credits have alike that may be one and the same."
        ),
    }


def _conversions() -> dict[str, Shape]:
    return {
        "smallest": value({"minutes": _MINUTES}, says="A shorter credit doesn't count."),
        "rounding": value({"minutes": _MINUTES}, says="Each credit is rounded down to a multiple of it."),
        "college": value({"minutes": _MINUTES}, unknown="minutes", says="Minutes of one credit of a college course."),
        "carry_over": value(
            {"minutes": whole(0, 60_000)}, unknown="minutes", says="At most so much of a surplus counts next time."
        ),
    }


def _counting(says: str) -> Shape:
    return value({"counts": _COUNTS}, unknown="counts", says=says)


def _area() -> Shape:
    optional = {
        "name": words("The area's name, where it is published."),
        "minimum": either(_plain_minimum(), *_special_minima({})),
        "most": value({"minutes": _MINUTES}, says="At most so many minutes of credits that fit nothing but this area."),
    }
    return value({}, optional, says="Where it was read that there is such an area.")


def _plain_minimum() -> Shape:
    return value({"minutes": _MINUTES}, unknown="minutes", says="Minutes asked for in this area.")


def _minimum() -> Shape:
    kinds = {"name": words("Its name, where it has one."), **_KINDS}
    return either(*_special_minima({"dimension": text()}, kinds))


def _special_minima(required: dict[str, Shape], optional: dict[str, Shape] | None = None) -> list[Shape]:
    """By minutes or by a number of credits, asked of everybody or of people with a role."""
    role = {"role": text(), "adds_to_total": or_unknown(flag())}
    clock = (optional or {}) | {"every_years": whole(1, 20)}
    return [
        _asked(unit, amount, required | more, clock)
        for unit, amount in (("minutes", _MINUTES), ("credits", _CREDITS))
        for more in ({}, role)
    ]


def _asked(unit: str, amount: Shape, required: dict[str, Shape], optional: dict[str, Shape]) -> Shape:
    says = f"So many {unit}; `every_years` and `role` say how often, and of whom."
    return either(value({unit: amount} | required, optional, says=says), left_open(unit, required, optional))


def _limit() -> Shape:
    optional = {"name": words("Its name, where it has one."), **_KINDS}
    shape = value({"minutes": _MINUTES}, optional, says="At most so many minutes of these credits.")
    return shape | {"anyOf": [{"required": [kind]} for kind in _KINDS]}
