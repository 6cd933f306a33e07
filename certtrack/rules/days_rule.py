"""What a rule pack says of days: when a cycle is due, where the first one begins, and how long each phase lasts."""

from dataclasses import dataclass
from typing import Literal

DeadlineRule = Literal["fixed_day", "anniversary", "month_end", "month_start", "birthday", "stated"]
Parity = Literal["exam_year", "odd", "even"]
Start = Literal["passed", "issued", "month_start", "next_january"]
End = Literal["term", "next"]
FirstHours = Literal["full", "exempt", "prorated"]
AppliesBy = Literal["due_on_or_after", "starting_on_or_after", "all_open_from"]
Beginning = Literal["due", "late_end"]


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A fixed day of the year; February 29 means the month's end."""

    month: int
    day: int


@dataclass(frozen=True, slots=True)
class Deadline:
    """How the last day of a cycle is found; `on` is given for a fixed day alone.

    `anniversary`: the same day after the term; `month_end` and `month_start`: the last or first day of that month;
    `birthday`: the holder's; `stated`: no rule says it, only a certificate or letter does.
    """

    rule: DeadlineRule
    on: MonthDay | None = None


@dataclass(frozen=True, slots=True)
class Length:
    """How long a phase lasts from the due day on: so many months or days, or until the next such day of the year."""

    months: int = 0
    days: int = 0
    until: MonthDay | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """From when a recertification may be sent: days before the due day, or the last such day of a year before it.

    `recommended_days` is by when the authority asks for it, None where it doesn't.
    """

    days_before: int | None
    opens: MonthDay | None = None
    recommended_days: int | None = None


@dataclass(frozen=True, slots=True)
class FirstCycle:
    """How the first cycle differs. `starts`: with which day; `ends`: after a term, or on the next deadline.

    `years` is its own length, None for the usual one. `hours` is None where nothing is published. `within_months`:
    the hours differ only for somebody certified within so many months before the due day; None for everybody.
    """

    starts: Start
    ends: End
    years: int | None
    hours: FirstHours | None
    within_months: int | None


@dataclass(frozen=True, slots=True)
class Provisional:
    """The first step of a credential that is given in two: how many months it lasts, and may be extended by."""

    months: int
    extensions: int
    extension_months: int


@dataclass(frozen=True, slots=True)
class ExamRoute:
    """The way back by exam: its length in years less a day, counted from each reading of its beginning.

    `attempts` is how many are allowed; None where nothing is published.
    """

    years: int
    counts_from: tuple[Beginning, ...]
    attempts: int | None
