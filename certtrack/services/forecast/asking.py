"""What a preview is asked for: a policy's text and some days, read from what somebody typed or sent."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from certtrack.errors import BadKey, BadPack
from certtrack.packs import parse_policy
from certtrack.rules.reminders import Policy

LONGEST = 64 * 1024
"""So many bytes a policy's text may have: the ones that are shipped have two thousand."""
USUAL, FARTHEST = timedelta(days=90), timedelta(days=366)

Code = Literal["empty", "too_long", "not_text", "key", "unusable", "no_day", "over", "before_first", "too_far"]


@dataclass(frozen=True, slots=True)
class TypedPreview:
    """As it was typed. `name` is that of the file whose text it is, empty where none was sent."""

    text: str
    from_on: str
    to_on: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field. `expected` is the check's own English sentence about a text, `key` where in it."""

    code: Code
    key: str = ""
    expected: str = ""


class BadPreview(Exception):
    """It can't be previewed as it was typed; `problems` are by field: `upload`, `text`, `from_on`, `to_on`."""

    def __init__(self, problems: dict[str, Problem]) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Asked:
    """A policy and the days on which it is compared with what is in force, both included."""

    policy: Policy
    from_on: date
    to_on: date


def begin_preview(text: str, today: date) -> TypedPreview:
    """What the form says before anybody has typed: that text, for the next three months."""
    return TypedPreview(text, today.isoformat(), (today + USUAL).isoformat())


def read_file(data: bytes) -> str:
    """The text of a file that was sent. Raises BadPreview."""
    if len(data) > LONGEST:
        raise BadPreview({"upload": Problem("too_long")})
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise BadPreview({"upload": Problem("not_text")}) from error


def read_preview(typed: TypedPreview, today: date) -> Asked:
    """What was asked for, from `today` on. Raises BadPreview that names every field at fault."""
    problems: dict[str, Problem] = {}
    policy = _read_policy(typed, problems)
    days = {name: _read_day(getattr(typed, name)) for name in ("from_on", "to_on")}
    from_on, to_on = days["from_on"], days["to_on"]
    problems |= {name: Problem("no_day") for name, day in days.items() if day is None}
    if from_on is not None and from_on < today:
        problems["from_on"] = Problem("over")
    if from_on is not None and to_on is not None and to_on < from_on:
        problems["to_on"] = Problem("before_first")
    elif to_on is not None and to_on > today + FARTHEST:
        problems["to_on"] = Problem("too_far")
    if problems or policy is None or from_on is None or to_on is None:
        raise BadPreview(problems)
    return Asked(policy, from_on, to_on)


def explain_refusal(error: BadPack) -> Problem:
    """A text that can't be used, as a problem of its field."""
    if isinstance(error, BadKey):
        return Problem("key", error.key, error.expected)
    return Problem("unusable", expected=str(error))


def _read_policy(typed: TypedPreview, problems: dict[str, Problem]) -> Policy | None:
    if not typed.text.strip():
        problems["text"] = Problem("empty")
    elif len(typed.text.encode("utf-8")) > LONGEST:
        problems["text"] = Problem("too_long")
    else:
        try:
            return parse_policy(typed.text, typed.name or "policy.toml")
        except BadPack as error:
            problems["text"] = explain_refusal(error)
    return None


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
