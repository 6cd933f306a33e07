"""What somebody is asked who puts a value on record: a choice, an amount of money, minutes, or a number."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal, get_args

from certtrack.errors import BadInput
from certtrack.packs.confirming import AnyPack, Confirmed, confirm, find_key
from certtrack.packs.table import UNKNOWN
from certtrack.rules.days_rule import DeadlineRule, FirstHours, Parity
from certtrack.rules.hours_rule import SameCourse
from certtrack.rules.pack import AuditKind, CountsBy, EarnUntil, Weekend
from certtrack.rules.service import MetBy, WeekBegins
from certtrack.rules.values import Holds
from certtrack.services.rule_admin.shown import read_value

AskedKind = Literal["choice", "money", "minutes", "several_minutes", "number"]
ValueProblem = Literal["missing", "choice", "money", "number", "not_fit"]

_CHOICES: dict[str, tuple[str, ...]] = {
    "earn_until.phase": get_args(EarnUntil),
    "weekend.rule": get_args(Weekend),
    "counts_by.rule": get_args(CountsBy),
    "parity.rule": get_args(Parity),
    "deadline.rule": tuple(rule for rule in get_args(DeadlineRule) if rule != "fixed_day"),
    "first_cycle.hours": get_args(FirstHours),
    "audit.kind": get_args(AuditKind),
    "hours.same_course.counts": get_args(SameCourse),
    "met_by.tests": get_args(MetBy),
    "week_begins.on": get_args(WeekBegins),
}
_BY_LAST_WORD: dict[str, tuple[str, ...]] = {
    "holds": get_args(Holds),
    "qualified": get_args(Holds),
    "counts": get_args(Holds),
    "adds_to_total": ("true", "false"),
}
_SEVERAL = "training.length.minutes"
_LONGEST = 40


class BadValue(BadInput):
    """What was typed can't be the value; `code` says why."""

    def __init__(self, code: ValueProblem) -> None:
        super().__init__("This can't be the value.")
        self.code: ValueProblem = code


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for a key. `choices` are the words to choose from, empty where it is typed."""

    key: str
    kind: AskedKind
    choices: tuple[str, ...] = ()


def find_asked(key: str) -> Asked:
    """What is asked for the value of that whole key."""
    last = key.rpartition(".")[2]
    choices = _CHOICES.get(key) or _BY_LAST_WORD.get(last, ())
    if choices:
        return Asked(key, "choice", choices)
    if key == _SEVERAL:
        return Asked(key, "several_minutes")
    kinds: dict[str, AskedKind] = {"cents": "money", "minutes": "minutes"}
    return Asked(key, kinds.get(last, "number"))


def read_typed(asked: Asked, typed: str) -> str:
    """The value as the command takes it: `5550` for 55.50. Raises BadValue for what can't be one of that kind."""
    text = typed.strip()[:_LONGEST]
    if not text:
        raise BadValue("choice" if asked.kind == "choice" else "missing")
    if asked.kind == "choice":
        if text not in asked.choices:
            raise BadValue("choice")
        return text
    if asked.kind == "money":
        return str(_read_cents(text))
    if asked.kind == "several_minutes":
        return f"[{', '.join(str(_read_number(part)) for part in text.split(','))}]"
    return str(_read_number(text))


def write_typed(asked: Asked, value: str) -> str:
    """What somebody would have typed for a value that is on record."""
    if asked.kind == "money" and value.isdigit():
        return f"{int(value) // 100}.{int(value) % 100:02}" if int(value) % 100 else str(int(value) // 100)
    return value.strip("[]") if asked.kind == "several_minutes" else value


def check_fits(versions: Sequence[AnyPack], said: Confirmed) -> None:
    """Raise BadValue where the value can't stand in one of the versions of its pack, for what else they say."""
    try:
        find_key(versions, said.key)
        for pack in versions:
            confirm(pack, [said])
    except BadInput as error:
        raise BadValue("not_fit") from error


def is_said(value: object) -> bool:
    """False for what the file leaves unknown."""
    return value != UNKNOWN


def _read_cents(text: str) -> int:
    try:
        amount = Decimal(text.lstrip("$").strip())
    except InvalidOperation:
        raise BadValue("money") from None
    cents = amount * 100
    if not amount.is_finite() or amount < 0 or cents != cents.to_integral_value():
        raise BadValue("money")
    return int(cents)


def _read_number(text: str) -> int:
    value = read_value(text.strip())
    if not text.strip().isdecimal() or not text.strip().isascii() or not isinstance(value, int):
        raise BadValue("number")
    return value
