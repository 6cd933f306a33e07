"""What comes back from the forms for exams: read, and kept as it was typed where it can't be."""

from dataclasses import dataclass
from datetime import date, time
from typing import Literal, cast

from flask import request

from certtrack.db.models import ExamSitting
from certtrack.rules.calendar import check_day
from certtrack.rules.facts import Outcome, Route
from certtrack.services.credits.texts import clean
from certtrack.services.exams.certificates import Certificate
from certtrack.services.exams.results import MOST_ATTEMPTS, NewResult
from certtrack.services.exams.seats import Seat
from certtrack.services.exams.sittings import MOST_SEATS, NewSitting
from certtrack.services.exams.typed import read_score, write_score
from certtrack.web.bad_form import BadForm

_LONGEST = 200
_OUTCOMES = ("", "passed", "not_passed_yet")
_ROUTES = ("first", "way_back")

Problem = Literal["missing", "not_a_day", "not_an_hour", "not_a_number", "not_a_score", "not_a_choice", "too_long"]


@dataclass(frozen=True, slots=True)
class SittingForm:
    """A sitting as it was typed."""

    organization: str = ""
    credential: str = ""
    held_on: str = ""
    place: str = ""
    seats: str = ""
    pass_mark: str = ""
    is_called_off: bool = False
    begins_at: str = ""
    to_bring: str = ""

    def read(self) -> NewSitting:
        """The sitting. Raises BadForm."""
        problems: dict[str, str] = {}
        held_on = _read_day("held_on", self.held_on, problems)
        place = clean(self.place)
        if len(place) > _LONGEST:
            problems["place"] = "too_long"
        seats = _read_number("seats", self.seats, MOST_SEATS, problems)
        pass_mark = _read_score("pass_mark", self.pass_mark, problems)
        begins_at = _read_hour("begins_at", self.begins_at, problems)
        to_bring = clean(self.to_bring)
        if len(to_bring) > _LONGEST:
            problems["to_bring"] = "too_long"
        if problems or held_on is None or seats is None:
            raise BadForm(problems)
        return NewSitting(held_on, place or None, seats, pass_mark, self.is_called_off, begins_at, to_bring or None)


def typed_sitting() -> SittingForm:
    """The form as it came with this request."""
    names = ("organization", "credential", "held_on", "place", "seats", "pass_mark", "begins_at", "to_bring")
    texts = {name: request.form.get(name, "")[: _LONGEST + 1] for name in names}
    return SittingForm(**texts, is_called_off="is_called_off" in request.form)


def recorded_sitting(sitting: ExamSitting) -> SittingForm:
    """The form as it would say what is on record."""
    return SittingForm(
        organization=str(sitting.organization_id),
        credential=sitting.credential,
        held_on=sitting.held_on.isoformat(),
        place=sitting.place or "",
        seats=str(sitting.seats),
        pass_mark=write_score(sitting.pass_mark),
        is_called_off=sitting.is_called_off,
        begins_at=sitting.begins_at.strftime("%H:%M") if sitting.begins_at is not None else "",
        to_bring=sitting.to_bring or "",
    )


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One row of a sitting's results, as it was typed or as it is on record; `no` is the version that it shows."""

    score: str
    outcome: str
    route: str
    attempt: str
    no: str

    @property
    def says_nothing(self) -> bool:
        """True where neither a score nor an outcome is there."""
        return not self.score.strip() and not self.outcome

    def read(self, number: int, held_on: date, problems: dict[str, str]) -> NewResult:
        """What the row says; what can't be read is noted under its field."""
        score = _read_score(f"score{number}", self.score, problems)
        attempt = _read_number(f"attempt{number}", self.attempt, MOST_ATTEMPTS, problems) if self.attempt else None
        if self.outcome not in _OUTCOMES:
            problems[f"outcome{number}"] = "not_a_choice"
        if self.route not in _ROUTES:
            problems[f"route{number}"] = "not_a_choice"
        outcome = cast("Outcome", self.outcome) if self.outcome else None
        return NewResult(held_on, outcome, score, cast("Route", self.route), attempt)


def typed_row(number: int) -> ResultRow:
    """The row of a registration as it came with this request."""
    names = ("score", "outcome", "route", "attempt", "no")
    texts = {name: request.form.get(f"{name}{number}", "0" if name == "no" else "")[:20] for name in names}
    return ResultRow(**texts)


def recorded_row(seat: Seat) -> ResultRow:
    """The row as it would say what is on record; else with the route and attempt that it most likely is."""
    result = seat.result
    if result is None or result.outcome == "not_known":
        return ResultRow("", "", seat.route, str(seat.attempt), str(result.no if result else 0))
    return ResultRow(
        score=write_score(result.score),
        outcome=result.outcome if result.outcome_by == "stated" else "",
        route=result.route,
        attempt=str(result.attempt or ""),
        no=str(result.no),
    )


@dataclass(frozen=True, slots=True)
class CertificateForm:
    """A certificate as it was typed."""

    number: str = ""
    issued_on: str = ""
    due_on: str = ""

    def read(self, *, needs_number: bool, needs_due: bool) -> Certificate:
        """The certificate. Raises BadForm."""
        problems: dict[str, str] = {}
        number = clean(self.number)
        if len(number) > _LONGEST // 4:
            problems["number"] = "too_long"
        if needs_number and not number:
            problems["number"] = "missing"
        issued_on = _read_day("issued_on", self.issued_on, problems)
        due_on = _read_day("due_on", self.due_on, problems) if self.due_on or needs_due else None
        if problems or issued_on is None:
            raise BadForm(problems)
        return Certificate(number or None, issued_on, due_on)


def typed_certificate() -> CertificateForm:
    """The form as it came with this request."""
    return CertificateForm(
        **{name: request.form.get(name, "")[:_LONGEST] for name in ("number", "issued_on", "due_on")}
    )


def _read_day(name: str, text: str, problems: dict[str, str]) -> date | None:
    try:
        return check_day(date.fromisoformat(text.strip()))
    except ValueError:
        problems[name] = "not_a_day" if text.strip() else "missing"
        return None


def _read_hour(name: str, text: str, problems: dict[str, str]) -> time | None:
    try:
        return time.fromisoformat(text.strip()).replace(second=0, microsecond=0, tzinfo=None) if text.strip() else None
    except ValueError:
        problems[name] = "not_an_hour"
        return None


def _read_number(name: str, text: str, most: int, problems: dict[str, str]) -> int | None:
    typed = text.strip()
    if typed.isdecimal() and typed.isascii() and 0 < int(typed) <= most:
        return int(typed)
    problems[name] = "not_a_number" if typed else "missing"
    return None


def _read_score(name: str, text: str, problems: dict[str, str]) -> int | None:
    try:
        return read_score(text)
    except ValueError:
        problems[name] = "not_a_score"
        return None
